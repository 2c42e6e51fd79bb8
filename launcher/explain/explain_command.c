/* SPDX-License-Identifier: MIT
 * explain_command.c - `bindguard explain`: what becomes of a bind, which rule decides it, and why each earlier one does not. Runs
 * in the launcher only. */
#include "launcher/explain/explain_engine.h"
#include "launcher/explain/explanation.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/explain/explain_ask.h"
#include "launcher/explain/explain_call.h"
#include "launcher/explain/explain_json.h"
#include "launcher/explain/explain_program.h"
#include "launcher/explain/explain_text.h"
#include "launcher/placement.h"

/**
 * struct explain_arguments - the command line.
 * @placement: --to, --from or --confine
 * @file, @program, @command, @engine: of the options; NULL where not given
 * @words: PROTO and ADDRESS:PORT
 * @word_count: how many words there are, also beyond these two; @last_word: the last of them
 */
struct explain_arguments {
	struct placement placement;
	const char *file;
	const char *program;
	const char *command;
	const char *engine;
	bool connects;
	bool v6only;
	bool json;
	bool help;
	const char *words[2];
	int word_count;
	const char *last_word;
};

/** take_option - note one option. */
static void
take_option(const struct option_spec *option, const char *value, struct explain_arguments *arguments)
{
	if (options_is(option, "config"))
		arguments->file = value;
	else if (placement_take(&arguments->placement, option, value))
		return;
	else if (options_is(option, "program"))
		arguments->program = value;
	else if (options_is(option, "command"))
		arguments->command = value;
	else if (options_is(option, "engine"))
		arguments->engine = value;
	else if (options_is(option, "connect"))
		arguments->connects = true;
	else if (options_is(option, "v6only"))
		arguments->v6only = true;
	else if (options_is(option, "json"))
		arguments->json = true;
	else
		arguments->help = true;
}

/** check_words - two of them. Return: false, and @failure set, where not. */
static bool
check_words(const struct explain_arguments *arguments, struct failure *failure)
{
	static const char expected[] = "expected PROTO ADDRESS:PORT such as tcp 0.0.0.0:8000";

	if (arguments->word_count == 0)
		command_fail(failure, 0, "the call is missing, %s", expected);
	else if (arguments->word_count == 1)
		command_fail(failure, 0, "ADDRESS:PORT is missing behind \"%.80s\", %s", arguments->words[0], expected);
	else if (arguments->word_count > 2)
		command_fail(failure, 0, "unexpected \"%.80s\", %s", arguments->last_word, expected);
	return arguments->word_count == 2;
}

/** read_arguments - options and words in any order. Return: false where @failure is set. */
static bool
read_arguments(struct options *options, struct explain_arguments *arguments, struct failure *failure)
{
	const struct option_spec *option;

	for (;;) {
		while ((option = options_next(options, failure)) != NULL)
			take_option(option, options->value, arguments);
		if (failure->text[0])
			return false;
		if (options->at >= options->argc)
			break;
		arguments->last_word = options_take_word(options);
		if (arguments->word_count < 2)
			arguments->words[arguments->word_count] = arguments->last_word;
		arguments->word_count++;
	}
	if (arguments->help)
		return true;
	return placement_check(&arguments->placement, STATUS_USAGE, failure) == STATUS_GOOD &&
	       check_words(arguments, failure);
}

/** answer - ask and print; everything is read. */
static int
answer(const struct explain_arguments *arguments, struct explanation *explanation, struct failure *failure)
{
	struct bg_request *request = &explanation->bind.request;
	int status = STATUS_USAGE;

	request->exe = explanation->program.exe;
	request->command = arguments->command ? arguments->command : "";
	if (explain_ask(explanation, failure)) {
		status = explanation->status;
		if (!arguments->json)
			explain_print_text(explanation);
		else if (!explain_print_json(explanation, failure))
			status = STATUS_USAGE;
	}
	free(explanation->listen);
	return status;
}

/** explain - the configuration must be good: under lockdown no rule of the file decides anything. */
static int
explain(const struct explain_arguments *arguments, struct explanation *explanation, struct failure *failure)
{
	struct config *config = NULL;
	int status = STATUS_USAGE;

	if (placement_put(&arguments->placement, STATUS_USAGE, failure) == STATUS_GOOD)
		config = config_load(arguments->file, &arguments->placement, failure);
	if (!config)
		return STATUS_USAGE;
	explanation->config = config;
	if (bg_diags_mistakes(&config->loaded.diags)) {
		config_fail(config, failure);
	} else {
		status = answer(arguments, explanation, failure);
	}
	config_free(config);
	return status;
}

/** command_explain - see bindguard(1). */
int
command_explain(int argc, char **argv, struct failure *failure)
{
	static struct explanation explanation;
	struct explain_arguments arguments = {0};
	struct options options;

	options_begin(&options, argc, argv);
	if (!read_arguments(&options, &arguments, failure))
		return STATUS_USAGE;
	if (arguments.help) {
		options_print_help(options.command);
		return STATUS_GOOD;
	}
	if (arguments.engine && !explain_engine_read(arguments.engine, &explanation.engine, failure))
		return STATUS_USAGE;
	explanation.protocol = arguments.words[0];
	explanation.bind.request.v6only = arguments.v6only;
	explanation.bind.request.call = arguments.connects ? BG_CALL_OUTGOING : BG_CALL_BIND;
	if (!explain_read_call(arguments.words[0], arguments.words[1], &explanation.bind.request, failure))
		return STATUS_USAGE;
	if (arguments.program && !explain_find_program(arguments.program, &explanation.program, failure))
		return STATUS_USAGE;
	return explain(&arguments, &explanation, failure);
}
