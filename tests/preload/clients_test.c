/* SPDX-License-Identifier: MIT
 * clients_test.c - programs that bind a wildcard first and then connect go on working: each is run bare and under the
 * guard, with and without privilege, and must print the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "net/net.h"
#include "preload/client_run.h"
#include "preload/host.h"

#define PORTS_FROM 22000
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"
#define MOST 16384

/**
 * struct row - a client.
 * @name: of the test; without its ending the scenario of hosts/client_ways.c, unless @scenario names another
 * @bare: what it prints bare, in part: a client that fails anyhow proves nothing
 * @kept: what it prints guarded, in part, where that is not what it prints bare: the rule's address or device is in force
 * @privileged: makes no sense without capabilities
 * @config: the rules; NULL: the built-in default
 */
struct row {
	const char *name;
	const char *bare;
	bool privileged;
	const char *scenario;
	const char *config;
	const char *kept;
};

#define RULE(rest) "rule \"r\" { address = {\"wildcard\"} " rest " }"
#define CONFINE_CABLE RULE("action = confine interface = \"" CABLE "\"")
#define TO_CABLE RULE("action = rewrite to = {\"" CABLE "\"}")
#define TO_WIRE RULE("action = rewrite to = {\"wire0\"}")
#define TO_ADDRESSES RULE("action = rewrite to = {\"" HERE4 "\", \"" HERE6 "\"}")
#define TO_IPV6_LOOPBACK RULE("action = rewrite to = {\"::1\"}")
#define TO_ANOTHER_LOOPBACK RULE("action = rewrite to = {\"127.0.0.9\"}")
#define TO_PORT RULE("port = {1-65535} action = rewrite to = {\"loopback\"} to_port = 21999")
#define TO_LOOPBACK RULE("action = rewrite to = {\"loopback\"}")
#define CONFINE_RAW RULE("protocol = {raw} action = confine")
#define RAW_TO_LOOPBACK RULE("protocol = {raw} action = rewrite to = {\"loopback\"}")
#define ENDING "_is_as_bare"
#define ROW(scenario) .name = scenario ENDING
#define RULED(test, rules, way) .name = test ENDING, .scenario = way, .config = rules, .bare
#define KEPT(test, rules, way, says) .name = test "_is_kept", .scenario = way, .config = rules, .kept = says, .bare

