/* SPDX-License-Identifier: MIT
 * help.c - `bindguard help`: the subcommands, or the options of one; and which subcommand a mistyped word is near to. Runs
 * in the launcher only. */
#include <stdio.h>
#include <string.h>

#include "launcher/command.h"
#include "launcher/help/help.h"

/** WORD_MAX - longer than any subcommand's name by more than a typing mistake. */
#define WORD_MAX 16

/** help_print - the subcommands, on standard output. */
void
help_print(void)
{
	puts("usage: bindguard [run] [OPTION...] [--] CMD [ARG...]");
	for (size_t i = 1; i < command_count; i++)
		printf("       bindguard %s %s\n", commands[i].name, commands[i].synopsis);
	puts("\nKeeps CMD's servers off the network.\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	puts("\n`bindguard help SUBCOMMAND` has its options; bindguard(1) and bindguard.conf(5) have the rest.");
}

/** least - of three. */
static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned low = a < b ? a : b;

	return low < c ? low : c;
}

/**
 * count_mistakes - how many letters were left out, added, exchanged for another or swapped with the next one, to make
 * @word of @name. Both are shorter than WORD_MAX.
 */
static unsigned
count_mistakes(const char *word, const char *name)
{
	unsigned counts[WORD_MAX][WORD_MAX] = {{0}}; /* of the first i letters of @word and the first j of @name */
	size_t i, j;

	for (i = 0; i <= strlen(word); i++)
		for (j = 0; j <= strlen(name); j++) {
			if (i == 0 || j == 0) {
				counts[i][j] = (unsigned)(i + j);
				continue;
			}
			counts[i][j] = least(counts[i - 1][j] + 1, counts[i][j - 1] + 1,
					     counts[i - 1][j - 1] + (word[i - 1] != name[j - 1]));
			if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1])
				counts[i][j] = least(counts[i][j], counts[i - 2][j - 2] + 1, WORD_MAX);
		}
	return counts[strlen(word)][strlen(name)];
}

/** help_nearest - the subcommand that @word is likely meant to be, NULL: none. A short name has one mistake, others two. */
const struct command *
help_nearest(const char *word)
{
	const struct command *nearest = NULL;
	unsigned fewest = WORD_MAX;

	for (size_t i = 0; i < command_count && strlen(word) < WORD_MAX; i++) {
		unsigned mistakes = count_mistakes(word, commands[i].name);

		if (mistakes <= (strlen(commands[i].name) > 4 ? 2 : 1) && mistakes < fewest) {
			nearest = &commands[i];
			fewest = mistakes;
		}
	}
	return nearest;
}

/** fail_unknown - @word is no subcommand. */
static int
fail_unknown(const char *word, struct failure *failure)
{
	const struct command *nearest = help_nearest(word);
	char names[256] = "";
	size_t length = 0;

	if (nearest)
		return command_fail(failure, STATUS_USAGE, "unknown subcommand \"%.100s\"; did you mean %s?", word,
				    nearest->name);
	for (size_t i = 0; i < command_count && length < sizeof(names); i++)
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "",
					   commands[i].name);
	return command_fail(failure, STATUS_USAGE, "unknown subcommand \"%.100s\", expected one of: %s", word, names);
}

/** command_help - `bindguard help`. */
int
command_help(int argc, char **argv, struct failure *failure)
{
	const struct option_spec *option;
	const struct command *command;
	struct options options;

	options_begin(&options, argc, argv);
	option = options_next(&options, failure);
	if (failure->text[0])
		return STATUS_USAGE;
	if (option) {
		options_print_help(options.command);
		return STATUS_GOOD;
	}
	if (argc - options.at > 1)
		return command_fail(failure, STATUS_USAGE, "unexpected \"%.100s\", expected one SUBCOMMAND at most",
				    argv[options.at + 1]);
	if (options.at >= argc) {
		help_print();
		return STATUS_GOOD;
	}
	command = command_find(argv[options.at]);
	if (!command)
		return fail_unknown(argv[options.at], failure);
	options_print_help(command);
	return STATUS_GOOD;
}
