/* SPDX-License-Identifier: MIT
 * explain.c - `bindguard explain`: what becomes of a bind, which rule decides it, and why each earlier one does not. Runs
 * in the launcher only. */
#include "launcher/explain.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct asked - the command line.
 * @file, @program, @command: of the options; NULL where not given
 * @words: PROTO and ADDRESS:PORT
 * @word_count: how many words there are, also beyond these two; @last_word: the last of them
 */
struct asked {
	const char *file;
	const char *program;
	const char *command;
	bool v6only;
	bool json;
	bool help;
	const char *words[2];
	int word_count;
	const char *last_word;
};

/** take_option - note one option. */
static void
take_option(const struct option_spec *option, const char *value, struct asked *asked)
{
	if (options_is(option, "config"))
		asked->file = value;
	else if (options_is(option, "program"))
		asked->program = value;
	else if (options_is(option, "command"))
		asked->command = value;
	else if (options_is(option, "v6only"))
		asked->v6only = true;
	else if (options_is(option, "json"))
		asked->json = true;
	else
		asked->help = true;
}

/** check_words - two of them. Return: false, and @failure set, where not. */
static bool
check_words(const struct asked *asked, struct failure *failure)
{
	static const char expected[] = "expected PROTO ADDRESS:PORT such as tcp 0.0.0.0:8000";

	if (asked->word_count == 0)
		fail(failure, 0, "the call is missing, %s", expected);
	else if (asked->word_count == 1)
		fail(failure, 0, "ADDRESS:PORT is missing behind \"%.80s\", %s", asked->words[0], expected);
	else if (asked->word_count > 2)
		fail(failure, 0, "unexpected \"%.80s\", %s", asked->last_word, expected);
	return asked->word_count == 2;
}

/** read_arguments - options and words in any order. Return: false where @failure is set. */
static bool
read_arguments(struct options *options, struct asked *asked, struct failure *failure)
{
	const struct option_spec *option;

	for (;;) {
		while ((option = options_next(options, failure)) != NULL)
			take_option(option, options->value, asked);
		if (failure->text[0])
			return false;
		if (options->at >= options->argc)
			break;
		if (asked->word_count < 2)
			asked->words[asked->word_count] = options->argv[options->at];
		asked->word_count++;
		asked->last_word = options->argv[options->at++];
	}
	return asked->help || check_words(asked, failure);
}

/** answer - ask and print; everything is read. */
static int
answer(const struct asked *asked, struct explanation *explanation, struct failure *failure)
{
	struct bg_request *request = &explanation->bind.request;
	int status = STATUS_USAGE;

	request->exe = explanation->program.exe;
	request->command = asked->command ? asked->command : "";
	if (explain_ask(explanation, failure)) {
		status = explanation->status;
		if (!asked->json)
			explain_print_text(explanation);
		else if (!explain_print_json(explanation, failure))
			status = STATUS_USAGE;
	}
	free(explanation->listen);
	return status;
}

/** explain - the configuration must be good: under lockdown no rule of the file decides anything. */
static int
explain(const struct asked *asked, struct explanation *explanation, struct failure *failure)
{
	struct config *config = config_load(asked->file, failure);
	int status = STATUS_USAGE;

	if (!config)
		return STATUS_USAGE;
	explanation->config = config;
	if (bg_diags_mistakes(&config->loaded.diags)) {
		config_fail(config, failure);
	} else {
		status = answer(asked, explanation, failure);
	}
	config_free(config);
	return status;
}

/** command_explain - see bindguard(1). */
int
command_explain(int argc, char **argv, struct failure *failure)
{
	static struct explanation explanation;
	struct asked asked = {0};
	struct options options;

	options_begin(&options, argc, argv);
	if (!read_arguments(&options, &asked, failure))
		return STATUS_USAGE;
	if (asked.help) {
		options_print_help(options.command);
		return STATUS_GOOD;
	}
	explanation.protocol = asked.words[0];
	explanation.bind.request.v6only = asked.v6only;
	if (!explain_read_call(asked.words[0], asked.words[1], &explanation.bind.request, failure))
		return STATUS_USAGE;
	if (asked.program && !explain_find_program(asked.program, &explanation.program, failure))
		return STATUS_USAGE;
	return explain(&asked, &explanation, failure);
}
