/* SPDX-License-Identifier: MIT
 * options.c - the subcommands and their options, in one table each, and the reading of a command line. Runs in the
 * launcher only. Options stand before the first other word, so that CMD's own options stay CMD's. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "launcher/command.h"

#define HELP_OPTION                                                                                                    \
	{                                                                                                              \
		'h', "help", NULL, "print this help"                                                                   \
	}

/* What `run` takes, `prove` takes too. */
#define RUN_OPTIONS                                                                                                    \
	{'c', "config", "FILE", "read this configuration and no other"},                                               \
		{'t', "to", "TO", "in the place of loopback: ADDR[,ADDR] or an interface"},                            \
		{'n', "observe", NULL, "change nothing, log what would be changed"},                                   \
		{'l', "log", "LOG", "stderr, syslog, journal, none or a file"},                                        \
		{'f', "format", "FORMAT", "text or json"},                                                             \
		{'q', "quiet", NULL, "log nothing; errors are still printed"},                                         \
		{'v', "verbose", NULL, "log every bind, and say what is done with CMD"},                               \
	{                                                                                                              \
		'e', "engine", "ENGINE", "auto, preload or seccomp (no_new_privs: no sudo inside)"                     \
	}

static const struct option_spec run_options[] = {
	RUN_OPTIONS,
	HELP_OPTION,
	{0},
};
static const struct option_spec check_options[] = {
	HELP_OPTION,
	{0},
};
static const struct option_spec explain_options[] = {
	{'c', "config", "FILE", "read this configuration and no other"},
	{'p', "program", "PROGRAM", "name or path of the program that binds"},
	{0, "command", "LINE", "its whole command line, for rules with `command`"},
	{0, "v6only", NULL, "the IPv6 socket has IPV6_V6ONLY set"},
	{0, "json", NULL, "print JSON"},
	HELP_OPTION,
	{0},
};
static const struct option_spec list_options[] = {
	{'a', "all", NULL, "raw sockets and connected UDP sockets too"},
	{0, "json", NULL, "print JSON"},
	HELP_OPTION,
	{0},
};

static const struct option_spec prove_options[] = {
	{0, "unguarded", NULL, "run CMD without the guard"},
	{0, "json", NULL, "print JSON"},
	{0, "wait", "SECONDS", "how long CMD may take until it listens; default 10"},
	RUN_OPTIONS,
	HELP_OPTION,
	{0},
};

const struct command commands[] = {
	{"run", "[OPTION...] [--] CMD [ARG...]", "run CMD guarded; `run` may be left out", STATUS_RUN_FAILED,
	 run_options, command_run},
	{"check", "[FILE]", "check a configuration, print its rules as understood", STATUS_USAGE, check_options,
	 command_check},
	{"explain", "[OPTION...] PROTO ADDRESS:PORT", "which rule decides, and why no other", STATUS_USAGE,
	 explain_options, command_explain},
	{"list", "[OPTION...]", "what listens on this machine, and who can reach it", STATUS_USAGE, list_options,
	 command_list},
	{"prove", "[OPTION...] [--] CMD [ARG...]", "run CMD on a throw-away network, and try from there who reaches it",
	 STATUS_RUN_FAILED, prove_options, command_prove},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/** fail - set @failure's text. Return: @status, for the caller to return. */
int
fail(struct failure *failure, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	return status;
}

/** options_begin - start reading behind the subcommand's name in @argv[0]. */
void
options_begin(struct options *options, int argc, char **argv)
{
	memset(options, 0, sizeof(*options));
	options->argc = argc;
	options->argv = argv;
	options->at = 1;
	options->command = &commands[0];
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			options->command = &commands[i];
}

/** take_value - the argument of @option: the rest of the word, or the next word. */
static const struct option_spec *
take_value(struct options *options, const struct option_spec *option, const char *rest, struct failure *failure)
{
	options->value = NULL;
	if (!option->argument) {
		if (!rest)
			return option;
		fail(failure, 0, "--%s takes no argument", option->name);
		return NULL;
	}
	options->value = rest ? rest : options->at < options->argc ? options->argv[options->at++] : NULL;
	if (options->value)
		return option;
	fail(failure, 0, "--%s lacks its argument, expected %s", option->name, option->argument);
	return NULL;
}

/** next_long - the word is `--name` or `--name=value`. */
static const struct option_spec *
next_long(struct options *options, const char *word, struct failure *failure)
{
	size_t length = strcspn(word, "=");

	for (const struct option_spec *option = options->command->options; option->name; option++)
		if (strlen(option->name) == length && strncmp(option->name, word, length) == 0)
			return take_value(options, option, word[length] ? word + length + 1 : NULL, failure);
	fail(failure, 0, "unknown option --%.*s, expected one of `bindguard %s --help`", (int)length, word,
	     options->command->name);
	return NULL;
}

/** next_letter - the next of the letters in options->group. */
static const struct option_spec *
next_letter(struct options *options, struct failure *failure)
{
	char letter = *options->group++;
	const char *rest = *options->group ? options->group : NULL;

	if (!rest)
		options->group = NULL;
	for (const struct option_spec *option = options->command->options; option->name; option++) {
		if (option->letter != letter)
			continue;
		if (!option->argument) {
			options->value = NULL;
			return option;
		}
		options->group = NULL;
		return take_value(options, option, rest, failure);
	}
	fail(failure, 0, "unknown option -%c, expected one of `bindguard %s --help`", letter, options->command->name);
	return NULL;
}

/**
 * options_next - the next option; its argument is in options->value.
 * Return: NULL where there are no more (options->at is then the first other word), or where the command line is wrong:
 * @failure then has a text.
 */
const struct option_spec *
options_next(struct options *options, struct failure *failure)
{
	const char *word;

	if (options->group)
		return next_letter(options, failure);
	word = options->at < options->argc ? options->argv[options->at] : NULL;
	if (!word || word[0] != '-' || !word[1])
		return NULL;
	options->at++;
	if (strcmp(word, "--") == 0)
		return NULL;
	if (word[1] == '-')
		return next_long(options, word + 2, failure);
	options->group = word + 1;
	return next_letter(options, failure);
}

/** options_is - is @option the one called --@name? */
bool
options_is(const struct option_spec *option, const char *name)
{
	return strcmp(option->name, name) == 0;
}

/** options_print_help - usage and options of @command on standard output. */
void
options_print_help(const struct command *command)
{
	printf("usage: bindguard %s %s\n\n%s\n\n", command->name, command->synopsis, command->help);
	for (const struct option_spec *option = command->options; option->name; option++) {
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s --%s %s", option->letter ? '-' : ' ',
			 option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
			 option->argument ? option->argument : "");
		printf("  %-24s %s\n", left, option->help);
	}
}
