/* SPDX-License-Identifier: MIT
 * prove_test.c - `bindguard prove` with servers of every kind, as root and as an ordinary user: what it says of each.
 * On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"
#include "launcher/prove_host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define HERE4 " +(at 127\\.0\\.0\\.1 only|reached) +refused +refused +this machine only$"
#define OWN " +refused +reached +reached +EXPOSED$"

static void
server_guarded_is_reached_from_here_alone(void **state)
{
	static const struct prove_case cases[] = {
		{"-- python3 -m http.server 0",
		 0,
		 {"^tcp +0\\.0\\.0\\.0%lo +[0-9]+" PYTHON HERE},
		 "^1 socket: none reached from another machine, all from here at loopback$"},
		{"python3 -m http.server 8000", 0, {"^tcp +" V4 " +8000" PYTHON AT4}, "^1 socket: none "},
		{"node -e \"require('http').createServer().listen(3000)\"",
		 0,
		 {"^tcp +\\*%lo +3000 node" HERE},
		 "^1 socket: none reached from another machine, all from here at loopback$"},
		{"./serve udp 0.0.0.0 5353 udp :: 5354",
		 0,
		 {"^udp +" V4 " +5353" PYTHON AT4, "^udp +\\*%lo +5354" PYTHON HERE},
		 "^2 sockets: none "},
		{"./serve tcp ::1 8080 tcp 127.0.0.5 8081",
		 0,
		 {"^tcp +\\[::1\\] +8080" PYTHON HERE,
		  "^tcp +127\\.0\\.0\\.5 +8081" PYTHON
		  " +at 127\\.0\\.0\\.5 only +refused +refused +this machine only$"},
		 "^2 sockets: none "},
		{"./serve tcp :: 8082,only", 0, {"^tcp +\\[::1\\] +8082" PYTHON HERE}, "^1 socket: none "},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
server_unguarded_is_exposed(void **state)
{
	static const struct prove_case cases[] = {
		{"--unguarded -- python3 -m http.server 0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +[0-9]+" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded -- node -e \"require('http').createServer().listen(3000)\"",
		 1,
		 {"^tcp +\\* +3000 node" BOTH},
		 "^1 socket, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded ./serve udp 0.0.0.0 5353 udp :: 5354,only udp :: 5355",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +5353" PYTHON BOTH, "^udp +\\[::\\] +5354" PYTHON BOTH,
		  "^udp +\\* +5355" PYTHON BOTH},
		 "^3 sockets, unguarded: 3 EXPOSED, another machine reaches them$"},
		/* The library in the caller's own environment does not count. */
		{"--unguarded env LD_PRELOAD=$PWD/bin/libbindguard.so ./serve tcp 0.0.0.0 8000",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +8000" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED"},
		{"-n ./serve tcp 0.0.0.0 8000", 1, {"^tcp +0\\.0\\.0\\.0 +8000" PYTHON BOTH}, "^1 socket: 1 EXPOSED"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
server_at_an_address_or_a_device_is_tried_there(void **state)
{
	static const struct prove_case cases[] = {
		{"./serve tcp 198.51.100.1 8000 tcp 2001:db8::1 8001 tcp fe80::1 8002",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8000" PYTHON OWN, "^tcp +\\[2001:db8::1\\] +8001" PYTHON OWN,
		  "^tcp +\\[fe80::1\\]%eth0 +8002" PYTHON OWN},
		 "^3 sockets: 3 EXPOSED, another machine reaches them$"},
		{"./serve udp 198.51.100.1 8000 udp 2001:db8::1 8001 udp fe80::1 8002 udp 224.0.0.251 8003",
		 1,
		 {"^udp +198\\.51\\.100\\.1 +8000" PYTHON OWN, "^udp +\\[2001:db8::1\\] +8001" PYTHON OWN,
		  "^udp +\\[fe80::1\\]%eth0 +8002" PYTHON OWN, "^udp +224\\.0\\.0\\.251 +8003" PYTHON OWN},
		 "^4 sockets: 4 EXPOSED"},
		{"./serve tcp 0.0.0.0 8000,eth0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0%eth0 +8000" PYTHON " +refused +reached +reached +EXPOSED, LOOPBACK LOST$"},
		 "^1 socket: 1 EXPOSED, another machine reaches it$"},
		/* Two sockets of one port: each is told by its own packets. */
		{"--unguarded ./serve tcp 0.0.0.0 8000,lo tcp 0.0.0.0 8000,eth0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0%lo +8000" PYTHON " +reached +another socket +another socket +this machine only$",
		  "^tcp +0\\.0\\.0\\.0%eth0 +8000" PYTHON " +another socket +reached +reached +EXPOSED$"},
		 "^2 sockets, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded ./serve udp 0.0.0.0 8000,again udp 127.0.0.1 8000,again",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +8000" PYTHON " +another socket +reached +reached +EXPOSED$",
		  "^udp +127\\.0\\.0\\.1 +8000" PYTHON
		  " +at 127\\.0\\.0\\.1 only +another socket +another socket +this machine only$"},
		 "^2 sockets, unguarded: 1 EXPOSED"},
		{"--to eth0 ./serve tcp 0.0.0.0 8000",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8000" PYTHON OWN},
		 "^1 socket: 1 EXPOSED"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
server_that_answers_nobody_is_lost(void **state)
{
	static const struct prove_case cases[] = {
		{"./serve tcp 0.0.0.0 8000,deaf",
		 3,
		 {"^tcp +" V4 " +8000" PYTHON " +no answer +refused +refused +LOOPBACK LOST$"},
		 "^1 socket: none reached from another machine; 1 not reached from here either$"},
		{"./serve tcp 127.0.0.1 8000,deaf tcp 127.0.0.1 8001",
		 3,
		 {"^tcp +" V4 " +8000" PYTHON " +no answer", "^tcp +" V4 " +8001" PYTHON AT4},
		 "^2 sockets: none reached from another machine; 1 not reached from here either$"},
		/* Exposed is the worse. */
		{"./serve tcp 127.0.0.1 8000,deaf tcp 198.51.100.1 8001",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8001" PYTHON OWN},
		 "^2 sockets: 1 EXPOSED, another machine reaches it; 1 not reached from here either$"},
	};

	/* Root alone can do that. */
	static const struct prove_case half = {
		"sh -c 'ip addr del ::1/128 dev lo; exec ./serve tcp :: 8000'",
		3,
		{"^tcp +\\*%lo +8000" PYTHON
		 " +reached \\(IPv4\\), no answer \\(IPv6\\) +refused +refused +LOOPBACK LOST$"},
		"^1 socket: none reached from another machine; 1 not reached from here either$"};

	(void)state;
	prove_expect(cases, LENGTH(cases));
	prove_users[1] = NULL;
	if (geteuid() == 0)
		prove_expect(&half, 1);
	prove_users[1] = prove_nobody;
}

static void
server_of_unusual_habits_is_judged_right(void **state)
{
	static const struct prove_case cases[] = {
		/* It takes one connection, and ends. */
		{"--unguarded nc -l 9000",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +9000 nc[.a-z]*" BOTH},
		 "^1 socket, unguarded: 1 EX"},
		{"nc -l 9000", 0, {"^tcp +" V4 " +9000 nc[.a-z]*" HERE4}, "^1 socket: none"},
		{"--unguarded ./serve tcp 0.0.0.0 9000,once",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +9000" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED"},
		/* It ends, and leaves a daemon. */
		{"sh -c 'setsid ./serve tcp 0.0.0.0 9000 & exit 0'", 0, {"^tcp +" V4 " +9000" PYTHON AT4}, "^1 "},
		/* It takes its time, and listens more than once. */
		{"./serve tcp 0.0.0.0 9000,later tcp 0.0.0.0 9001,soon udp 0.0.0.0 9002,soon",
		 0,
		 {"^tcp +" V4 " +9000" PYTHON AT4, "^tcp +" V4 " +9001" PYTHON AT4, "^udp +" V4 " +9002" PYTHON AT4},
		 "^3 sockets: none"},
		/* Workers share a port. */
		{"--unguarded ./serve tcp :: 9000,shared tcp :: 9000,shared tcp :: 9000,shared",
		 1,
		 {"^tcp +\\* +9000" PYTHON BOTH},
		 "^3 sockets, unguarded: 3 EXPOSED, another machine reaches them$"},
		{"./serve tcp :: 9000,shared tcp :: 9000,shared tcp :: 9000,shared",
		 0,
		 {"^tcp +\\*%lo +9000" PYTHON HERE},
		 "^3 sockets: none"},
		/* A UDP client is no server to wait for, but it is reached. */
		{"--wait 3 ./serve udp 0.0.0.0 0",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +[0-9]+" PYTHON " +reached +reached +reached +EXPOSED \\(perhaps a client"},
		 "^1 socket: 1 EXPOSED"},
		{"--wait 9 ./serve udp 0.0.0.0 0 tcp 0.0.0.0 9000,later",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +[0-9]+" PYTHON " +reached +reached +reached +EXPOSED \\(perhaps a "
		  "client",
		  "^tcp +" V4 " +9000" PYTHON AT4},
		 "^2 sockets: 1 EXPOSED"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
server_with_workers_that_are_busy_or_late_is_judged_right(void **state)
{
	static const struct prove_case cases[] = {
		/* While its worker is busy with one try, and another waits, the kernel drops what comes. */
		{"./serve tcp :: 9000,busy", 0, {"^tcp +\\*%lo +9000" PYTHON HERE}, "^1 socket: none .* all from here"},
	};
	const struct drive_result *result;

	(void)state;
	prove_expect(cases, LENGTH(cases));
	/* Workers that begin to listen while others are tried are no strangers at their port. */
	prove_possible("");
	result = drive_expect(0, NULL, "$BG prove ./serve tcp :: 9000,opens udp :: 9001 udp :: 9002,shared");
	prove_expect_line(result->out, "^9 sockets: none reached from another machine, all from here at loopback$",
			  "workers");
	if (strstr(result->out, "another socket"))
		fail_msg("a worker is taken for a stranger");
}

static void
server_at_an_address_of_no_common_network_is_exposed(void **state)
{
	static const struct prove_case far = {
		"sh -c 'ip addr add 203.0.113.9/32 dev lo; exec ./serve tcp 203.0.113.9 8000 udp 203.0.113.9 8000'",
		1,
		{"^tcp +203\\.0\\.113\\.9 +8000" PYTHON OWN, "^udp +203\\.0\\.113\\.9 +8000" PYTHON OWN},
		"^2 sockets: 2 EXPOSED"};

	(void)state;
	if (geteuid() != 0)
		skip(); /* CMD gives its machine an address */
	prove_users[1] = NULL;
	prove_expect(&far, 1);
	prove_users[1] = prove_nobody;
}

static void
server_is_tried_at_each_of_its_machines_addresses(void **state)
{
	static const struct prove_case cases[] = {
		/* One address is rewritten, all of loopback where the socket is confined; the LAN's in neither case. */
		{"./serve tcp 0.0.0.0 8000 udp 0.0.0.0 8001 tcp :: 8002 udp :: 8003",
		 0,
		 {"^tcp +" V4 " +8000" PYTHON AT4, "^udp +" V4 " +8001" PYTHON AT4, "^tcp +\\*%lo +8002" PYTHON HERE,
		  "^udp +\\*%lo +8003" PYTHON HERE},
		 "^4 sockets: none reached from another machine, all from here at loopback$"},
		{"--unguarded ./serve tcp 127.0.1.1 8000 udp 127.0.1.1 8001",
		 0,
		 {"^tcp +127\\.0\\.1\\.1 +8000" PYTHON
		  " +at 127\\.0\\.1\\.1 only +refused +refused +this machine only$",
		  "^udp +127\\.0\\.1\\.1 +8001" PYTHON
		  " +at 127\\.0\\.1\\.1 only +refused +refused +this machine only$"},
		 "^2 sockets, unguarded: none"},
		{"--unguarded ./serve tcp 0.0.0.0 8000,lo",
		 0,
		 {"^tcp +0\\.0\\.0\\.0%lo +8000" PYTHON HERE},
		 "^1 socket"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

static void
tries_come_from_two_machines(void **state)
{
	const struct drive_result *result;

	(void)state;
	prove_possible("");
	result = drive("$BG prove --unguarded ./serve tcp :: 8000,peers");
	prove_expect_line(result->out, "^peer ::ffff:198\\.51\\.100\\.2$", "by IPv4");
	prove_expect_line(result->out, "^peer 2001:db8::2$", "by IPv6");
	prove_expect_line(result->out, "^peer ::ffff:127\\.0\\.0\\.1$", "from here by IPv4");
	prove_expect_line(result->out, "^peer ::1$", "from here by IPv6");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_guarded_is_reached_from_here_alone),
		cmocka_unit_test(server_unguarded_is_exposed),
		cmocka_unit_test(server_at_an_address_or_a_device_is_tried_there),
		cmocka_unit_test(server_that_answers_nobody_is_lost),
		cmocka_unit_test(server_of_unusual_habits_is_judged_right),
		cmocka_unit_test(server_with_workers_that_are_busy_or_late_is_judged_right),
		cmocka_unit_test(server_at_an_address_of_no_common_network_is_exposed),
		cmocka_unit_test(server_is_tried_at_each_of_its_machines_addresses),
		cmocka_unit_test(tries_come_from_two_machines),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, prove_set_up, drive_tear_down);
}
