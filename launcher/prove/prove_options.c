/* SPDX-License-Identifier: MIT
 * prove_options.c - the command line of `bindguard prove`: its own options, and those of `run`, which go on to that. Runs
 * in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/prove/prove.h"

#define WAIT_DEFAULT_MS 10000
#define WAIT_SECONDS_MAX 86400

/** read_seconds - the argument of --wait. */
static int
read_seconds(const char *word, long *milliseconds, struct failure *failure)
{
	char *end;
	long seconds;

	errno = 0;
	seconds = strtol(word, &end, 10);
	if (errno || end == word || *end || seconds < 1 || seconds > WAIT_SECONDS_MAX)
		return command_fail(failure, STATUS_RUN_FAILED, "--wait \"%.60s\", expected seconds from 1 to %d", word,
				    WAIT_SECONDS_MAX);
	*milliseconds = seconds * 1000;
	return STATUS_GOOD;
}

/**
 * set_option - take one option; one of run's is written down for `run`, too.
 * @words: as far as they are written
 */
static int
set_option(struct proof *proof, size_t *words, const struct option_spec *option, const char *value,
	   struct failure *failure)
{
	if (options_is(option, "json"))
		proof->json = true;
	else if (options_is(option, "unguarded"))
		proof->unguarded = true;
	else if (options_is(option, "wait"))
		return read_seconds(value, &proof->wait_ms, failure);
	else if (asprintf(&proof->words[*words], "--%s%s%s", option->name, value ? "=" : "", value ? value : "") < 0)
		return command_fail(failure, STATUS_RUN_FAILED, "out of memory");
	else
		++*words;
	return run_set_option(&proof->run, option, value, failure);
}

/** check - do the options agree with each other? */
static int
check(const struct proof *proof, struct failure *failure)
{
	const struct run *run = &proof->run;
	const char *guarding = run->config			  ? "config"
			       : placement_given(&run->placement) ? placement_given(&run->placement)
			       : run->observe			  ? "observe"
			       : run->log			  ? "log"
			       : run->format			  ? "format"
			       : run->verbose			  ? "verbose"
			       : run->engine != BG_ENGINE_UNKNOWN ? "engine"
								  : NULL;

	if (proof->unguarded && guarding)
		return command_fail(failure, STATUS_RUN_FAILED,
				    "--unguarded and --%s contradict each other, expected one of them", guarding);
	return run_check(run, failure);
}

/** finish_words - CMD behind run's options, or alone where there is no guard. */
static void
finish_words(struct proof *proof, size_t words)
{
	static char end[] = "--";

	if (proof->unguarded)
		words = 0;
	else
		proof->words[words++] = end;
	for (char **word = proof->run.argv; *word; word++)
		proof->words[words++] = *word;
	proof->words[words] = NULL;
}

/**
 * prove_read - the command line into @proof.
 * @help: --help was asked for
 */
int
prove_read(int argc, char **argv, struct proof *proof, bool *help, struct failure *failure)
{
	static char run[] = "run";
	const struct option_spec *option;
	struct options options;
	size_t words = 1, room = (size_t)argc + 4;
	int status = STATUS_GOOD;

	for (int i = 0; i < argc; i++)
		room += strlen(argv[i]); /* -nnn is three options */
	proof->wait_ms = WAIT_DEFAULT_MS;
	proof->words = calloc(room, sizeof(*proof->words));
	if (!proof->words)
		return command_fail(failure, STATUS_RUN_FAILED, "out of memory");
	proof->words[0] = run;
	options_begin(&options, argc, argv);
	while (status == STATUS_GOOD && (option = options_next(&options, failure))) {
		*help = options_is(option, "help");
		if (*help)
			return STATUS_GOOD;
		status = set_option(proof, &words, option, options.value, failure);
	}
	proof->run.argv = argv + options.at;
	if (failure->text[0])
		return STATUS_RUN_FAILED;
	status = check(proof, failure);
	finish_words(proof, words);
	proof->progress = !proof->run.quiet && isatty(STDERR_FILENO);
	return status;
}
