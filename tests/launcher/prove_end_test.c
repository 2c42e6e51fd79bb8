/* SPDX-License-Identifier: MIT
 * prove_end_test.c - how `bindguard prove` ends, by itself, by a signal or on a terminal, and that nothing of it is
 * left. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/drive.h"
#include "launcher/prove_host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** expect_nothing_left - as the user with that prefix. */
static void
expect_nothing_left(const char *user)
{
	static const char begin[] = "rm -rf open; mkdir -m 777 open; cd open; left() { "
				    "readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\"; }\n";

	/* Its end: CMD's network is not ours, and has none of ours. */
	drive_expect(
		0, "",
		"%sls /sys/class/net >before; %s$BG prove -q sh ../stubborn >/dev/null || exit\n"
		"ls /sys/class/net | cmp before - && [ \"$(cat network)\" != \"$(readlink /proc/self/ns/net)\" ] && "
		"! left",
		begin, user);
	/* A signal: all ends before we do. */
	drive_expect(143, NULL,
		     "%s%s$BG prove -q --wait 60 sh -c 'readlink /proc/self/ns/net >network; sleep 7003; :' &\n"
		     "until [ -s network ]; do sleep 0.05; done; kill $!; wait $!; status=$?; ! left && exit $status",
		     begin, user);
	/* Killed, it cannot clean up itself. */
	drive_expect(0, NULL,
		     "%s%s$BG prove -q --wait 60 sh -c 'readlink /proc/self/ns/net >network; (setsid sleep 7004 &); "
		     "sleep 7005; :' &\n"
		     "until [ -s network ]; do sleep 0.05; done; kill -9 $!; wait $!\n"
		     "for try in $(seq 1200); do left || exit 0; sleep 0.05; done; exit 1",
		     begin, user);
}

static void
everything_ends_with_it(void **state)
{
	(void)state;
	/* CMD leaves a daemon and a stopped process, and none of them hears SIGTERM. */
	assert_true(drive_write("stubborn",
				"readlink /proc/self/ns/net >network; trap '' TERM INT HUP\n"
				"setsid sh -c 'sleep 7001 & sleep 7002' &\n"
				"sh -c 'kill -STOP $$' &\n"
				"exec ../serve tcp 127.0.0.1 8000\n",
				0644));
	for (size_t user = 0; user < LENGTH(prove_users) && prove_users[user]; user++) {
		prove_possible(prove_users[user]);
		expect_nothing_left(prove_users[user]);
	}
}

static void
terminal_shows_progress_and_colours_and_takes_an_interrupt(void **state)
{
	const struct drive_result *result;

	(void)state;
	prove_possible("");
	result = drive_expect(0, NULL, "TERM=xterm ./keys nothing-that-shows $BG prove ./serve tcp 0.0.0.0 8000");
	prove_expect_line(result->out, "^bindguard: waiting until ./serve listens, 10 s at most", "progress");
	assert_non_null(strstr(result->out, "\x1b[32mthis machine only"));
	/* Standard input neither ends nor is the terminal. */
	result = drive_expect(0, NULL,
			      "./keys nothing $BG prove sh -c './serve tcp :: 8000 & if [ ! -t 0 ]; then cat; fi; "
			      "kill $!; exit 9'");
	assert_null(strstr(result->out, "ended"));
	/* Ctrl-C: status and all. */
	result = drive_expect(130, NULL,
			      "./keys ready $BG prove --wait 60 sh -c 'readlink /proc/self/ns/net >network; echo "
			      "ready; sleep 7006; :'");
	drive_expect(0, "", "! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\"");
	/* The window is closed; bindguard is all that ran in it. */
	drive_expect(
		0, NULL,
		"HANG=1 ./keys ready $BG prove --wait 60 sh -c 'readlink /proc/self/ns/net >network; echo ready; "
		"sleep 7007; :'\n"
		"for try in $(seq 1200); do readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\" || "
		"exit 0; sleep 0.05; done; exit 1");
	/* Quiet is quiet. */
	result = drive_expect(0, NULL, "./keys nothing $BG prove -q ./serve tcp 0.0.0.0 8000");
	assert_null(strstr(result->out, "bindguard"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_ends_with_it),
		cmocka_unit_test(terminal_shows_progress_and_colours_and_takes_an_interrupt),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, prove_set_up, drive_tear_down);
}
