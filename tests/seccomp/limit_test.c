/* SPDX-License-Identifier: MIT
 * limit_test.c - who reaches a limited server, by the engine seccomp: the rows of tests/preload/limit_rows.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/places.h"
#include "preload/host.h"
#include "preload/limit_rows.h"

/** server_is_reached_from_these_places - every row, and every place of it. */
static void
server_is_reached_from_these_places(void **state)
{
	(void)state;
	limit_rows_check(LIMIT_SECCOMP);
}

/** server_bound_to_another_port_is_limited_by_that_one_s_rule - whatever it had before. */
static void
server_bound_to_another_port_is_limited_by_that_one_s_rule(void **state)
{
	(void)state;
	limit_rows_check_rebound(LIMIT_SECCOMP);
}

static int
set_up(void **state)
{
	(void)state;
	host_folder();
	return places_set_up();
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
		cmocka_unit_test(server_bound_to_another_port_is_limited_by_that_one_s_rule),
		cmocka_unit_test(server_is_reached_from_these_places),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
