/* SPDX-License-Identifier: MIT
 * main.c - the command `bindguard`: finds the subcommand, runs it, prints why it failed. The launcher's only printer of
 * errors; note.c has what is no error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/execution.h"
#include "launcher/command.h"
#include "launcher/help/help.h"
#include "launcher/run/followed.h"

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

/** suggest - @word was taken for CMD and is none: say so if it is nearly a subcommand. */
static void
suggest(const char *word, struct failure *failure)
{
	const struct command *nearest = help_nearest(word);
	size_t length = strlen(failure->text);

	if (nearest)
		snprintf(failure->text + length, sizeof(failure->text) - length, "; did you mean %s?", nearest->name);
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
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
	struct failure failure = {"", NULL};
	int status;

	if (argc > 1 && strcmp(argv[1], BG_FOLLOWED) == 0) {
		status = followed_run(argc, argv, &failure);
		print_failure(&failure);
		return status; /* standard output is the program's */
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		help_print();
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
		if (status == STATUS_NOT_FOUND && failure.text[0])
			suggest(argv[1], &failure);
	}
	print_failure(&failure);
	return close_output(status);
}
