/* SPDX-License-Identifier: MIT
 * leaks_rules_test.c - servers under rules of the user: at the address that the rule says, and one that a rule leaves
 * exposed is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "preload/leaky_server.h"

#define RULE(key, rest) "rule \"r\" { " key " action = " rest " }"
#define WILDCARD "address = {\"wildcard\"}"
#define CONFINE_CABLE RULE(WILDCARD, "confine interface = \"" CABLE "\"")
#define TO_WIRE RULE(WILDCARD, "rewrite to = {\"wire0\"}")
#define TO_PORT RULE(WILDCARD " port = {1-65535}", "rewrite to = {\"loopback\"} to_port = 21998")
#define OWN_TO_LOOPBACK RULE("address = {\"" NET4 "\"}", "rewrite to = {\"loopback\"}")

/**
 * server_under_a_rule_is_where_it_says - also after it was a client for a while. serves and leaks are what the guarded
 * server answers this machine and the second host.
 */
static void
server_under_a_rule_is_where_it_says(void **state)
{
	static const struct leaky_row ruled[] = {
		{ROW("tcp4_unbound"), .config = CONFINE_CABLE, .leaks = IPV4, .bound = "0.0.0.0%" CABLE},
		{ROW("tcp6_dualstack"), .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("tcp6_client_listens"), .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("udp6_dualstack"), .kind = UDP, .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("udp4_client_disconnected"), .kind = UDP, .config = CONFINE_CABLE, .leaks = IPV4,
		 .bound = "0.0.0.0%" CABLE},
		{ROW("udp6_client_disconnected"), .kind = UDP, .config = CONFINE_CABLE, .leaks = BOTH,
		 .bound = "::%" CABLE},
		{ROW("tcp4_fixed"), .config = TO_WIRE, .bound = "10.98.0.1"},
		{ROW("udp4_client_disconnected"), .kind = UDP, .config = TO_WIRE, .bound = "10.98.0.1"},
		{ROW("udp6_client_disconnected"), .kind = UDP, .config = TO_PORT, .serves = IPV4, .bound = "::%lo"},
		{ROW("tcp4_specific"), .config = OWN_TO_LOOPBACK, .serves = IPV4, .bound = "127.0.0.1"},
		{ROW("tcp4_specific_client"), .config = OWN_TO_LOOPBACK, .bound = HERE4 "%lo"},
	};
	static const char *const hows[] = {"", UNPRIVILEGED};
	const size_t count = sizeof(ruled) / sizeof(ruled[0]);
	struct leaky_run run;

	(void)state;
	for (size_t i = 0; i < 2 * count; i++) {
		const struct leaky_row *row = &ruled[i / 2];

		leaky_start(&run, row, hows[i % 2]);
		if (strcmp(run.bound, row->bound) != 0)
			fail_msg("%s %s: bound to %s, expected %s", row->name, hows[i % 2], run.bound, row->bound);
		leaky_expect_answers(row, &run, SIDE_HERE, hows[i % 2]);
		if (row->leaks)
			leaky_expect_answers(row, &run, SIDE_THERE, hows[i % 2]);
		leaky_expect_closed(row, &run, BOTH & ~row->leaks, hows[i % 2]);
		host_stop(&run.process);
	}
	figure("%zu servers as root and without capabilities", count);
}

/** server_on_a_specific_address_is_left_exposed - as asked for, and said once. */
static void
server_on_a_specific_address_is_left_exposed(void **state)
{
	static const struct leaky_row specific[] = {
		{ROW("tcp4_specific"), .events = {"tcp " HERE4 ":%P left exposed (no rule matches)"}},
		{ROW("tcp6_specific"), .events = {"tcp [" HERE6 "]:%P left exposed (no rule matches)"}},
		{ROW("udp4_specific"), .events = {"udp " HERE4 ":%P left exposed (no rule matches)"}},
		{ROW("udp6_specific"), .events = {"udp [" HERE6 "]:%P left exposed (no rule matches)"}},
	};

	(void)state;
	if (host_log())
		return; /* what is said is all that is tested here */
	for (size_t i = 0; i < sizeof(specific) / sizeof(specific[0]); i++) {
		char log[4096], wanted[256];
		struct leaky_run run;

		leaky_start(&run, &specific[i], "");
		host_stop(&run.process);
		leaky_with_port(specific[i].events[0], run.port, wanted, sizeof(wanted));
		assert_int_equal(leaky_read_log(log, sizeof(log)), 1);
		if (!strstr(log, wanted))
			fail_msg("\"%s\" is not in %s", wanted, log);
	}
	figure("4 servers, 1 event each");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_under_a_rule_is_where_it_says),
		cmocka_unit_test(server_on_a_specific_address_is_left_exposed),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("leaks rules", tests, leaky_set_up, leaky_tear_down);
}