static const struct row rows[] = {
	{ROW("tcp4_plainly"), "echo hello"},
	{ROW("tcp6_plainly"), "echo hello"},
	{ROW("tcp6_mapped"), "echo hello"},
	{ROW("udp4_plainly"), "echo hello"},
	{ROW("udp6_plainly"), "echo hello"},
	{ROW("udp6_mapped"), "echo hello"},
	{ROW("mptcp4_plainly"), "echo hello"},
	{ROW("mptcp6_plainly"), "echo hello"},
	{ROW("tcp4_to_loopback"), "at 127.0.0.1 22"},
	{ROW("tcp6_to_loopback"), "at ::1 22"},
	{ROW("tcp6_to_mapped_loopback"), "at ::ffff:127.0.0.1 22"},
	{ROW("udp4_to_loopback"), "echo hello"},
	{ROW("udp6_to_loopback"), "echo hello"},
	{ROW("tcp4_to_own_address"), "at " HERE4 " 22"},
	{ROW("udp6_to_own_address"), "at " HERE6 " 22"},
	{ROW("tcp4_options"), "TCP_MAXSEG "},
	{ROW("tcp6_options"), "IPV6_UNICAST_HOPS 43, "},
	{ROW("udp4_options"), "IP_TTL 42, "},
	{ROW("udp6_options"), "IPV6_UNICAST_HOPS 43, "},
	{ROW("udplite4_options"), "UDPLITE_SEND_CSCOV 20, "},
	{ROW("udplite6_options"), "UDPLITE_RECV_CSCOV 12, "},
	{ROW("udp4_two_peers"), "peer " THIRD4 " 19300, echo hello"},
	{ROW("udp6_two_peers"), "peer " THIRD6 " 19300, echo hello"},
	{ROW("udp4_loopback_then_peer"), "second "},
	{ROW("udp6_loopback_then_peer"), "second "},
	{ROW("tcp4_to_nobody"), "connect Connection refused, SO_ERROR 0, "},
	{ROW("tcp6_to_nobody"), "connect Connection refused, SO_ERROR 0, "},
	{ROW("tcp4_refused_before"), "first Connection refused, connect 0, segments of 14"},
	{ROW("tcp6_refused_before"), "first Connection refused, connect 0, segments of 14"},
	{ROW("udp4_to_nobody"), "recv Connection refused, "},
	{ROW("udp6_to_nobody"), "recv Connection refused, "},
	{ROW("tcp4_number_used_again"), "connect Invalid argument, "},
	{ROW("udp4_number_used_again"), "connect Invalid argument, "},
	{ROW("udp4_many"), "500 connected, 500 answered, "},
	{ROW("tcp6_many"), "500 connected, 500 answered, "},
	{ROW("udp4_without_connect"), "echo hello"},
	{ROW("udp6_without_connect"), "echo hello"},
	{ROW("ping4_with_a_number"), "answer of 8"},
	{ROW("ping6_with_a_number"), "answer of 8"},
	{ROW("raw4_with_a_number"), "answer of 28", .privileged = true},
	{ROW("udplite4_unanswered"), "sendto 0, at 0.0.0.0 another"},
	{ROW("udplite6_unanswered"), "sendto 0, at :: another"},
	{ROW("tcp4_epoll"), "123456789abcdef"},
	{ROW("tcp6_epoll"), "123456789abcdef"},
	{ROW("udp4_epoll"), "123456789abcdef"},
	{ROW("udp6_epoll"), "123456789abcdef"},
	{ROW("tcp4_interrupted"), "connect Interrupted system call, again Operation already in progress, "},
	{ROW("tcp6_interrupted"), "connect Interrupted system call, again Operation already in progress, "},
	{ROW("tcp4_cancelled"), "thread cancelled, again Operation already in progress, "},
	{ROW("tcp6_cancelled"), "thread cancelled, again Operation already in progress, "},
	{ROW("tcp4_in_a_child"), "echo hello"},
	{ROW("udp6_in_a_child"), "echo hello"},
	{ROW("udp4_chosen"), "port kept, echo hello"},
	{ROW("udp6_chosen"), "port kept, echo hello"},
	{ROW("udp4_filters"), "1 instructions, "},
	{ROW("udp6_filters"), "1 instructions, "},
	{ROW("udp6_filtered"), "1 instructions, "},
	{ROW("udp4_locked"), "echo hello, disconnect 0, "},
	{ROW("udp6_locked"), "echo hello, disconnect 0, "},
	{ROW("udp4_locked_unbound"), "echo hello, disconnect 0, "},
	{ROW("udp6_locked_unbound"), "echo hello, disconnect 0, "},
	{ROW("udp4_steered"), "echo hello, "},
	{ROW("udp6_steered"), "echo hello, "},
	{ROW("tcp4_connected_already"), "second Transport endpoint is already connected, "},
	{ROW("tcp6_connected_already"), "second Transport endpoint is already connected, "},
	{ROW("tcp4_reserved"), "port reserved, connect 0, echo hello", .privileged = true},
	{ROW("udp4_reserved"), "port reserved, connect 0, echo hello", .privileged = true},
	{ROW("tcp4_reserved_for_null"), "echo hello", .privileged = true},
	{ROW("udp4_reserved_for_null"), "echo hello", .privileged = true},
	/* Confined to another device than lo, which is kept: loopback cannot be reached. */
	{RULED("tcp4_confined_to_cable", CONFINE_CABLE, "tcp4_plainly") = "echo hello"},
	{RULED("tcp6_confined_to_cable", CONFINE_CABLE, "tcp6_plainly") = "echo hello"},
	{KEPT("tcp4_confined_to_cable_to_loopback", CONFINE_CABLE, "tcp4_to_loopback", "at 0.0.0.0 2") = "echo hello"},
	{KEPT("tcp6_confined_to_cable_to_loopback", CONFINE_CABLE, "tcp6_to_loopback",
	      "connect Network is unreachable, at :: 2") = "echo hello"},
	{RULED("tcp4_confined_to_cable_to_own_address", CONFINE_CABLE, "tcp4_to_own_address") = "echo hello"},
	{RULED("udp4_confined_to_cable", CONFINE_CABLE, "udp4_two_peers") = "second 0, "},
	{KEPT("udp4_confined_to_cable_to_loopback", CONFINE_CABLE, "udp4_to_loopback",
	      "peer 127.0.0.1 19300, echo , end") = "echo hello"},
	{KEPT("udp6_confined_to_cable_to_loopback", CONFINE_CABLE, "udp6_to_loopback",
	      "connect Network is unreachable, at :: 2") = "echo hello"},
	{RULED("udp6_confined_to_cable_epoll", CONFINE_CABLE, "udp6_epoll") = "123456789abcdef"},
	{RULED("udp4_confined_to_cable_on_port_zero", CONFINE_CABLE, "udp4_chosen") = "port kept, echo hello"},
	{RULED("udp6_confined_to_cable_on_port_zero", CONFINE_CABLE, "udp6_chosen") = "port kept, echo hello"},
	{RULED("udp6_confined_to_cable_options", CONFINE_CABLE, "udp6_options") = "IPV6_UNICAST_HOPS 43, "},
	{RULED("tcp6_confined_to_cable_to_nobody", CONFINE_CABLE, "tcp6_to_nobody") = "Connection refused, "},
	{KEPT("tcp6_confined_to_cable_connected_already", CONFINE_CABLE, "tcp6_connected_already",
	      "first Network is unreachable, second 0, at " HERE6) = "already connected, "},
	{KEPT("udp4_confined_to_cable_reserved", CONFINE_CABLE, "udp4_reserved_to_loopback", "connect 0, echo , end") =
		 "port reserved, connect 0, echo hello",
	 .privileged = true},
	/* At another address, which is kept. */
	{RULED("tcp4_at_cable", TO_CABLE, "tcp4_plainly") = "echo hello"},
	{KEPT("tcp4_at_cable_to_loopback", TO_CABLE, "tcp4_to_loopback", "connect 0, at " HERE4 " 2") =
		 "at 127.0.0.1 2"},
	/* A dual-stack socket is confined to the device, and serves both families. */
	{KEPT("tcp6_at_cable_to_loopback", TO_CABLE, "tcp6_to_loopback", "connect Network is unreachable, at :: 2") =
		 "at ::1 2"},
	{RULED("tcp6_at_cable_to_mapped", TO_CABLE, "tcp6_mapped") = "echo hello"},
	{RULED("udp4_at_cable", TO_CABLE, "udp4_two_peers") = "second 0, "},
	{RULED("udp4_at_cable_epoll", TO_CABLE, "udp4_epoll") = "123456789abcdef"},
	{KEPT("udp6_at_cable_to_loopback", TO_CABLE, "udp6_to_loopback", "connect Network is unreachable, at :: 2") =
		 "at ::1 2"},
	{RULED("tcp6_at_addresses", TO_ADDRESSES, "tcp6_plainly") = "echo hello"},
	{KEPT("udp6_at_addresses_to_loopback", TO_ADDRESSES, "udp6_to_loopback", "connect 0, at " HERE6 " 2") =
		 "at ::1 2"},
	{RULED("udp4_at_addresses_on_port_zero", TO_ADDRESSES, "udp4_chosen") = "port kept, echo hello"},
	/* wire0 has a link-local address and an IPv4 one of another network. */
	{KEPT("tcp6_at_wire", TO_WIRE, "tcp6_plainly", "connect Network is unreachable, at :: 2") = "echo hello"},
	{KEPT("tcp6_at_wire_to_loopback", TO_WIRE, "tcp6_to_loopback", "connect Network is unreachable, at :: 2") =
		 "echo hello"},
	{KEPT("udp6_at_wire", TO_WIRE, "udp6_plainly", "connect Network is unreachable, at :: 2") = "echo hello"},
	{KEPT("tcp4_at_another_network", TO_WIRE, "tcp4_plainly", "connect 0, at 10.98.0.1 2") = "echo hello"},
	{KEPT("udp4_at_another_network", TO_WIRE, "udp4_plainly", "connect 0, at 10.98.0.1 2") = "echo hello"},
	/* At loopback, however the rule names it. */
	{RULED("tcp6_at_the_ipv6_loopback_to_mapped", TO_IPV6_LOOPBACK, "tcp6_mapped") = "echo hello"},
	{RULED("udp4_at_another_loopback", TO_ANOTHER_LOOPBACK, "udp4_plainly") = "echo hello"},
	/* A raw socket is born with a number, its protocol, and keeps it; dissolved it would hear all. */
	{RULED("raw4_confined", CONFINE_RAW, "raw4_connected") = "answer of 28", .privileged = true},
	{RULED("raw6_confined", CONFINE_RAW, "raw6_connected") = "answer of 8", .privileged = true},
	{RULED("raw4_at_loopback", RAW_TO_LOOPBACK, "raw4_connected") = "answer of 28", .privileged = true},
	{RULED("raw6_at_loopback", RAW_TO_LOOPBACK, "raw6_connected") = "answer of 8", .privileged = true},
	{KEPT("raw4_confined_dissolved", CONFINE_RAW, "raw4_dissolved", "disconnect Permission denied") =
		 "disconnect 0",
	 .privileged = true},
	{KEPT("raw6_at_loopback_dissolved", RAW_TO_LOOPBACK, "raw6_dissolved", "disconnect Permission denied") =
		 "disconnect 0",
	 .privileged = true},
	/* At another port: the asked one comes back. */
	{RULED("tcp4_at_another_port", TO_PORT, "tcp4_plainly") = "echo hello"},
	{RULED("tcp6_at_another_port", TO_PORT, "tcp6_plainly") = "echo hello"},
	{RULED("udp4_at_another_port", TO_PORT, "udp4_plainly") = "echo hello"},
	{RULED("udp6_at_another_port", TO_PORT, "udp6_plainly") = "echo hello"},
	/* Clients on port 0, too. */
	{RULED("udp4_at_loopback_on_port_zero", TO_LOOPBACK, "udp4_chosen") = "port kept, echo hello"},
	{RULED("udp6_at_loopback_on_port_zero", TO_LOOPBACK, "udp6_chosen") = "port kept, echo hello"},
	{RULED("udp4_at_loopback_reserved", TO_LOOPBACK, "udp4_reserved") = "port reserved, connect 0, echo hello",
	 .privileged = true},
	{RULED("udp4_at_loopback_reserved_for_null", TO_LOOPBACK, "udp4_reserved_for_null") = "echo hello",
	 .privileged = true},
	{RULED("udp4_at_loopback_reserved_to_loopback", TO_LOOPBACK, "udp4_reserved_to_loopback") =
		 "port reserved, connect 0, echo hello",
	 .privileged = true},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static unsigned client_next_port = PORTS_FROM;

/** client_run - a client of hosts/client_ways.c to its end. @environment: NULL: bare. */
static void
client_run(const char *environment, const char *scenario, unsigned port, char output[MOST])
{
	char arguments[256];
	int status;

	snprintf(arguments, sizeof(arguments), "client_ways %s %u", scenario, port);
	status = host_run(environment, arguments, output, MOST);
	if (status != 0 || !strstr(output, "end\n"))
		fail_msg("%s %s: status %x, output %.600s", environment ? environment : "bare", scenario, status,
			 output);
}

/** client_write_config - the row's rules. Return: the file's name, "" for the default. */
static const char *
client_write_config(const struct row *row)
{
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy;
	FILE *file;

	if (!row->config)
		return "";
	policy = bg_load_text(row->config, strlen(row->config), &diags);
	if (!policy)
		fail_msg("%s: %s", row->config, diags.items[0].text);
	free(policy);
	file = fopen(client_config_path, "we");
	assert_non_null(file);
	fputs(row->config, file);
	fclose(file);
	return client_config_path;
}

/** client_guarded_is_as_bare - a row: all that it prints. */
static void
client_guarded_is_as_bare(void **state)
{
	static const char *const guards[] = {"", UNPRIVILEGED};
	static char bare[MOST], guarded[MOST];
	const struct row *row = *state;
	unsigned count = row->privileged ? 1 : 2, port = client_next_port;
	char scenario[64], environment[512];

	snprintf(scenario, sizeof(scenario), "%s", row->scenario ? row->scenario : row->name);
	if (!row->scenario)
		scenario[strlen(scenario) - strlen(ENDING)] = '\0';
	client_next_port += strstr(row->name, "many") ? 500 : 1;
	client_run(NULL, scenario, port, bare);
	if (!strstr(bare, row->bare))
		fail_msg("%s bare lacks \"%s\": %.300s", scenario, row->bare, bare);
	for (unsigned i = 0; i < count; i++) {
		snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s %s",
			 client_write_config(row), guards[i]);
		client_run(environment, scenario, port, guarded);
		if (row->kept && !strstr(guarded, row->kept))
			fail_msg("%s %s lacks \"%s\": %.300s", row->name, guards[i], row->kept, guarded);
		if (!row->kept)
			client_expect_same(row->name, guards[i], bare, guarded);
	}
	bare[strcspn(bare, "\n")] = '\0';
	figure("the %s as root%s, %zu bytes: %.60s", row->kept ? "rule kept" : "same",
	       count > 1 ? " and without capabilities" : "", strlen(bare), bare);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS];
	size_t count = 0;

	for (; count < ROWS; count++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[count]};

		tests[count] = (struct CMUnitTest){
			.name = rows[count].name, .test_func = client_guarded_is_as_bare, .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("clients", tests, count, client_set_up, client_tear_down);
}
