/* SPDX-License-Identifier: MIT
 * prove_limit_test.c - `bindguard prove` with limited servers: a silent drop is told from a refusal, without waiting for it, and
 * what a limit would have kept is named. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "launcher/drive.h"
#include "launcher/prove_host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ANY "0\\.0\\.0\\.0"
#define MACHINE " +reached +reached +no answer +this machine only$"
#define LOST " +no answer +no answer +reached +EXPOSED, LOOPBACK LOST$"
#define NOBODY " +no answer +no answer +no answer +LOOPBACK LOST$"
#define SURE                                                                                                           \
	"^hint: programs on this machine do not reach python3[.0-9]* at the machine's own addresses; --from machine "  \
	"keeps them$"
#define PERHAPS                                                                                                        \
	"^hint: programs on this machine do not reach python3[.0-9]* at the machine's own addresses; "                 \
	"if it asked for all addresses, --from machine keeps them$"
#define GROUP(if_asked)                                                                                                \
	"^hint: programs on this machine do not reach python3[.0-9]* at the machine's own addresses or by "            \
	"multicast; " if_asked "--from machine keeps them$"
#define QUICKLY_S 9 /* two tries that wait for an answer take longer: prove_probe.c */

/** expect_limited - prove_expect() as those users whose TCP sockets take a filter: Linux 6.18.44 asks for CAP_NET_ADMIN. */
static void
expect_limited(const struct prove_case *cases, size_t count)
{
	if (drive("./serve filter")->status) {
		print_message("skipped: this user may not limit TCP sockets\n");
		skip();
	}
	if (prove_nobody && drive("%s./serve filter", prove_nobody)->status) {
		print_message("skipped: an ordinary user may not limit TCP sockets\n");
		prove_users[1] = NULL;
	}
	prove_expect(cases, count);
	prove_users[1] = prove_nobody;
}

/** reset - behind a test that failed. */
static int
reset(void **state)
{
	(void)state;
	prove_users[1] = prove_nobody;
	return 0;
}

static void
limited_server_is_silent_elsewhere(void **state)
{
	static const struct prove_case cases[] = {
		{"--from machine -- python3 -m http.server 8000",
		 0,
		 {"^tcp +" ANY " +8000" PYTHON MACHINE},
		 "^1 socket: none reached from another machine, all from here$"},
		{"--from machine ./serve tcp :: 8000 tcp :: 8001,only udp 0.0.0.0 8002 udp :: 8003",
		 0,
		 {"^tcp +\\* +8000" PYTHON MACHINE, "^tcp +\\[::\\] +8001" PYTHON MACHINE,
		  "^udp +" ANY " +8002" PYTHON MACHINE, "^udp +\\* +8003" PYTHON MACHINE},
		 "^4 sockets: none reached from another machine, all from here$"},
		{"--from machine ./serve tcp :: 8000,shared tcp :: 8000,shared udp :: 8000,shared udp :: 8000,shared",
		 0,
		 {"^tcp +\\* +8000" PYTHON MACHINE, "^udp +\\* +8000" PYTHON MACHINE},
		 "^4 sockets: none reached from another machine, all from here$"},
	};

	(void)state;
	expect_limited(cases, LENGTH(cases));
}

static void
server_limited_to_other_places_is_judged_by_what_is_met(void **state)
{
	static const struct prove_case cases[] = {
		{"--from machine,eth0 ./serve tcp :: 8000 udp :: 8000",
		 1,
		 {"^tcp +\\* +8000" PYTHON BOTH, "^udp +\\* +8000" PYTHON BOTH},
		 "^2 sockets: 2 EXPOSED"},
		{"--from 198.51.100.2,2001:db8::2 ./serve tcp :: 8000 udp :: 8000",
		 1,
		 {"^tcp +\\* +8000" PYTHON LOST, "^udp +\\* +8000" PYTHON LOST},
		 "^2 sockets: 2 EXPOSED"},
		{"--from eth0 ./serve tcp 0.0.0.0 8000 udp 0.0.0.0 8000",
		 1,
		 {"^tcp +" ANY " +8000" PYTHON LOST, "^udp +" ANY " +8000" PYTHON LOST},
		 "^2 sockets: 2 EXPOSED"},
		{"--from 10.0.0.0/8 ./serve tcp 0.0.0.0 8000 udp 0.0.0.0 8000",
		 3,
		 {"^tcp +" ANY " +8000" PYTHON NOBODY, "^udp +" ANY " +8000" PYTHON NOBODY},
		 "^2 sockets: none reached from another machine; 2 not reached from here either$"},
	};

	(void)state;
	expect_limited(cases, LENGTH(cases));
}

