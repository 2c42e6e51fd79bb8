/* SPDX-License-Identifier: MIT
 * random_moves_test.c - sequences of random calls that also move sockets between processes, bare and under the guard:
 * as random_test.c has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/random_run.h"

#define MOVES (random_sequences / 25) /* a millisecond each: they execute and fork */

/**
 * sequence_that_moves_observed_is_as_bare - also where sockets outlive exec, go through children, messages and duplicates,
 * and where the process changes its network namespace and its privileges.
 */
static void
sequence_that_moves_observed_is_as_bare(void **state)
{
	struct random_run bare = {.profile = "any+", .count = MOVES}, guarded = bare;
	struct random_outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_MODE=observe BINDGUARD_LOG=none";
	random_compare(&bare, &guarded, &outcome);
	random_expect_as_open(&outcome);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", MOVES, outcome.repeated, random_seed);
}

/** sequence_that_moves_without_wildcards_is_as_bare - the default configuration leaves every other address alone. */
static void
sequence_that_moves_without_wildcards_is_as_bare(void **state)
{
	struct random_run bare = {.profile = "specific+", .count = MOVES}, guarded = bare;
	struct random_outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	random_compare(&bare, &guarded, &outcome);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", MOVES, outcome.repeated, random_seed);
}

/** sequence_that_moves_leaves_no_server_open - what one process image has guarded, the next one finds guarded. */
static void
sequence_that_moves_leaves_no_server_open(void **state)
{
	struct random_run bare = {.profile = "any+", .count = MOVES}, guarded = bare;
	struct random_outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	random_count_open(&bare, &guarded, &outcome);
	random_none_is_open(&guarded, outcome.open);
	figure("%lu sequences, servers left open: bare %lu, guarded %lu, seed %lu", MOVES, outcome.open[0],
	       outcome.open[1], random_seed);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_that_moves_observed_is_as_bare),
		cmocka_unit_test(sequence_that_moves_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_that_moves_leaves_no_server_open),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, random_set_up, random_tear_down);
}
