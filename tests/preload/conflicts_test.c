/* SPDX-License-Identifier: MIT
 * conflicts_test.c - a port that is in use for the bare program is in use for the guarded one, at the same call; and none
 * else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define QUIET "BINDGUARD_LOG=none"
#define LINES 4032 /* that hosts/conflict.c prints */

static char bare[400000], guarded[400000];

/** compare - line by line. Return: lines that are alike. */
static unsigned
compare(const char *first, const char *second)
{
	unsigned lines = 0;

	for (; *first || *second; lines++) {
		size_t length = strcspn(first, "\n"), other = strcspn(second, "\n");

		if (length != other || memcmp(first, second, length) != 0)
			fail_msg("bare %.*s, guarded %.*s", (int)length, first, (int)other, second);
		first += length + (first[length] == '\n');
		second += other + (second[other] == '\n');
	}
	return lines;
}

/** port_in_use_is_refused_as_bare - by addresses of the network, connections, TIME-WAIT; of both users. */
static void
port_in_use_is_refused_as_bare(void **state)
{
	unsigned lines;

	(void)state;
	assert_int_equal(host_run(NULL, "conflict 21000", bare, sizeof(bare)), 0);
	assert_int_equal(host_run(QUIET, "conflict 22000", guarded, sizeof(guarded)), 0);
	if (strstr(bare, "no holder"))
		fail_msg("%.100s", strstr(bare, "no holder"));
	assert_non_null(strstr(bare, "EADDRINUSE"));
	lines = compare(bare, guarded);
	assert_int_equal(lines, LINES);
	figure("%u sockets get what the bare ones get", lines);
}

/** port_that_is_shared_is_nobody_else_s - no worker is refused, and no datagram taken away. */
static void
port_that_is_shared_is_nobody_else_s(void **state)
{
	(void)state;
	host_expect(QUIET, "sharing 23000", "20 moments, 0 binds failed, 0 datagrams were lost");
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_in_use_is_refused_as_bare),
		cmocka_unit_test(port_that_is_shared_is_nobody_else_s),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("conflicts", tests, sizeof(tests) / sizeof(tests[0]), set_up, tear_down);
}
