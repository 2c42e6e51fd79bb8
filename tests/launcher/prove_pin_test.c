/* SPDX-License-Identifier: MIT
 * prove_pin_test.c - `bindguard prove --pin`: by which of two links leaves what CMD sends. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "bindguard/seccomp.h"
#include "launcher/drive.h"
#include "launcher/prove_host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** ask - a client: `ask KIND,ADDRESS,PORT...`; KIND: tcp, udp (not connected), connected (UDP) */
static const char ask[] = "#!/usr/bin/python3\n"
			  "import socket, sys\n"
			  "for word in sys.argv[1:]:\n"
			  "    kind, address, port = word.split(',')\n"
			  "    family = socket.AF_INET6 if ':' in address else socket.AF_INET\n"
			  "    s = socket.socket(family, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM)\n"
			  "    s.settimeout(0.2)\n"
			  "    try:\n"
			  "        if kind != 'udp': s.connect((address, int(port)))\n"
			  "        if kind == 'connected': s.send(b'x')\n"
			  "        if kind == 'udp': s.sendto(b'x', (address, int(port)))\n"
			  "    except OSError as e: print(e)\n";

/** client_pinned_leaves_by_one_link - connected sockets of both families, by a link of any name. */
static void
client_pinned_leaves_by_one_link(void **state)
{
	static const struct prove_case cases[] = {
		{"--pin wg0 ./ask tcp,192.0.2.55,80 connected,192.0.2.56,53",
		 0,
		 {NULL},
		 "^outgoing: 2 packets by wg0, none by another link$"},
		{"--pin eth0 ./ask tcp,192.0.2.55,80 connected,192.0.2.56,53",
		 0,
		 {NULL},
		 "^outgoing: 2 packets by eth0, none by another link$"},
		{"--pin wg0 ./ask tcp,2001:db8:9::9,80 connected,2001:db8:9::9,53",
		 0,
		 {NULL},
		 "^outgoing: 2 packets by wg0, none by another link$"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

/** what_leaves_by_another_link_is_named - a datagram of a socket that is neither bound nor connected is not seen by the guard. */
static void
what_leaves_by_another_link_is_named(void **state)
{
	static const struct prove_case cases[] = {
		{"--pin wg0 ./ask udp,192.0.2.56,53 tcp,192.0.2.55,80 udp,192.0.2.56,53 udp,2001:db8:9::9,54",
		 1,
		 {NULL},
		 "^outgoing: 1 packet by wg0, 3 BY ANOTHER LINK: udp 192\\.0\\.2\\.56:53, udp \\[2001:db8:9::9\\]:54$"},
		{"--pin eth0 ./ask udp,192.0.2.56,53",
		 1,
		 {NULL},
		 "^outgoing: 0 packets by eth0, 1 BY ANOTHER LINK: udp"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

/** client_pinned_by_the_other_engine_leaves_by_one_link - likewise. */
static void
client_pinned_by_the_other_engine_leaves_by_one_link(void **state)
{
	static const struct prove_case cases[] = {
		{"-e seccomp --pin wg0 ./ask tcp,192.0.2.55,80 connected,2001:db8:9::9,53",
		 0,
		 {NULL},
		 "^outgoing: 2 packets by wg0, none by another link$"},
	};

	(void)state;
	drive_needs_seccomp();
	prove_expect(cases, LENGTH(cases));
}

/** server_pinned_is_tried_all_the_same - and answers to that are not what it sends. */
static void
server_pinned_is_tried_all_the_same(void **state)
{
	static const struct prove_case cases[] = {
		{"--pin eth0 ./serve tcp 0.0.0.0 8000",
		 1,
		 {"^tcp +0\\.0\\.0\\.0%eth0 +8000" PYTHON " +refused +reached +reached +EXPOSED, LOOPBACK LOST"},
		 "^outgoing: nothing was sent, so by which link it leaves is not proved$"},
	};

	(void)state;
	prove_expect(cases, LENGTH(cases));
}

/** command_that_does_nothing_proves_nothing - nor does one that cannot be started. */
static void
command_that_does_nothing_proves_nothing(void **state)
{
	(void)state;
	prove_possible("");
	prove_expect_line(drive_expect(125, NULL, "$BG prove -q --pin wg0 true")->err,
			  "^bindguard: true ended with status 0 before it listened$", "true");
	prove_expect_line(drive_expect(125, NULL, "$BG prove -q --pin wg0 ./nobody")->err,
			  "nobody ended with status 127 before it listened$", "./nobody");
}

/** json_tells_what_was_sent - with --pin, and null without. */
static void
json_tells_what_was_sent(void **state)
{
	const char *interface, *protocol, *address;
	int packets, leaked, port, times;
	json_t *object;

	(void)state;
	prove_possible("");
	object = json_loads(
		drive("$BG prove --json --pin wg0 ./ask udp,192.0.2.56,53 udp,192.0.2.56,53 tcp,192.0.2.55,80")->out, 0,
		NULL);
	assert_int_equal(json_unpack(object, "{s:{s:s, s:i, s:i, s:[{s:s, s:s, s:i, s:i}]}}", "outgoing", "interface",
				     &interface, "packets", &packets, "leaked", &leaked, "leaks", "protocol", &protocol,
				     "address", &address, "port", &port, "packets", &times),
			 0);
	assert_string_equal(interface, "wg0");
	assert_string_equal(protocol, "udp");
	assert_string_equal(address, "192.0.2.56");
	assert_true(packets == 1 && leaked == 2 && port == 53 && times == 2);
	json_decref(object);
	object = json_loads(drive("$BG prove --json ./serve udp :: 8000")->out, 0, NULL);
	assert_int_equal(json_unpack(object, "{s:n}", "outgoing"), 0);
	json_decref(object);
}

/** set_up - the programs. */
static int
set_up(void **state)
{
	return prove_set_up(state) || !drive_write("ask", ask, 0755) ? -1 : 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_pinned_leaves_by_one_link),
		cmocka_unit_test(what_leaves_by_another_link_is_named),
		cmocka_unit_test(client_pinned_by_the_other_engine_leaves_by_one_link),
		cmocka_unit_test(server_pinned_is_tried_all_the_same),
		cmocka_unit_test(command_that_does_nothing_proves_nothing),
		cmocka_unit_test(json_tells_what_was_sent),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, set_up, drive_tear_down);
}
