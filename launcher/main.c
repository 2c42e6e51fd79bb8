/* SPDX-License-Identifier: MIT
 * main.c - the command `bindguard`: finds the subcommand, runs it, prints why it failed. The launcher's only printer of
 * errors; note.c has what is no error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/command.h"

/** print_failure - why the subcommand ended early, and free it. */
static void
print_failure(struct failure *failure)
{
	if (failure->lines)
		fputs(failure->lines, stderr);
	if (failure->text[0])
		fprintf(stderr, "bindguard: %s\n", failure->text);
	free(failure->lines);
	failure->lines = NULL;
}

/** print_help - the subcommands, on standard output. */
static void
print_help(void)
{
	puts("usage: bindguard [run] [OPTION...] [--] CMD [ARG...]");
	for (size_t i = 1; i < command_count; i++)
		printf("       bindguard %s %s\n", commands[i].name, commands[i].synopsis);
	puts("\nKeeps CMD's servers off the network.\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	puts("\n`bindguard SUBCOMMAND --help` has its options; bindguard(1) and bindguard.conf(5) have the rest.");
}

/** find - the subcommand called @name, NULL where there is none. */
static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/** close_output - what was printed must have arrived: a full disk is a failure too. */
static int
close_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	perror("bindguard: standard output");
	return status == STATUS_GOOD ? STATUS_USAGE : status;
}

int
main(int argc, char **argv)
{
	static char run[] = "run";
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;
	struct failure failure = {"", NULL};
	int status;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help();
		return close_output(STATUS_GOOD);
	}
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
		puts("bindguard " BG_VERSION);
		return close_output(STATUS_GOOD);
	}
	if (command) {
		status = command->run(argc - 1, argv + 1, &failure);
	} else {
		argv[0] = run; /* the word may be left out */
		status = command_run(argc, argv, &failure);
	}
	print_failure(&failure);
	return close_output(status);
}
