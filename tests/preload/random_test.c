/* SPDX-License-Identifier: MIT
 * random_test.c - sequences of random calls, bare and under the guard, in a network of their own: what the guard does
 * not change must be the same to the last errno, and what it changes must never be an open server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/random_run.h"

#define ENFORCED (random_sequences / 10)
#define MEETINGS (random_sequences / 25)
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"

/** write_rules - a configuration of 20 rules, most of which cannot be decided by the address alone. */
static const char *
write_rules(void)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/rules.conf", random_folder);
	file = fopen(path, "we");
	assert_non_null(file);
	for (int i = 0; i < 16; i++)
		fprintf(file,
			"rule \"r%d\" { program = {\"random_*\"} protocol = {\"%s\"} port = {\"%d-%d\"} action = %s "
			"}\n",
			i, i % 2 ? "tcp" : "udp", 10000 + i * 1000, 10400 + i * 1000, i % 3 ? "confine" : "deny");
	fputs("rule \"lan\" { address = {\"10.98.0.0/24\"} action = rewrite to = {\"127.0.0.9\", \"::1\"} }\n"
	      "rule \"zero\" { port = {\"0\"} protocol = {\"tcp\"} action = rewrite to = {\"lan0\"} }\n"
	      "rule \"raw\" { protocol = {\"raw\"} action = deny error = EPERM }\n"
	      "rule \"rest\" { address = {\"any\"} action = rewrite to = {\"loopback\"} }\n",
	      file);
	fclose(file);
	return path;
}

/** sequence_observed_is_as_bare - observe and off change nothing, whatever is called, configured and logged. */
static void
sequence_observed_is_as_bare(void **state)
{
	char rules[256], log[256];
	const char *const ways[] = {
		"BINDGUARD_MODE=observe BINDGUARD_LOG=none",
		"BINDGUARD_MODE=off",
		"BINDGUARD_CONFIG=/nowhere BINDGUARD_MODE=observe",
		log,
		rules,
	};
	const unsigned long count = random_sequences / 5;
	unsigned repeated = 0;

	(void)state;
	snprintf(log, sizeof(log), "BINDGUARD_MODE=observe BINDGUARD_LOG=%s/log BINDGUARD_LOG_EVENTS=all",
		 random_folder);
	snprintf(rules, sizeof(rules), "BINDGUARD_MODE=observe BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", write_rules());
	for (size_t i = 0; i < 5; i++) {
		struct random_run bare = {.profile = "any", .first = i * count, .count = count}, guarded = bare;
		struct random_outcome outcome = {0};

		guarded.environment = ways[i];
		random_compare(&bare, &guarded, &outcome);
		random_expect_as_open(&outcome);
		repeated += outcome.repeated;
	}
	figure("%lu sequences, 5 ways to observe, 0 differ (%u only once), seed %lu", count * 5, repeated, random_seed);
}

/** sequence_without_wildcards_is_as_bare - the default configuration leaves every other address alone. */
static void
sequence_without_wildcards_is_as_bare(void **state)
{
	struct random_run bare = {.profile = "specific", .count = ENFORCED}, guarded = bare;
	struct random_outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	random_compare(&bare, &guarded, &outcome);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", ENFORCED, outcome.repeated, random_seed);
}

/** sequence_of_wildcards_apart_is_as_bare - where no two sockets meet, only names and devices change; also for a user. */
static void
sequence_of_wildcards_apart_is_as_bare(void **state)
{
	struct random_run bare = {.profile = "apart", .count = ENFORCED}, guarded = bare;
	struct random_outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	random_compare(&bare, &guarded, &outcome);
	random_none_is_open(&guarded, outcome.open);
	bare.first = guarded.first = ENFORCED;
	bare.environment = "BINDGUARD_MODE=off " UNPRIVILEGED;
	guarded.environment = "BINDGUARD_LOG=none " UNPRIVILEGED;
	random_compare(&bare, &guarded, &outcome);
	random_none_is_open(&guarded, outcome.open);
	figure("%lu sequences, half of them unprivileged, 0 differ (%u only once), seed %lu", ENFORCED * 2,
	       outcome.repeated, random_seed);
}

