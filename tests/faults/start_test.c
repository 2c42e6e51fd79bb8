/* SPDX-License-Identifier: MIT
 * start_test.c - each system call that the guard makes while a program starts fails in turn: the program starts all the
 * same, under the rules or under lockdown, which is said; never under less. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "faults/places.h"
#include "faults/start.h"
#include "net/addresses.h"
#include "preload/host.h"
#include "preload/sink.h"

static const int errors[] = {EPERM, ENOMEM, EINTR, ENOSYS, EIO};
static unsigned injections;

/** struct outcomes - how often. */
struct outcomes {
	unsigned right, lockdown;
};

/** preload - the library, and behind it, so that its constructor comes first, the mark. */
static const char *
preload(void)
{
	static char value[2048];

	snprintf(value, sizeof(value), "%s %s/hosts/mark.so", host_preload(), BG_BUILD_DIR);
	return value;
}

/** one_start - one call fails. Return: whether there was one. */
static bool
one_start(const char *const *environment, const struct fault *fault, const char *right, struct outcomes *outcomes)
{
	struct start_result result;

	start_run(preload(), environment, fault, &result);
	start_expect_end(fault, &result);
	if (start_is(&result, right))
		outcomes->right++;
	else if (start_is(&result, START_LOCKDOWN))
		outcomes->lockdown++;
	else
		fail_msg("call %u (%ld)%s: %s: printed %s, said %.400s", fault->at, result.trace.number,
			 fault_more_name(fault->more), fault_error_name(fault->error), result.output, result.said);
	injections += result.trace.injected > 0;
	return result.trace.injected > 0;
}

/** every_start - each call, with each error, alone and with all that follow. */
static struct outcomes
every_start(const char *const *environment, const char *right)
{
	struct outcomes outcomes = {0};

	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime gives up when its own calls fail */
	injections = 0;
	for (size_t i = 0; i < 3 * sizeof(errors) / sizeof(errors[0]); i++) {
		struct fault fault = {.error = errors[i / 3], .more = (enum fault_more)(i % 3)};

		if (fault.more && fault.error == EINTR) /* libc tries again, for ever, and so may we */
			continue;
		do
			fault.at++;
		while (one_start(environment, &fault, right, &outcomes));
		assert_true(fault.at > 5);
	}
	figure("%u injections: %u times the rules, %u times lockdown", injections, outcomes.right, outcomes.lockdown);
	return outcomes;
}

/** file_named_by_the_environment_is_read_whole_or_not_used - BINDGUARD_CONFIG. */
static void
file_named_by_the_environment_is_read_whole_or_not_used(void **state)
{
	static const char *const environment[] = {"BINDGUARD_CONFIG", FAULT_RULES, NULL};
	struct outcomes outcomes = every_start(environment, START_RIGHT);

	(void)state;
	assert_true(outcomes.right > 0 && outcomes.lockdown > 0);
}

/** file_of_the_user_is_read_whole_or_not_used - looked for where it belongs. */
static void
file_of_the_user_is_read_whole_or_not_used(void **state)
{
	static const char *const environment[] = {"XDG_CONFIG_HOME", FAULT_FOLDER "/home", NULL};

	(void)state;
	assert_int_equal(system("mkdir -p " FAULT_FOLDER "/home/bindguard && cp " FAULT_RULES " " FAULT_FOLDER
				"/home/bindguard/bindguard.conf"),
			 0);
	every_start(environment, START_RIGHT);
}

/** environment_over_the_file_counts_or_nothing_does - the log must be found where it says, whatever fails. */
static void
environment_over_the_file_counts_or_nothing_does(void **state)
{
	static const char *const environment[] = {
		"BINDGUARD_CONFIG", FAULT_RULES, "BINDGUARD_LOG", FAULT_LOG, "BINDGUARD_LOG_FORMAT", "json", NULL};

	(void)state;
	every_start(environment, START_RIGHT);
}

/** environment_that_only_the_kernel_has_counts_or_nothing_does - another library's constructor has called clearenv(3). */
static void
environment_that_only_the_kernel_has_counts_or_nothing_does(void **state)
{
	static const char *const environment[] = {"BINDGUARD_CONFIG", FAULT_RULES, "FAULT_CLEARENV", "1", NULL};
	struct outcomes outcomes = every_start(environment, START_RIGHT);

	(void)state;
	assert_true(outcomes.right > 0 && outcomes.lockdown > 0);
}

/** built_in_default_needs_nothing_that_fails - no file; and the target is the environment's. */
static void
built_in_default_needs_nothing_that_fails(void **state)
{
	static const char *const environment[] = {"BINDGUARD_CONFIG", "", NULL};
	static const char *const elsewhere[] = {"BINDGUARD_CONFIG", "", "BINDGUARD_TO", "127.0.0.1,::1", NULL};

	(void)state;
	every_start(environment, START_DEFAULT);
	every_start(elsewhere, START_DEFAULT);
}

/** mode_off_is_off_whatever_fails - who asks for it gets the bare calls. */
static void
mode_off_is_off_whatever_fails(void **state)
{
	static const char *const environment[] = {"BINDGUARD_CONFIG", FAULT_RULES, "BINDGUARD_MODE", "off", NULL};
	static const char bare[] = " 0.0.0.0:4100 0.0.0.0:4101 0.0.0.0:4102 0.0.0.0:4103 " HERE4 ":4104\n";
	struct outcomes outcomes = every_start(environment, bare);

	(void)state;
	assert_int_equal(outcomes.lockdown, 0);
}

static int
set_up(void **state)
{
	return fault_possible() ? start_set_up(state) : -1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_named_by_the_environment_is_read_whole_or_not_used),
		cmocka_unit_test(file_of_the_user_is_read_whole_or_not_used),
		cmocka_unit_test(environment_over_the_file_counts_or_nothing_does),
		cmocka_unit_test(environment_that_only_the_kernel_has_counts_or_nothing_does),
		cmocka_unit_test(built_in_default_needs_nothing_that_fails),
		cmocka_unit_test(mode_off_is_off_whatever_fails),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, start_tear_down);
}
