/* SPDX-License-Identifier: MIT
 * address_facts_test.c - what the shim relies on of addresses and ports but no standard promises, asked of the kernel
 * and the libc of this machine, without the guard. The comments that rely on a fact name its test. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/fact_calls.h"
#include "preload/host.h"

#define MPTCP 262
#define PORT 19400

/** without_ipv6 - line of the first thing that is not as expected, 0 for none. */
static int
without_ipv6(void)
{
	if (unshare(CLONE_NEWNET) || system("ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"))
		return 1;
	if (facts_bind(socket(AF_INET6, SOCK_STREAM, 0), "::", PORT))
		return 2;
	if (facts_bind(socket(AF_INET6, SOCK_STREAM, 0), "::1", PORT + 1) != EADDRNOTAVAIL)
		return 3;
	return 0;
}

/** loopback_of_ipv6_disabled_is_missing - `::` binds all the same. */
static void
loopback_of_ipv6_disabled_is_missing(void **state)
{
	(void)state;
	assert_int_equal(facts_in_child(without_ipv6), 0);
	figure("disable_ipv6=1: bind :: 0, bind ::1 EADDRNOTAVAIL");
}

/** unspec_wildcard_is_ipv4 - AF_UNSPEC with INADDR_ANY binds an IPv4 socket, with another address it does not. */
static void
unspec_wildcard_is_ipv4(void **state)
{
	int fd = facts_socket(AF_INET, SOCK_STREAM, 0), other = facts_socket(AF_INET, SOCK_STREAM, 0);
	union facts_name name;
	unsigned port;

	(void)state;
	facts_name(&name, "0.0.0.0", PORT);
	name.any.sa_family = AF_UNSPEC;
	assert_int_equal(bind(fd, &name.any, sizeof(name.in)), 0);
	assert_true(facts_name_is(fd, "0.0.0.0", &port));
	assert_int_equal(port, PORT);
	facts_name(&name, "127.0.0.1", PORT + 1);
	name.any.sa_family = AF_UNSPEC;
	assert_int_equal(bind(other, &name.any, sizeof(name.in)), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	close(fd);
	close(other);
	figure("AF_UNSPEC with INADDR_ANY binds 0.0.0.0, with 127.0.0.1 EAFNOSUPPORT");
}

/** mapped_with_v6only_is_invalid - hence a deny where a rule has an IPv4 target alone. */
static void
mapped_with_v6only_is_invalid(void **state)
{
	int fd = facts_socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(facts_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
	assert_int_equal(facts_bind(fd, "::ffff:127.0.0.1", PORT), EINVAL);
	close(fd);
	figure("::ffff:127.0.0.1 with IPV6_V6ONLY: EINVAL");
}

/** listen_unbound_binds_the_wildcard - both families; a datagram socket cannot listen. */
static void
listen_unbound_binds_the_wildcard(void **state)
{
	int ipv4 = facts_socket(AF_INET, SOCK_STREAM, 0), ipv6 = facts_socket(AF_INET6, SOCK_STREAM, 0);
	int udp = facts_socket(AF_INET, SOCK_DGRAM, 0);
	unsigned port;

	(void)state;
	assert_int_equal(listen(ipv4, 1), 0);
	assert_true(facts_name_is(ipv4, "0.0.0.0", &port) && port > 0);
	assert_int_equal(listen(ipv6, 1), 0);
	assert_true(facts_name_is(ipv6, "::", &port) && port > 0);
	assert_int_equal(listen(udp, 1), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	close(ipv4);
	close(ipv6);
	close(udp);
	figure("listen without bind: 0.0.0.0 and [::] with a port; UDP EOPNOTSUPP");
}

/** loopback_bound_reaches_no_other_host - hence connect(2) has to undo what bind(2) did. */
static void
loopback_bound_reaches_no_other_host(void **state)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = facts_socket(AF_INET, types[i], 0);

		assert_int_equal(facts_bind(fd, "127.0.0.1", PORT), 0);
		assert_int_equal(facts_connect(fd, THERE4, PORT), EINVAL);
		close(fd);
	}
	figure("127.0.0.1 to another host: TCP EINVAL, UDP EINVAL");
}

/** cookie_of - SO_COOKIE. */
static uint64_t
cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
	return cookie;
}

