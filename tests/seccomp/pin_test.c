/* SPDX-License-Identifier: MIT
 * pin_test.c - a program that is pinned to one of two links by the engine seccomp: what it sends leaves by it or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "preload/pin_run.h"
#include "seccomp/guarded.h"

/** program_pinned_sends_nothing_by_another_link - 10,000 of them. */
static void
program_pinned_sends_nothing_by_another_link(void **state)
{
	(void)state;
	pin_check_sends();
}

/** program_without_its_device_goes_no_other_way - and comes back to it. */
static void
program_without_its_device_goes_no_other_way(void **state)
{
	(void)state;
	pin_check_lost_device();
}

static int
set_up(void **state)
{
	(void)state;
	log_to("none");
	return pin_set_up(PIN_SECCOMP);
}

static int
tear_down(void **state)
{
	(void)state;
	return pin_tear_down();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_pinned_sends_nothing_by_another_link),
		cmocka_unit_test(program_without_its_device_goes_no_other_way),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