/** sequence_guarded_leaves_no_server_open - neither a listener nor a datagram server on a wildcard, however it went. */
static void
sequence_guarded_leaves_no_server_open(void **state)
{
	struct random_run bare = {.profile = "any", .count = ENFORCED}, guarded = bare;
	unsigned long open[2] = {0};

	(void)state;
	for (int user = 0; user < 2; user++) {
		struct random_outcome outcome = {0};

		bare.environment = user ? "BINDGUARD_MODE=off " UNPRIVILEGED : NULL;
		guarded.environment = user ? "BINDGUARD_LOG=none " UNPRIVILEGED : "BINDGUARD_LOG=none";
		random_count_open(&bare, &guarded, &outcome);
		random_none_is_open(&guarded, outcome.open);
		open[0] += outcome.open[0];
		open[1] += outcome.open[1];
	}
	figure("%lu sequences, servers left open: bare %lu, guarded %lu, seed %lu", ENFORCED * 2, open[0], open[1],
	       random_seed);
}

/** outcome_of - return value and errno of a printed call; false where the line is none. */
static bool
outcome_of(const char *line, int *result, int *error)
{
	const char *at = strstr(line, " = ");

	return at && sscanf(at, " = %d errno %d", result, error) == 2;
}

/** is_conflict - the calls differ as documented: the wildcard's conflict with another address of the port is gone. */
static bool
is_conflict(const char *bare, const char *guarded)
{
	int result[2], error[2];

	return outcome_of(bare, &result[0], &error[0]) && outcome_of(guarded, &result[1], &error[1]) &&
	       (strncmp(bare, "bind", 4) == 0 || strncmp(bare, "listen", 6) == 0) && result[0] == -1 &&
	       error[0] == 98 && result[1] == 0;
}

/** without_name - cut a printed call before the socket's name. */
static void
without_name(char *line)
{
	char *at = strstr(line, " name ");

	if (at)
		*at = '\0';
}

/**
 * sequence_of_wildcards_that_meet_differs_in_conflicts_alone - return and errno are the bare call's until the first
 * EADDRINUSE that only the wildcard had: 127.0.0.1 does not conflict with another address of this machine.
 */
static void
sequence_of_wildcards_that_meet_differs_in_conflicts_alone(void **state)
{
	struct random_run bare = {.profile = "meet", .count = MEETINGS, .verbose = true}, guarded = bare;
	unsigned long conflicts = 0, calls = 0;
	char line[2][1024];
	bool parted = false;
	FILE *files[2];

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	random_run_both(&bare, &guarded);
	files[0] = random_open_output(&bare);
	files[1] = random_open_output(&guarded);
	while (random_next_line(files[0], line[0], sizeof(line[0])) &&
	       random_next_line(files[1], line[1], sizeof(line[1]))) {
		while (strcmp(line[0], line[1]) != 0 && strncmp(line[0], "slot", 4) == 0 && strstr(line[0], "open"))
			if (!random_next_line(files[0], line[0], sizeof(line[0])))
				break;
		without_name(line[0]);
		without_name(line[1]);
		if (strncmp(line[0], "lowest", 6) == 0)
			parted = false;
		if (parted || strchr("0123456789", line[0][0]) || strncmp(line[0], "open", 4) == 0)
			continue;
		calls++;
		if (strcmp(line[0], line[1]) == 0)
			continue;
		if (!is_conflict(line[0], line[1]))
			fail_msg("seed %lu\nbare:    %s\nguarded: %s", random_seed, line[0], line[1]);
		conflicts++;
		parted = true;
	}
	fclose(files[0]);
	fclose(files[1]);
	figure("%lu sequences, %lu lines compared, %lu conflicts of the wildcard alone, 0 other differences, seed %lu",
	       MEETINGS, calls, conflicts, random_seed);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_observed_is_as_bare),
		cmocka_unit_test(sequence_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_of_wildcards_apart_is_as_bare),
		cmocka_unit_test(sequence_guarded_leaves_no_server_open),
		cmocka_unit_test(sequence_of_wildcards_that_meet_differs_in_conflicts_alone),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, random_set_up, random_tear_down);
}
