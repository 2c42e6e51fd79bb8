/* SPDX-License-Identifier: MIT
 * conflicts_test.c - a port that is in use for the bare program is in use under the engine seccomp, too, whose own user is
 * another than the socket's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "seccomp/guarded.h"

static char bare[400000], guarded[400000];

/** port_in_use_is_refused_as_bare - the lines of hosts/conflict.c. */
static void
port_in_use_is_refused_as_bare(void **state)
{
	const char *first = bare, *second = guarded;

	(void)state;
	assert_int_equal(run_bare(HOST("conflict") " 21000", bare, sizeof(bare)), 0);
	assert_int_equal(run_guarded("env BINDGUARD_CONFIG= BINDGUARD_LOG=none", HOST("conflict") " 22000", guarded,
				     sizeof(guarded)),
			 0);
	if (strstr(bare, "no holder"))
		fail_msg("%.100s", strstr(bare, "no holder"));
	assert_non_null(strstr(bare, "EADDRINUSE"));
	while (*first && *first == *second) {
		first++;
		second++;
	}
	if (*first == *second)
		return;
	while (first > bare && first[-1] != '\n') {
		first--;
		second--;
	}
	fail_msg("bare %.*s, guarded %.*s", (int)strcspn(first, "\n"), first, (int)strcspn(second, "\n"), second);
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
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("seccomp-conflicts", tests, sizeof(tests) / sizeof(tests[0]), set_up, tear_down);
}
