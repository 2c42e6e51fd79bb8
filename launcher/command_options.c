/* SPDX-License-Identifier: MIT
 * command_options.c - the subcommands and their options, in one table each, and the reading of a command line with
 * getopt_long(3). Runs in the launcher only. Options stand before the first other word, so that CMD's own options stay CMD's. */
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
		{0, "from", "FROM", "keep the address, hear FROM[,FROM] only: machine, an interface, ADDR[/BITS]"},    \
		{0, "confine", "IFACE", "keep the address, hear what arrives at this interface only"},                 \
		{0, "pin", "IFACE", "listen and connect through this interface or not at all; loopback stays"},        \
		{'n', "observe", NULL, "change nothing, log what would be changed"},                                   \
		{'l', "log", "LOG", "stderr, syslog, journal, none or a file"},                                        \
		{'f', "format", "FORMAT", "text or json"},                                                             \
		{'q', "quiet", NULL, "log nothing; errors are still printed"},                                         \
		{'v', "verbose", NULL, "log every bind, and say what is done with CMD"},                               \
		{0, "no-follow", NULL, "guard CMD's children by the preload alone, say nothing of others"},            \
		{0, "strict", NULL, "refuse what CMD executes and nothing can guard"},                                 \
	{                                                                                                              \
		'e', "engine", "ENGINE", "auto, preload, seccomp (no sudo inside) or cgroup (root)"                    \
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
	{'t', "to", "TO", "in the place of loopback: ADDR[,ADDR] or an interface"},
	{0, "from", "FROM", "keep the address, hear FROM[,FROM] only: machine, an interface, ADDR[/BITS]"},
	{0, "confine", "IFACE", "keep the address, hear what arrives at this interface only"},
	{0, "pin", "IFACE", "listen and connect through this interface or not at all; loopback stays"},
	{'p', "program", "PROGRAM", "name or path of the program that binds"},
	{0, "command", "LINE", "its whole command line, for rules with `command`"},
	{'e', "engine", "ENGINE", "auto, preload, seccomp or cgroup: tell the rules that it cannot hold"},
	{0, "connect", NULL, "ask where a connect to PROTO ADDRESS:PORT goes from"},
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

static const struct option_spec help_options[] = {
	HELP_OPTION,
	{0},
};

/* The longest of them. */
_Static_assert(sizeof(prove_options) / sizeof(prove_options[0]) <= OPTIONS_MAX + 1, "OPTIONS_MAX is too small");

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
	{"help", "[SUBCOMMAND]", "print this help, or the options of a subcommand", STATUS_USAGE, help_options,
	 command_help},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/** command_find - the subcommand called @name, NULL where there is none. */
const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/** command_fail - set @failure's text. Return: @status, for the caller to return. */
int
command_fail(struct failure *failure, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	return status;
}

/** NO_LETTER - getopt_long() knows an option by its letter, and one without a letter by this and its place in the table. */
#define NO_LETTER 256

/** option_value - what getopt_long() returns for option number @index of @table. */
static int
option_value(const struct option_spec *table, size_t index)
{
	return table[index].letter ? table[index].letter : NO_LETTER + (int)index;
}

/** options_begin - start reading behind the subcommand's name in @argv[0]. */
void
options_begin(struct options *options, int argc, char **argv)
{
	const struct command *command = command_find(argv[0]);
	const struct option_spec *table;
	char *letter;

	memset(options, 0, sizeof(*options));
	options->argc = argc;
	options->argv = argv;
	options->at = 1;
	options->command = command ? command : &commands[0]; /* `run` may be left out */
	letter = options->letters;
	*letter++ = '+'; /* stop at the first word that is no option, whatever POSIXLY_CORRECT says */
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	table = options->command->options;
	for (size_t i = 0; table[i].name; i++) {
		options->names[i].name = table[i].name;
		options->names[i].has_arg = table[i].argument ? required_argument : no_argument;
		options->names[i].val = option_value(table, i);
		if (table[i].letter)
			*letter++ = table[i].letter;
		if (table[i].letter && table[i].argument)
			*letter++ = ':';
	}
	opterr = 0;
	optind = 0; /* begin anew, getopt(3) */
}

/** is_abbreviated - is @word `--name` or `--name=value` of another name than @option's? getopt_long() takes these. */
static bool
is_abbreviated(const struct option_spec *option, const char *word)
{
	return strncmp(word, "--", 2) == 0 && (strlen(option->name) != strcspn(word + 2, "=") ||
					       strncmp(option->name, word + 2, strlen(option->name)) != 0);
}

/** fail_option - say what is wrong with @word. @option: which it is, NULL: none; @error: what getopt_long() returned */
static const struct option_spec *
fail_option(const struct options *options, const struct option_spec *option, const char *word, int error,
	    struct failure *failure)
{
	if (option && error == ':')
		command_fail(failure, 0, "--%s lacks its argument, expected %s", option->name, option->argument);
	else if (option)
		command_fail(failure, 0, "--%s takes no argument", option->name);
	else if (strncmp(word, "--", 2) == 0)
		command_fail(failure, 0, "unknown option --%.*s, expected one of `bindguard %s --help`",
			     (int)strcspn(word + 2, "="), word + 2, options->command->name);
	else
		command_fail(failure, 0, "unknown option -%c, expected one of `bindguard %s --help`", optopt,
			     options->command->name);
	return NULL;
}

/**
 * options_next - the next option; its argument is in options->value. Abbreviations of names are refused: a script that
 * has one could mean another option by the next version.
 * Return: NULL where there are no more (options->at is then the first other word), or where the command line is wrong:
 * @failure then has a text.
 */
const struct option_spec *
options_next(struct options *options, struct failure *failure)
{
	const struct option_spec *table = options->command->options, *option = NULL;
	const char *word = options->at < options->argc ? options->argv[options->at] : "";
	int found = getopt_long(options->argc, options->argv, options->letters, options->names, NULL);
	int value = found == '?' || found == ':' ? optopt : found;

	options->at = optind;
	options->value = optarg;
	if (found == -1)
		return NULL;
	for (size_t i = 0; table[i].name && !option; i++)
		if (option_value(table, i) == value)
			option = &table[i];
	if (option && is_abbreviated(option, word))
		option = NULL;
	return option && found == value ? option : fail_option(options, option, word, found, failure);
}

/** options_take_word - the next word, which is no option; options may stand behind it. */
const char *
options_take_word(struct options *options)
{
	options->argc -= options->at;
	options->argv += options->at;
	options->at = 1;
	optind = 0; /* begin anew: this word is what the command's name is to getopt_long() */
	return options->argv[0];
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
