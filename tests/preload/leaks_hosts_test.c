/* SPDX-License-Identifier: MIT
 * leaks_hosts_test.c - servers on hosts that lack IPv6, the device lo or the right to confine: what can be guarded is,
 * and the rest does not start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "preload/leaky_server.h"

#define FILTERED BG_BUILD_DIR "/hosts/leaky_filter env"

/** run_refused - a server that cannot be guarded does not start: @line is what it says, @event what the log says. */
static void
run_refused(const struct leaky_row *row, const char *how, const char *line, const char *event)
{
	const char *const events[] = {event};
	struct leaky_run run;

	if (leaky_try_start(&run, row, how) || strcmp(run.process.line, line) != 0)
		fail_msg("%s: said \"%s\", expected \"%s\"", row->name, run.process.line, line);
	host_stop(&run.process);
	leaky_expect_events(row->name, events, 1, run.port);
}

#define NO_LOOPBACK "; no loopback address on this host: confined instead)"

/** server_without_ipv6_is_guarded - disable_ipv6=1: `::` can be bound, `::1` cannot. */
static void
server_without_ipv6_is_guarded(void **state)
{
	static const struct leaky_row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
		{ROW("tcp6_dualstack"), .serves = IPV4, .bound = "::%lo", .events = {CONFINE6("tcp")}},
		{ROW("tcp6_unbound"), .serves = IPV4, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
		{ROW("udp6_dualstack"), .kind = UDP, .serves = IPV4, .bound = "::%lo", .events = {CONFINE6("udp")}},
		{ROW("tcp6_v6only"), .bound = "::%lo",
		 .events = {"tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("udp6_v6only"), .kind = UDP, .bound = "::%lo",
		 .events = {"udp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
	};

	(void)state;
	assert_int_equal(net_run(SIDE_HERE, "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"), 0);
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		leaky_run_bare(&lacking[i]);
		leaky_run_guarded(&lacking[i], lacking[i].serves, "");
		leaky_run_guarded(&lacking[i], lacking[i].serves, UNPRIVILEGED);
	}
	run_refused(&lacking[4], FILTERED, "bind: Permission denied",
		    "tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK " failed: EACCES");
	assert_int_equal(net_run(SIDE_HERE, "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6; "
					    "ip addr add " HERE6 "/64 dev " CABLE " nodad"),
			 0);
	figure("%zu servers start and are closed, 1 that cannot be guarded is refused",
	       sizeof(lacking) / sizeof(lacking[0]));
}

/** server_without_lo_is_guarded - lo is as in a new namespace, down and without addresses: closed; guarded when it is up. */
static void
server_without_lo_is_guarded(void **state)
{
	static const struct leaky_row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "0.0.0.0%lo",
		 .events = {"tcp 0.0.0.0:%P -> 0.0.0.0:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("udp4_fixed"), .kind = UDP, .serves = IPV4, .bound = "0.0.0.0%lo",
		 .events = {"udp 0.0.0.0:%P -> 0.0.0.0:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("tcp6_v6only"), .serves = IPV6, .bound = "::%lo",
		 .events = {"tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("tcp6_dualstack"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
		{ROW("tcp4_port_zero"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	};
	struct leaky_run run;

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		assert_int_equal(net_run(SIDE_HERE, "ip addr flush dev lo && ip link set lo down"), 0);
		leaky_start(&run, &lacking[i], "");
		leaky_expect_closed(&lacking[i], &run, lacking[i].serves, "lo is down");
		assert_int_equal(net_run(SIDE_HERE, "ip link set lo up"), 0);
		leaky_expect_answers(&lacking[i], &run, SIDE_HERE, "lo is up again");
		leaky_expect_closed(&lacking[i], &run, lacking[i].serves, "lo is up again");
		assert_string_equal(run.bound, lacking[i].bound);
		host_stop(&run.process);
		leaky_expect_events(lacking[i].name, lacking[i].events, 4, run.port);
	}
	figure("%zu servers start, closed while lo is down, answering this machine when it is up",
	       sizeof(lacking) / sizeof(lacking[0]));
}

#define NO_CONFINE "; the kernel refuses to confine: IPv4 loopback only)"

/** server_that_cannot_be_confined_is_guarded - a kernel that refuses SO_BINDTODEVICE, by a seccomp filter. */
static void
server_that_cannot_be_confined_is_guarded(void **state)
{
	static const struct leaky_row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
		{ROW("tcp6_v6only"), .serves = IPV6, .bound = "::1", .events = {REWRITE6("tcp")}},
		{ROW("tcp6_dualstack"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("mptcp6_fixed"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("udp6_dualstack"), .kind = UDP, .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"udp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("tcp6_second_port"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"failed: EADDRINUSE",
			    "tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
	};
	static const struct leaky_row port_zero = {ROW("tcp4_port_zero")}, unbound = {ROW("tcp6_unbound")},
				      disconnected = {ROW("udp4_client_disconnected")};

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		leaky_run_guarded(&lacking[i], BOTH, FILTERED);
	run_refused(&port_zero, FILTERED, "listen: Permission denied", LATE " failed: EACCES");
	run_refused(&unbound, FILTERED, "listen: Permission denied", LATE " failed: EACCES");
	run_refused(&disconnected, FILTERED, "disconnect: Permission denied", "127.0.0.1:%P (rewrite");
	figure("%zu servers on a loopback address, 3 that have none are refused", sizeof(lacking) / sizeof(lacking[0]));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_that_cannot_be_confined_is_guarded),
		cmocka_unit_test(server_without_lo_is_guarded),
		cmocka_unit_test(server_without_ipv6_is_guarded),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("leaks hosts", tests, leaky_set_up, leaky_tear_down);
}
