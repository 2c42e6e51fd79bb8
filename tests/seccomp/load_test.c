/* SPDX-License-Identifier: MIT
 * load_test.c - many binds at once and one after another, under signals, from threads, processes and Go: all guarded, none
 * lost, nothing left behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/guarded.h"

/** crowd_any_is_guarded - every single bind ends on loopback. */
static void
crowd_any_is_guarded(void **state)
{
	static const struct {
		const char *what;
		int count, good;
	} crowds[] = {{"threads", 64, 64}, {"processes", 64, 64}, {"storm", 500, 500},
		      {"leader", 1, 1},	   {"exec", 1, 1},	  {"recycled", 3, 5}};
	char command[256], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		snprintf(command, sizeof(command), "%s %s %d", HOST("crowd"), crowds[i].what, crowds[i].count);
		run_guarded("", command, output, sizeof(output));
		if (strcmp(output, "cannot\n") == 0)
			continue; /* an ordinary user cannot choose numbers */
		if (atoi(output) != crowds[i].good)
			fail_msg("%s: %s", crowds[i].what, output);
		figure("%s: %d binds, %d guarded", crowds[i].what, crowds[i].count, atoi(output));
	}
}

/** descriptors_after_many_binds_are_as_before - of the supervisor. */
static void
descriptors_after_many_binds_are_as_before(void **state)
{
	int before, good, after;
	char output[256];

	(void)state;
	run_guarded("",
		    "sh -c '" HOST("crowd") " loop 1 >/dev/null; ls /proc/$PPID/fd | wc -l; " HOST(
			    "crowd") " loop 10000; ls /proc/$PPID/fd | wc -l'",
		    output, sizeof(output));
	assert_int_equal(sscanf(output, "%d\n%d good\n%d", &before, &good, &after), 3);
	assert_int_equal(good, 10000);
	/* One more process was seen, so one more handle may be kept. */
	assert_true(after <= before + 1);
	figure("10,000 binds: descriptors %d before, %d after", before, after);
}

/** bind_under_alarms_is_never_interrupted - nor made twice, with handlers that restart, as Go's and most are. */
static void
bind_under_alarms_is_never_interrupted(void **state)
{
	long good, interrupted, other, signals;
	char output[256];

	(void)state;
	run_guarded("", HOST("alarm 20000 150"), output, sizeof(output));
	assert_int_equal(
		sscanf(output, "good %ld interrupted %ld other %ld signals %ld", &good, &interrupted, &other, &signals),
		4);
	assert_int_equal(good, 20000);
	assert_true(signals > 100);
	figure("%s", strtok(output, "\n"));
}

/** bind_under_alarms_that_do_not_restart_is_made_or_not - an EINTR that no supervisor can prevent says the truth. */
static void
bind_under_alarms_that_do_not_restart_is_made_or_not(void **state)
{
	long good, interrupted, other, signals;
	char output[256];

	(void)state;
	run_guarded("", HOST("alarm 20000 1000 plain"), output, sizeof(output));
	assert_int_equal(
		sscanf(output, "good %ld interrupted %ld other %ld signals %ld", &good, &interrupted, &other, &signals),
		4);
	assert_int_equal(good + interrupted, 20000);
	figure("without SA_RESTART: %s", strtok(output, "\n"));
}

/** go_under_load_has_no_error - goroutines that bind, listen and dial beside a collector that preempts by SIGURG. */
static void
go_under_load_has_no_error(void **state)
{
	const char *seconds = getenv("BG_GO_SECONDS");
	char command[256], output[4096];
	long binds, errors;

	(void)state;
	snprintf(command, sizeof(command), "%s load %s", HOST("go_server"), seconds ? seconds : "5");
	run_guarded("", command, output, sizeof(output));
	if (sscanf(output, "binds %ld errors %ld", &binds, &errors) != 2 || errors)
		fail_msg("%s", output);
	assert_true(binds > 100);
	figure("Go for %s s: %ld binds, %ld errors", seconds ? seconds : "5", binds, errors);
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
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
		cmocka_unit_test(crowd_any_is_guarded),
		cmocka_unit_test(descriptors_after_many_binds_are_as_before),
		cmocka_unit_test(bind_under_alarms_is_never_interrupted),
		cmocka_unit_test(bind_under_alarms_that_do_not_restart_is_made_or_not),
		cmocka_unit_test(go_under_load_has_no_error),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
