/* SPDX-License-Identifier: MIT
 * random_test.c - the sequences of random calls of tests/preload/hosts/random_calls.c, bare and under the engine: what
 * the guard does not change is the same to the last errno, and no server is left open, also where sockets outlive exec, go
 * through children, messages and duplicates, and where the process changes its network namespace and its privileges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "seccomp/guarded.h"

#define SEQUENCES 2000 /* BG_SEQUENCES of the environment, divided by 50 */
#define LEAST 200      /* in fewer none may leave a server open that is not guarded */
#define REPEATS 3      /* a sequence that does not differ each time met a slow machine */
#define LINE 32	       /* "NUMBER HASH" */

static unsigned long seed, sequences = SEQUENCES;

/** network - as in tests/preload/random_test.c. */
static const char network[] =
	"ip link set lo up && ip link add lan0 address 02:00:00:00:00:01 type veth peer name lan1 address "
	"02:00:00:00:00:02 && ip link set lan0 addrgenmode none up && ip link set lan1 addrgenmode none up && ip addr "
	"add "
	"10.98.0.1/24 dev lan0 && ip addr add fd98::1/64 dev lan0 nodad && ip addr add fe80::98/64 dev lan0 nodad && "
	"echo "
	"0 0 >/proc/sys/net/ipv4/ping_group_range && echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets";

/**
 * run - sequences @first .. @first + @count - 1 in a network namespace of their own.
 * @engine: variables and program in front of the host; "": bare
 * Return: what the host printed, to be freed.
 */
static char *
run(const char *engine, const char *profile, unsigned long first, unsigned long count)
{
	size_t size = (size_t)count * LINE + 4096;
	char command[3072], *output = malloc(size);

	assert_non_null(output);
	snprintf(command, sizeof(command), "unshare -n sh -c '%s && exec env %s %s %lu %lu %lu %s'", network, engine,
		 HOST("random_calls"), seed, first, count, profile);
	if (run_bare(command, output, size) != 0)
		fail_msg("seed %lu %s %s %lu: the host did not end well: %.400s", seed, engine, profile, first, output);
	return output;
}

/** open_servers - the number in the last line of @output. */
static unsigned long
open_servers(const char *output)
{
	const char *last = strstr(output, "open ");

	assert_non_null(last);
	return strtoul(last + strlen("open "), NULL, 10);
}

/** differs - do both ways part in sequence @number alone, each time? */
static bool
differs(const char *engine, const char *profile, unsigned long number)
{
	bool same = false;

	for (int i = 0; i < REPEATS && !same; i++) {
		char *bare = run("", profile, number, 1), *guarded = run(engine, profile, number, 1);

		same = strncmp(bare, guarded, strcspn(bare, "\n")) == 0;
		free(bare);
		free(guarded);
	}
	return !same;
}

/** compare - the hash of each sequence is the same both ways. */
static void
compare(const char *engine, const char *profile)
{
	char *bare = run("", profile, 0, sequences), *guarded = run(engine, profile, 0, sequences);
	const char *a = bare, *b = guarded;

	for (unsigned long number = 0; number < sequences; number++) {
		if (strncmp(a, b, strcspn(a, "\n") + 1) != 0 && differs(engine, profile, number))
			fail_msg("sequence %lu of seed %lu differs, profile %s: `random_calls %lu %lu 1 %s verbose` "
				 "under both",
				 number, seed, profile, seed, number, profile);
		a += strcspn(a, "\n") + 1;
		b += strcspn(b, "\n") + 1;
	}
	free(bare);
	free(guarded);
}

/** none_is_open - under the engine; bare some are, else the question was none. */
static void
none_is_open(const char *engine, const char *profile)
{
	char *bare = run("", profile, 0, sequences), *guarded = run(engine, profile, 0, sequences);

	if (open_servers(guarded) || !open_servers(bare))
		fail_msg("seed %lu, profile %s: %lu servers are open (bare %lu)", seed, profile, open_servers(guarded),
			 open_servers(bare));
	free(bare);
	free(guarded);
}

/** sequence_without_wildcards_is_as_bare - the default configuration leaves every other address alone. */
static void
sequence_without_wildcards_is_as_bare(void **state)
{
	(void)state;
	compare("BINDGUARD_CONFIG= BINDGUARD_LOG=none " BG_SECCOMP_CLI, "specific");
}

/** sequence_observed_that_moves_is_as_bare - observe mode changes nothing. */
static void
sequence_observed_that_moves_is_as_bare(void **state)
{
	(void)state;
	compare("BINDGUARD_CONFIG= BINDGUARD_MODE=observe BINDGUARD_LOG=none " BG_SECCOMP_CLI, "any+");
}

/** sequence_that_moves_without_wildcards_is_as_bare - likewise, with all that loses the memory of a process. */
static void
sequence_that_moves_without_wildcards_is_as_bare(void **state)
{
	(void)state;
	compare("BINDGUARD_CONFIG= BINDGUARD_LOG=none " BG_SECCOMP_CLI, "specific+");
}

/** sequence_that_moves_leaves_no_server_open - neither a listener nor a datagram server on a wildcard. */
static void
sequence_that_moves_leaves_no_server_open(void **state)
{
	(void)state;
	none_is_open("BINDGUARD_CONFIG= BINDGUARD_LOG=none " BG_SECCOMP_CLI, "any+");
	none_is_open("BINDGUARD_CONFIG= BINDGUARD_LOG=none " BG_SECCOMP_CLI, "any");
}

static int
set_up(void **state)
{
	const char *given = getenv("BG_SEED"), *fewer = getenv("BG_SEQUENCES");
	uint32_t drawn;

	(void)state;
	if (given)
		seed = strtoul(given, NULL, 10);
	else if (getrandom(&drawn, sizeof(drawn), 0) == sizeof(drawn))
		seed = drawn;
	if (fewer)
		sequences = strtoul(fewer, NULL, 10) / 50;
	if (sequences < LEAST)
		sequences = LEAST;
	print_message("# seed: BG_SEED=%lu\n", seed);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_observed_that_moves_is_as_bare),
		cmocka_unit_test(sequence_that_moves_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_that_moves_leaves_no_server_open),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
