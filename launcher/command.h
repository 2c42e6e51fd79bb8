/* SPDX-License-Identifier: MIT
 * command.h - what the subcommands of `bindguard` share: how they are called, how they fail, how they end. */
#ifndef BINDGUARD_LAUNCHER_COMMAND_H
#define BINDGUARD_LAUNCHER_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

/** enum status - exit status of the command. They are API: bindguard(1), EXIT STATUS. */
enum status {
	STATUS_GOOD = 0,
	STATUS_MISTAKES = 1,	 /* check: the configuration has mistakes */
	STATUS_EXPOSED = 1,	 /* prove: another machine reaches CMD */
	STATUS_USAGE = 2,	 /* bad usage; check: the file cannot be read; list: the kernel cannot be asked */
	STATUS_CHANGED = 3,	 /* explain: the call would be changed */
	STATUS_LOST = 3,	 /* prove: nobody else reaches CMD, but this machine does not either */
	STATUS_DENIED = 4,	 /* explain: the call would be denied */
	STATUS_RUN_FAILED = 125, /* run, prove: bindguard itself failed or refused */
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

/**
 * struct failure - why a subcommand ends early. Caller-owned; main() prints it once, behind "bindguard: ".
 * @text: one line without its newline, "what is wrong, and what was expected"; "" where there is nothing to print
 * @lines: whole lines that are printed as they are, before @text: the mistakes of a configuration. Allocated, or NULL
 */
struct failure {
	char text[1024];
	char *lines;
};

/**
 * struct option_spec - an option of a subcommand. The tables in command_options.c are the one place: --help is printed from
 * them, and tests/lint/options.sh compares them with the manual page and the completion.
 * @letter: `-x`, or 0: long only
 * @name: `--name`
 * @argument: name of its argument, NULL: it takes none
 * @help: one line
 */
struct option_spec {
	char letter;
	const char *name;
	const char *argument;
	const char *help;
};

/**
 * struct command - a subcommand.
 * @name: word on the command line
 * @synopsis: what is behind it
 * @help: one line
 * @usage_status: exit status of bad usage
 * @options: table, ends with a NULL name
 * @run: does it. @argv[0] is the subcommand's name. Return: exit status
 */
struct command {
	const char *name;
	const char *synopsis;
	const char *help;
	int usage_status;
	const struct option_spec *options;
	int (*run)(int argc, char **argv, struct failure *failure);
};

extern const struct command commands[];
extern const size_t command_count;

int command_run(int argc, char **argv, struct failure *failure);
int command_check(int argc, char **argv, struct failure *failure);
int command_explain(int argc, char **argv, struct failure *failure);
int command_list(int argc, char **argv, struct failure *failure);
int command_prove(int argc, char **argv, struct failure *failure);
int command_help(int argc, char **argv, struct failure *failure);

const struct command *command_find(const char *name);

int command_fail(struct failure *failure, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** OPTIONS_MAX - of one subcommand. */
#define OPTIONS_MAX 20

/**
 * struct options - a command line being read, by getopt_long(3).
 * @command: whose options
 * @argc, @argv: as the subcommand got them; @at: index of the next word
 * @value: argument of the last option, NULL where it takes none
 * @names, @letters: the command's table as getopt_long() wants it
 */
struct options {
	const struct command *command;
	int argc;
	char **argv;
	int at;
	const char *value;
	struct option names[OPTIONS_MAX + 1];
	char letters[2 + 2 * OPTIONS_MAX + 1];
};

void options_begin(struct options *options, int argc, char **argv);
const struct option_spec *options_next(struct options *options, struct failure *failure);
const char *options_take_word(struct options *options);
bool options_is(const struct option_spec *option, const char *name);
void options_print_help(const struct command *command);

#endif
