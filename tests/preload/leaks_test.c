/* SPDX-License-Identifier: MIT
 * leaks_test.c - servers that come to a wildcard socket in every way there is: open to the second host when bare, and
 * under the guard answering this machine alone, with and without privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/leaky_server.h"

#define AGAIN4 "-> 0.0.0.0:%P%lo (rewrite" LATE
#define AGAIN6 "-> [::]:%P%lo (rewrite" LATE
#define UNDO " (undo: connects to another host, rule \"servers\")"

static const struct leaky_row rows[] = {
	{ROW("tcp4_fixed"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_v6only"), .kind = TCP, .serves = IPV6, .bound = "::1", .events = {REWRITE6("tcp")}},
	{ROW("tcp6_dualstack"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp6_v6only_never_set"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_unspec"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_mapped"), .kind = TCP, .serves = IPV4, .bound = "::ffff:127.0.0.1",
	 .events = {"tcp [::ffff:0.0.0.0]:%P -> [::ffff:127.0.0.1]:%P (rewrite"}},
	{ROW("tcp6_of_24_bytes"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_of_128_bytes"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_of_128_bytes"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_port_zero"), .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_v6only_port_zero"), .kind = TCP, .serves = IPV6, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp6_port_zero"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_unbound"), .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "0")}},
	{ROW("tcp6_v6only_unbound"), .kind = TCP, .serves = IPV6, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp6_unbound"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp4_listens_twice"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_listens_twice"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_inherited"), .scenario = "tcp_from_elsewhere", .parent = "inherited 4", .kind = TCP, .serves = IPV4,
	 .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_inherited"), .scenario = "tcp_from_elsewhere", .parent = "inherited 6", .kind = TCP, .serves = BOTH,
	 .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_inherited_listening"), .scenario = "tcp_from_elsewhere", .parent = "inherited-listening 4",
	 .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_inherited_listening"), .scenario = "tcp_from_elsewhere", .parent = "inherited-listening 6",
	 .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_passed"), .scenario = "tcp_passed", .parent = "passed 4", .kind = TCP, .serves = IPV4,
	 .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_passed_listening"), .scenario = "tcp_passed", .parent = "passed-listening 6", .kind = TCP,
	 .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_bound_by_syscall"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_bound_by_syscall"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_listening_by_syscall"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_listening_by_syscall"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_bound_by_libc_handle"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp4_second_port"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {"(rewrite, rule \"servers\") failed: EADDRINUSE", REWRITE4("tcp")}},
	{ROW("tcp6_second_port"), .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("tcp")}},
	{ROW("tcp6_second_port_v6only"), .serves = IPV6, .bound = "::1",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", REWRITE6("tcp")}},
	{ROW("tcp6_second_socket"), .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("tcp"), "[::]:%P%lo (rewrite, rule \"servers\") failed: EADDRINUSE"}},
	{ROW("tcp6_second_bind"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp6_port_zero_second_bind"), .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EINVAL", LATE6("tcp", "%P")}},
	{ROW("tcp4_reuseport_sockets"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("tcp"), REWRITE4("tcp")}},
	{ROW("tcp6_reuseport_sockets"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp"), CONFINE6("tcp")}},
	{ROW("tcp4_reuseport_processes"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("tcp"), REWRITE4("tcp")}},
	{ROW("tcp6_reuseport_processes"), .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("tcp"), CONFINE6("tcp")}},
	{ROW("tcp4_reuseaddr"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp4_nonblock"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("mptcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("mptcp6_fixed"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("mptcp4_port_zero"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("mptcp6_unbound"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp4_failed_connect"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {AGAIN4}},
	{ROW("tcp6_failed_connect"), .serves = BOTH, .bound = "::%lo", .events = {AGAIN6}},
	{ROW("tcp4_client_listens"), .serves = IPV4, .bound = "0.0.0.0%lo",
	 .events = {REWRITE4("tcp"), LATE4("tcp", "%P")}},
	{ROW("tcp6_client_listens"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp"), LATE6("tcp", "%P")}},
	{ROW("tcp4_to_itself"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_to_itself"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_port_zero_to_itself"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {AGAIN4}},
	{ROW("tcp6_listens_again"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_listener_connects"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_listener_connects"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_duplicate"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_duplicate"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_bindresvport"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")},
	 .privileged = true},
	{ROW("udp4_fixed"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udp")}},
	{ROW("udp6_v6only"), .kind = UDP, .serves = IPV6, .bound = "::1", .events = {REWRITE6("udp")}},
	{ROW("udp6_dualstack"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp6_second_port"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("udp")}},
	{ROW("udp6_second_port_reuseaddr"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("udp")}},
	{ROW("udp6_second_bind"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp4_reuseport_sockets"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("udp"), REWRITE4("udp")}},
	{ROW("udp6_reuseport_sockets"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), "(rewrite, rule \"servers\")"}},
	{ROW("udplite4_fixed"), .kind = LITE, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udplite")}},
	{ROW("udplite6_dualstack"), .kind = LITE, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udplite")}},
	{ROW("udp4_disconnected"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udp")}},
	{ROW("udp6_disconnected"), .kind = UDP, .serves = BOTH, .leaks = IPV4, .bound = "::%lo",
	 .events = {CONFINE6("udp")}},
	{ROW("udp6_disconnected_at_once"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp4_client_disconnected"), .kind = UDP, .serves = IPV4, .bound = "0.0.0.0%lo",
	 .events = {REWRITE4("udp"), LATE4("udp", "%P")}},
	{ROW("udp6_client_disconnected"), .kind = UDP, .serves = IPV4, .leaks = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), LATE6("udp", "%P")}},
	{ROW("udp6_client_disconnected_often"), .kind = UDP, .serves = IPV4, .leaks = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), AGAIN6, AGAIN6, AGAIN6}},
	{ROW("udp6_disconnected_by_syscall"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_disconnected_by_a_child"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_executed"), .kind = UDP, .serves = BOTH, .leaks = IPV4, .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_executed_disconnected"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), "(rewrite, rule \"servers\")"}},
	{ROW("udp6_client_executed"), .kind = UDP, .serves = IPV4, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), LATE6("udp", "%P")}},
	{ROW("udp6_client_fails_executed"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), UNDO}},
	{ROW("udp6_handed_over"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp4_client_fails"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("udp"), UNDO " failed: ENETUNREACH"}},
	{ROW("udp6_client_fails"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), UNDO " failed: ENETUNREACH"}},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/** serves_word - for figures. */
static const char *
serves_word(enum leaky_serves serves)
{
	return serves == BOTH ? "IPv4 and IPv6" : serves == IPV4 ? "IPv4" : "IPv6";
}

/** server_bare_is_open_guarded_is_not - a row: bare, guarded as root, guarded without privilege. */
static void
server_bare_is_open_guarded_is_not(void **state)
{
	const struct leaky_row *row = *state;

	leaky_run_bare(row);
	leaky_run_guarded(row, BOTH, "");
	if (!row->privileged)
		leaky_run_guarded(row, BOTH, UNPRIVILEGED);
	figure("open bare by %s, closed guarded as root%s, at %s", serves_word(row->leaks ? row->leaks : row->serves),
	       row->privileged ? "" : " and without capabilities", row->bound);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS];
	size_t count = 0;

	for (; count < ROWS; count++) {
		union {
			const struct leaky_row *in;
			void *out;
		} row = {.in = &rows[count]};

		tests[count] = (struct CMUnitTest){.name = rows[count].name,
						   .test_func = server_bare_is_open_guarded_is_not,
						   .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("leaks", tests, count, leaky_set_up, leaky_tear_down);
}