static void
server_that_has_no_room_is_not_called_limited(void **state)
{
	static const struct prove_case cases[] = {
		/* It reads nothing, and the kernel drops what does not fit. */
		{"--unguarded ./serve udp :: 8000,small",
		 1,
		 {"^udp +\\* +8000" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
silence_takes_no_deadline(void **state)
{
	struct timespec start, end;

	(void)state;
	prove_possible("");
	if (drive("./serve filter")->status)
		skip(); /* no TCP socket can be limited */
	clock_gettime(CLOCK_MONOTONIC, &start);
	drive_expect(0, NULL, "$BG prove --from machine ./serve tcp :: 8000 udp :: 8001");
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - start.tv_sec < QUICKLY_S);
	figure("two limited sockets are proved in %ld s", (long)(end.tv_sec - start.tv_sec));
}

static void
multipath_server_is_confined_instead(void **state)
{
	static const struct prove_case cases[] = {
		{"--from machine ./serve mptcp 0.0.0.0 8000",
		 0,
		 {"^tcp +" ANY "%lo +8000" PYTHON HERE},
		 "^1 socket: none reached from another machine, all from here at loopback$"},
	};

	(void)state;
	if (drive("./serve mptcp 127.0.0.1 0,end")->status)
		skip(); /* this kernel has no MPTCP */
	prove_expect(cases, LENGTH(cases));
	if (strstr(drive("$BG prove ./serve mptcp :: 8000")->out, "hint:"))
		fail_msg("--from machine would not help");
}

static void
what_a_limit_would_keep_is_named(void **state)
{
	static const struct prove_case cases[] = {
		{"./serve tcp :: 8000", 0, {SURE}, "^1 socket"},
		{"./serve udp :: 8000 tcp 127.0.0.1 8001", 0, {SURE}, "^2 sockets"},
		{"--confine lo ./serve tcp 0.0.0.0 8000", 0, {SURE}, "^1 socket"},
		{"./serve tcp 0.0.0.0 8000", 0, {PERHAPS}, "^1 socket"},
		{"--to loopback ./serve udp ::1 8000", 0, {PERHAPS}, "^1 socket"},
	};
	static const struct prove_case datagram = {"./serve udp :: 8000", 0, {SURE}, "^1 socket"};
	static const char *const without[] = {
		"--unguarded ./serve tcp 127.0.0.1 8000",
		"--unguarded ./serve tcp 0.0.0.0 8000,lo",
		"-n ./serve tcp 127.0.0.1 8000",
		"./serve tcp 127.0.0.5 8000",
		"./serve tcp 198.51.100.1 8000",
		"--from machine ./serve tcp 127.0.0.1 8000",
		"--to eth0 ./serve tcp 127.0.0.1 8000",
		"--confine lo ./serve tcp 127.0.0.1 8000",
		"--confine eth0 ./serve tcp 127.0.0.1 8000",
		"--from machine ./serve tcp :: 8000",
	};

	(void)state;
	expect_limited(cases, LENGTH(cases));
	prove_expect(&datagram, 1);
	if (prove_nobody && drive("%s./serve filter", prove_nobody)->status &&
	    strstr(drive("%s$BG prove ./serve tcp :: 8000", prove_nobody)->out, "hint:"))
		fail_msg("--from machine would confine it, too");
	for (size_t i = 0; i < LENGTH(without); i++) {
		const struct drive_result *result = drive("$BG prove %s", without[i]);

		assert_non_null(strstr(result->out, "1 socket"));
		if (strstr(result->out, "hint:"))
			fail_msg("%s: there is nothing to hint at:\n%s", without[i], result->out);
	}
}

static void
multicast_that_the_guard_costs_is_named(void **state)
{
	static const struct prove_case cases[] = {
		{"./serve udp 0.0.0.0 8000,joins", 0, {GROUP("if it asked for all addresses, ")}, "^1 socket"},
		{"./serve udp :: 8000,only,joins", 0, {GROUP("if it asked for all addresses, ")}, "^1 socket"},
		{"./serve udp :: 8000,joins tcp :: 8001", 0, {GROUP("")}, "^2 sockets"},
		{"--confine lo ./serve udp 0.0.0.0 8000,joins", 0, {GROUP("")}, "^1 socket"},
		/* Who has no group misses none, nor does TCP. */
		{"./serve udp :: 8000", 0, {SURE}, "^1 socket"},
		{"./serve udp 127.0.0.5 8000,joins tcp :: 8001", 0, {SURE}, "^2 sockets"},
	};

	(void)state;
	expect_limited(cases, LENGTH(cases));
	if (strstr(drive("$BG prove --from machine ./serve udp 0.0.0.0 8000,joins")->out, "hint:"))
		fail_msg("it is reached by multicast");
}

/** is_text - is @value that text, or for NULL null? */
static bool
is_text(const json_t *value, const char *text)
{
	return text ? json_is_string(value) && strcmp(json_string_value(value), text) == 0 : json_is_null(value);
}

static void
json_tells_who_is_reached_by_multicast(void **state)
{
	static const struct {
		const char *command;
		const char *ipv4;
		const char *ipv6;
	} cases[] = {
		{"--unguarded ./serve udp 0.0.0.0 8000,joins", "reached", NULL},
		{"--unguarded ./serve udp :: 8000,joins", NULL, "reached"},
		{"--unguarded ./serve udp 0.0.0.0 8000", NULL, NULL},
		{"--unguarded ./serve udp 127.0.0.1 8000,joins", "refused", NULL},
		{"./serve udp 0.0.0.0 8000,joins", "refused", NULL},
		{"./serve udp :: 8000,joins", NULL, "refused"},
		{"--from machine ./serve udp 0.0.0.0 8000,joins", "reached", NULL},
		{"--from machine ./serve udp :: 8000,joins", NULL, "reached"},
		{"--from 10.0.0.0/8 ./serve udp 0.0.0.0 8000,joins", "silent", NULL},
		{"--pin link2 ./serve udp 0.0.0.0 8000,joins", NULL, NULL},
	};

	(void)state;
	prove_possible("");
	for (size_t i = 0; i < LENGTH(cases); i++) {
		json_t *object = json_loads(drive("$BG prove --json %s", cases[i].command)->out, 0, NULL), *ipv4, *ipv6;

		assert_int_equal(json_unpack(object, "{s:[{s:{s:o, s:o}}]}", "sockets", "multicast", "ipv4", &ipv4,
					     "ipv6", &ipv6),
				 0);
		if (!json_is_null(json_object_get(object, "outgoing")))
			assert_int_equal(
				json_integer_value(json_object_get(json_object_get(object, "outgoing"), "leaked")), 0);
		if (!is_text(ipv4, cases[i].ipv4) || !is_text(ipv6, cases[i].ipv6))
			fail_msg("%s: IPv4 %s, IPv6 %s", cases[i].command, json_string_value(ipv4),
				 json_string_value(ipv6));
		json_decref(object);
	}
}

static void
json_tells_silence_and_hint(void **state)
{
	const char *there, *refused, *hint;
	const struct drive_result *result;
	json_t *object;

	(void)state;
	prove_possible("");
	result = drive("$BG prove --json --from machine ./serve udp 0.0.0.0 8000 udp 127.0.0.1 8001");
	object = json_loads(result->out, 0, NULL);
	assert_int_equal(json_unpack(object, "{s:[{s:{s:s}, s:n}, {s:{s:s}, s:n}]}", "sockets", "there", "ipv4", &there,
				     "hint", "there", "ipv4", &refused, "hint"),
			 0);
	assert_string_equal(there, "silent");
	assert_string_equal(refused, "refused");
	json_decref(object);
	object = json_loads(drive("$BG prove --json ./serve udp :: 8000")->out, 0, NULL);
	assert_int_equal(json_unpack(object, "{s:[{s:s}]}", "sockets", "hint", &hint), 0);
	assert_string_equal(hint, "--from machine");
	json_decref(object);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(limited_server_is_silent_elsewhere, reset),
		cmocka_unit_test_teardown(server_limited_to_other_places_is_judged_by_what_is_met, reset),
		cmocka_unit_test(server_that_has_no_room_is_not_called_limited),
		cmocka_unit_test(silence_takes_no_deadline),
		cmocka_unit_test(multipath_server_is_confined_instead),
		cmocka_unit_test_teardown(what_a_limit_would_keep_is_named, reset),
		cmocka_unit_test_teardown(multicast_that_the_guard_costs_is_named, reset),
		cmocka_unit_test(json_tells_who_is_reached_by_multicast),
		cmocka_unit_test(json_tells_silence_and_hint),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, prove_set_up, drive_tear_down);
}