/** cookie_is_one_socket_for_ever - not 0, kept over bind, dup and listen, never used again by a later socket. */
static void
cookie_is_one_socket_for_ever(void **state)
{
	uint64_t seen[1000];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int fd = facts_socket(AF_INET6, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0), copy = dup(fd);

		seen[i] = cookie_of(fd);
		assert_true(seen[i] != 0);
		assert_int_equal(facts_bind(fd, "::1", PORT), 0);
		listen(fd, 1);
		assert_true(cookie_of(fd) == seen[i] && cookie_of(copy) == seen[i]);
		for (int j = 0; j < i; j++)
			assert_true(seen[j] != seen[i]);
		close(copy);
		close(fd);
	}
	figure("1000 sockets on one descriptor number, 1000 cookies");
}

/** state_is_the_first_byte_of_tcp_info - one byte may be asked for. */
static void
state_is_the_first_byte_of_tcp_info(void **state)
{
	static const int protocols[] = {0, MPTCP};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = facts_socket(AF_INET, SOCK_STREAM, protocols[i]);
		unsigned char byte = 0xee;
		socklen_t size = 1;

		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &byte, &size), 0);
		assert_int_equal(byte, TCP_CLOSE);
		assert_int_equal(listen(fd, 1), 0);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &byte, &size), 0);
		assert_int_equal(byte, TCP_LISTEN);
		close(fd);
	}
	figure("TCP and MPTCP: TCP_CLOSE, then TCP_LISTEN, in one byte");
}

/** overlap - two sockets with SO_REUSEADDR on one port, the second on @second. Return: 0 or errno of its bind. */
static int
overlap(int type, const char *first, const char *second, bool listening)
{
	int family = strchr(first, ':') ? AF_INET6 : AF_INET, fds[2], error;

	for (int i = 0; i < 2; i++) {
		fds[i] = facts_socket(family, type, 0);
		assert_int_equal(facts_option(fds[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
	}
	assert_int_equal(facts_bind(fds[0], first, PORT), 0);
	assert_int_equal(listening ? listen(fds[0], 1) : 0, 0);
	error = facts_bind(fds[1], second, PORT);
	close(fds[0]);
	close(fds[1]);
	return error;
}

/** reuseaddr_lets_two_sockets_overlap - what the exchange of a socket relies on; not where the old one listens. */
static void
reuseaddr_lets_two_sockets_overlap(void **state)
{
	(void)state;
	assert_int_equal(overlap(SOCK_STREAM, "127.0.0.1", "0.0.0.0", false), 0);
	assert_int_equal(overlap(SOCK_STREAM, "::1", "::", false), 0);
	assert_int_equal(overlap(SOCK_STREAM, "::", "::", false), 0);
	assert_int_equal(overlap(SOCK_DGRAM, "127.0.0.1", "0.0.0.0", false), 0);
	assert_int_equal(overlap(SOCK_DGRAM, "::", "::", false), 0);
	assert_int_equal(overlap(SOCK_STREAM, "127.0.0.1", "0.0.0.0", true), EADDRINUSE);
	figure("5 of 5 overlaps with SO_REUSEADDR, EADDRINUSE where the first listens");
}

/** bindresvport_binds_past_the_symbol - hence it has a wrapper of its own. */
static void
bindresvport_binds_past_the_symbol(void **state)
{
	char output[256];

	(void)state;
	assert_int_equal(host_run(NULL, "own_bind", output, sizeof(output)), 0);
	assert_string_equal(output, "bindresvport 0, reserved 1, by bind 0\n");
	figure("bindresvport bound a reserved port, 0 calls of the program's bind");
}

static int
set_up(void **state)
{
	(void)state;
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
		cmocka_unit_test(loopback_of_ipv6_disabled_is_missing),
		cmocka_unit_test(unspec_wildcard_is_ipv4),
		cmocka_unit_test(mapped_with_v6only_is_invalid),
		cmocka_unit_test(listen_unbound_binds_the_wildcard),
		cmocka_unit_test(loopback_bound_reaches_no_other_host),
		cmocka_unit_test(cookie_is_one_socket_for_ever),
		cmocka_unit_test(state_is_the_first_byte_of_tcp_info),
		cmocka_unit_test(reuseaddr_lets_two_sockets_overlap),
		cmocka_unit_test(bindresvport_binds_past_the_symbol),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
