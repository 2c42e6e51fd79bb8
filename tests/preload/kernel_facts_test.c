/* SPDX-License-Identifier: MIT
 * kernel_facts_test.c - what the shim relies on but no standard promises, asked of the kernel and the libc of this
 * machine, without the guard. The comments that rely on a fact name its test. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define MPTCP 262
#define PORT 19400
#define SERVER_PORT 19401

/** union name - an Internet socket's address. */
union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/** make_name - @text is an IPv4 or an IPv6 address. Return: its size. */
static socklen_t
make_name(union name *name, const char *text, unsigned port)
{
	memset(name, 0, sizeof(*name));
	if (strchr(text, ':')) {
		name->in6.sin6_family = AF_INET6;
		name->in6.sin6_port = htons((uint16_t)port);
		assert_int_equal(inet_pton(AF_INET6, text, &name->in6.sin6_addr), 1);
		return sizeof(name->in6);
	}
	name->in.sin_family = AF_INET;
	name->in.sin_port = htons((uint16_t)port);
	assert_int_equal(inet_pton(AF_INET, text, &name->in.sin_addr), 1);
	return sizeof(name->in);
}

/** make_socket - it must be there. */
static int
make_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	assert_true(fd >= 0);
	return fd;
}

/** try_bind - Return: 0 or errno. */
static int
try_bind(int fd, const char *text, unsigned port)
{
	union name name;
	socklen_t size = make_name(&name, text, port);

	return bind(fd, &name.any, size) ? errno : 0;
}

/** try_connect - Return: 0 or errno. */
static int
try_connect(int fd, const char *text, unsigned port)
{
	union name name;
	socklen_t size = make_name(&name, text, port);

	return connect(fd, &name.any, size) ? errno : 0;
}

/** try_device - Return: 0 or errno. */
static int
try_device(int fd, const char *device)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) ? errno : 0;
}

/** try_option - set an int. Return: 0 or errno. */
static int
try_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? errno : 0;
}

/** device_of - "" where there is none. Return: 0 or errno. */
static int
device_of(int fd, char device[17])
{
	socklen_t size = 16;

	memset(device, 0, 17);
	return getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size) ? errno : 0;
}

/** name_is - the socket's address is @text. @port: its port. */
static bool
name_is(int fd, const char *text, unsigned *port)
{
	union name name, wanted;
	socklen_t size = sizeof(name);

	make_name(&wanted, text, 0);
	memset(&name, 0, sizeof(name));
	assert_int_equal(getsockname(fd, &name.any, &size), 0);
	*port = ntohs(name.in.sin_port);
	if (name.any.sa_family == AF_INET)
		return name.in.sin_addr.s_addr == wanted.in.sin_addr.s_addr;
	return memcmp(&name.in6.sin6_addr, &wanted.in6.sin6_addr, 16) == 0;
}

/** drop_privilege - no capability is left to this process. */
static bool
drop_privilege(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};

	return syscall(SYS_capset, &header, none) == 0;
}

/** in_child - run @body in a child. Return: what it returned. */
static int
in_child(int (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(body());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/** unprivileged_devices - line of the first thing that is not as expected, 0 for none. */
static int
unprivileged_devices(void)
{
	static const int kinds[][3] = {{AF_INET, SOCK_STREAM, 0},     {AF_INET6, SOCK_STREAM, 0},
				       {AF_INET, SOCK_DGRAM, 0},      {AF_INET6, SOCK_DGRAM, 0},
				       {AF_INET, SOCK_STREAM, MPTCP}, {AF_INET6, SOCK_STREAM, MPTCP}};
	char device[17];

	if (!drop_privilege())
		return 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *any = kinds[i][0] == AF_INET ? "0.0.0.0" : "::";
		int before = socket(kinds[i][0], kinds[i][1], kinds[i][2]);
		int after = socket(kinds[i][0], kinds[i][1], kinds[i][2]);

		if (try_device(before, "lo") || try_bind(before, any, PORT) || device_of(before, device) ||
		    strcmp(device, "lo") != 0)
			return 10 + (int)i;
		if (try_device(before, "") != EPERM || try_device(before, CABLE) != EPERM)
			return 20 + (int)i;
		if (try_bind(after, any, PORT + 1) || try_device(after, "lo"))
			return 30 + (int)i;
		if (kinds[i][1] == SOCK_STREAM && (listen(before, 1) || listen(after, 1)))
			return 40 + (int)i;
		close(before);
		close(after);
	}
	return 0;
}

/** device_first_needs_no_privilege - before and after bind, also on MPTCP; taking it off or changing it does. */
static void
device_first_needs_no_privilege(void **state)
{
	int fd = make_socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(in_child(unprivileged_devices), 0);
	assert_int_equal(try_device(fd, "lo"), 0);
	assert_int_equal(try_device(fd, ""), 0); /* CAP_NET_RAW is there in this process */
	close(fd);
	figure("6 kinds of socket: device set without privilege before and after bind, EPERM to take it off");
}

/** serve - accept and greet for ever. */
static pid_t
serve(int listener)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && send(fd, "hello", 5, MSG_NOSIGNAL) != 5)
			_exit(1);
		close(fd);
	}
}

/** device_lo_keeps_others_out - both loopbacks answer, both addresses of the other host are refused; TCP and MPTCP. */
static void
device_lo_keeps_others_out(void **state)
{
	const struct question question = {.protocol = BG_PROTOCOL_TCP, .port = SERVER_PORT, .answer = "hello"};
	static const int protocols[] = {0, MPTCP};

	(void)state;
	for (int i = 0; i < 4; i++) {
		int fd = make_socket(AF_INET6, SOCK_STREAM, protocols[i / 2]);
		bool confined = i % 2 == 1;
		pid_t server;

		assert_int_equal(try_option(fd, SOL_SOCKET, SO_REUSEADDR, 1), 0);
		assert_int_equal(try_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
		assert_int_equal(try_bind(fd, "::", SERVER_PORT), 0);
		assert_int_equal(confined ? try_device(fd, "lo") : 0, 0);
		assert_int_equal(listen(fd, 8), 0);
		server = serve(fd);
		assert_int_equal(net_ask(SIDE_HERE, AF_INET, &question), PROBE_ANSWERED);
		assert_int_equal(net_ask(SIDE_HERE, AF_INET6, &question), PROBE_ANSWERED);
		assert_int_equal(net_ask(SIDE_THERE, AF_INET, &question), confined ? PROBE_REFUSED : PROBE_ANSWERED);
		assert_int_equal(net_ask(SIDE_THERE, AF_INET6, &question), confined ? PROBE_REFUSED : PROBE_ANSWERED);
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
		close(fd);
	}
	figure("TCP and MPTCP, [::]%%lo: 4 of 4 loopback answers, 4 of 4 LAN refusals; without the device 8 of 8 "
	       "answers");
}

/** meet - listen on @first, then try @second. @confined: a dual-stack wildcard gets the device lo. Return: 0 or errno. */
static int
meet(const char *first, const char *second, bool confined)
{
	const char *const names[] = {first, second};
	int fds[2], error = 0;

	for (int i = 0; i < 2 && !error; i++) {
		fds[i] = make_socket(strchr(names[i], ':') ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
		assert_int_equal(try_option(fds[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
		if (confined && strcmp(names[i], "::") == 0)
			assert_int_equal(try_device(fds[i], "lo"), 0);
		error = try_bind(fds[i], names[i], PORT);
		if (!error && listen(fds[i], 1))
			error = errno;
		if (error && i == 0)
			fail_msg("%s: %s", first, strerror(error));
		if (i == 1)
			close(fds[1]);
	}
	close(fds[0]);
	return error;
}

/** conflicts_confined_are_as_bare - every pair of the addresses that servers use on one port. */
static void
conflicts_confined_are_as_bare(void **state)
{
	static const char *const names[] = {"::", "0.0.0.0", "127.0.0.1", "::1"};
	int conflicts = 0, pairs = 0, with_dual = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++, pairs++) {
			int bare = meet(names[i], names[j], false);

			if (bare != meet(names[i], names[j], true))
				fail_msg("%s then %s: bare %s", names[i], names[j], strerror(bare));
			conflicts += bare == EADDRINUSE;
			with_dual += bare == EADDRINUSE && (i == 0 || j == 0);
		}
	assert_int_equal(with_dual, 7);
	figure("%d pairs, %d conflict bare and the same confined, %d of them with a dual-stack wildcard", pairs,
	       conflicts, with_dual);
}

/** device_is_shown_by_ss - users see it. */
static void
device_is_shown_by_ss(void **state)
{
	int fd = make_socket(AF_INET6, SOCK_STREAM, 0);
	char output[1024], wanted[32];
	FILE *ss;
	size_t got;

	(void)state;
	assert_int_equal(try_bind(fd, "::", PORT), 0);
	assert_int_equal(try_device(fd, "lo"), 0);
	assert_int_equal(listen(fd, 1), 0);
	ss = popen("ss -Htln", "re");
	assert_non_null(ss);
	got = fread(output, 1, sizeof(output) - 1, ss);
	output[got] = '\0';
	pclose(ss);
	close(fd);
	snprintf(wanted, sizeof(wanted), "%%lo:%d", PORT);
	assert_non_null(strstr(output, wanted));
	figure("ss prints *%%lo:%d", PORT);
}

/** without_ipv6 - line of the first thing that is not as expected, 0 for none. */
static int
without_ipv6(void)
{
	if (unshare(CLONE_NEWNET) || system("ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"))
		return 1;
	if (try_bind(socket(AF_INET6, SOCK_STREAM, 0), "::", PORT))
		return 2;
	if (try_bind(socket(AF_INET6, SOCK_STREAM, 0), "::1", PORT + 1) != EADDRNOTAVAIL)
		return 3;
	return 0;
}

/** loopback_of_ipv6_disabled_is_missing - `::` binds all the same. */
static void
loopback_of_ipv6_disabled_is_missing(void **state)
{
	(void)state;
	assert_int_equal(in_child(without_ipv6), 0);
	figure("disable_ipv6=1: bind :: 0, bind ::1 EADDRNOTAVAIL");
}

/** unspec_wildcard_is_ipv4 - AF_UNSPEC with INADDR_ANY binds an IPv4 socket, with another address it does not. */
static void
unspec_wildcard_is_ipv4(void **state)
{
	int fd = make_socket(AF_INET, SOCK_STREAM, 0), other = make_socket(AF_INET, SOCK_STREAM, 0);
	union name name;
	unsigned port;

	(void)state;
	make_name(&name, "0.0.0.0", PORT);
	name.any.sa_family = AF_UNSPEC;
	assert_int_equal(bind(fd, &name.any, sizeof(name.in)), 0);
	assert_true(name_is(fd, "0.0.0.0", &port));
	assert_int_equal(port, PORT);
	make_name(&name, "127.0.0.1", PORT + 1);
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
	int fd = make_socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(try_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
	assert_int_equal(try_bind(fd, "::ffff:127.0.0.1", PORT), EINVAL);
	close(fd);
	figure("::ffff:127.0.0.1 with IPV6_V6ONLY: EINVAL");
}

/** listen_unbound_binds_the_wildcard - both families; a datagram socket cannot listen. */
static void
listen_unbound_binds_the_wildcard(void **state)
{
	int ipv4 = make_socket(AF_INET, SOCK_STREAM, 0), ipv6 = make_socket(AF_INET6, SOCK_STREAM, 0);
	int udp = make_socket(AF_INET, SOCK_DGRAM, 0);
	unsigned port;

	(void)state;
	assert_int_equal(listen(ipv4, 1), 0);
	assert_true(name_is(ipv4, "0.0.0.0", &port) && port > 0);
	assert_int_equal(listen(ipv6, 1), 0);
	assert_true(name_is(ipv6, "::", &port) && port > 0);
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
		int fd = make_socket(AF_INET, types[i], 0);

		assert_int_equal(try_bind(fd, "127.0.0.1", PORT), 0);
		assert_int_equal(try_connect(fd, THERE4, PORT), EINVAL);
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
		int fd = make_socket(AF_INET6, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0), copy = dup(fd);

		seen[i] = cookie_of(fd);
		assert_true(seen[i] != 0);
		assert_int_equal(try_bind(fd, "::1", PORT), 0);
		listen(fd, 1);
		assert_true(cookie_of(fd) == seen[i] && cookie_of(copy) == seen[i]);
		for (int j = 0; j < i; j++)
			assert_true(seen[j] != seen[i]);
		close(copy);
		close(fd);
	}
	figure("1000 sockets on one descriptor number, 1000 cookies");
}

/** sigprocmask_probes_memory - the impossible `how` is looked at after the set is copied, and changes nothing. */
static void
sigprocmask_probes_memory(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigset_t before, after;

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	memset(pages, 0xff, (size_t)page);
	mprotect(pages, (size_t)page, PROT_READ);
	mprotect(pages + page, (size_t)page, PROT_NONE);
	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(syscall(SYS_rt_sigprocmask, -1, pages + page - 8, NULL, 8), -1);
	assert_int_equal(errno, EINVAL);
	for (int offset = -7; offset <= 8; offset++) {
		assert_int_equal(syscall(SYS_rt_sigprocmask, -1, pages + page + offset, NULL, 8), -1);
		assert_int_equal(errno, EFAULT);
	}
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_memory_equal(&before, &after, 8); /* what the kernel has of a mask */
	munmap(pages, (size_t)page * 2);
	figure("readable EINVAL, 16 of 16 unreadable or half readable EFAULT, mask unchanged");
}

/** device_of_a_failed_bind_stays - a link-local address sets the device of its scope, also where the call fails. */
static void
device_of_a_failed_bind_stays(void **state)
{
	int fd = make_socket(AF_INET6, SOCK_STREAM, 0), there = make_socket(AF_INET6, SOCK_STREAM, 0);
	char device[17];
	union name name;

	(void)state;
	make_name(&name, "fe80::98", PORT);
	name.in6.sin6_scope_id = 1;
	assert_int_equal(bind(there, &name.any, sizeof(name.in6)), -1);
	assert_int_equal(errno, EADDRNOTAVAIL);
	assert_int_equal(device_of(there, device), 0);
	assert_string_equal(device, "lo");
	name.in6.sin6_scope_id = 4711;
	assert_int_equal(bind(fd, &name.any, sizeof(name.in6)), -1);
	assert_int_equal(errno, ENODEV);
	assert_int_equal(device_of(fd, device), ENODEV);
	close(fd);
	close(there);
	figure("bind fe80::98%%1 EADDRNOTAVAIL, device lo after it; %%4711 ENODEV, and so says SO_BINDTODEVICE");
}

/** disconnect_takes_the_device_off - of a datagram socket, even one that was not connected; of a TCP socket not. */
static void
disconnect_takes_the_device_off(void **state)
{
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	char device[17];

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = make_socket(AF_INET6, types[i], 0);

		assert_int_equal(try_device(fd, "lo"), 0);
		assert_int_equal(try_bind(fd, "::", PORT), 0);
		assert_int_equal(connect(fd, &none, sizeof(none)), 0);
		assert_int_equal(device_of(fd, device), 0);
		assert_string_equal(device, i == 0 ? "" : "lo");
		close(fd);
	}
	figure("connect to AF_UNSPEC: UDP loses its device, TCP keeps it");
}

/** mptcp_listening_after_a_failed_connect_has_the_wildcard - whatever its name was before listen(2). */
static void
mptcp_listening_after_a_failed_connect_has_the_wildcard(void **state)
{
	int fd = make_socket(AF_INET, SOCK_STREAM, MPTCP);
	unsigned port;

	(void)state;
	assert_int_equal(try_connect(fd, HERE4, 9), ECONNREFUSED);
	assert_true(name_is(fd, HERE4, &port));
	assert_int_equal(listen(fd, 1), 0);
	assert_true(name_is(fd, "0.0.0.0", &port));
	close(fd);
	figure("MPTCP: " HERE4 " after a refused connect, 0.0.0.0 after listen");
}

/** state_is_the_first_byte_of_tcp_info - one byte may be asked for. */
static void
state_is_the_first_byte_of_tcp_info(void **state)
{
	static const int protocols[] = {0, MPTCP};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = make_socket(AF_INET, SOCK_STREAM, protocols[i]);
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

/** advmss_of - tcpi_advmss. */
static unsigned
advmss_of(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
	return info.tcpi_advmss;
}

/** advmss_is_of_who_has_connected - and stays when that has failed, and is taken back; bind(2) and a device give none. */
static void
advmss_is_of_who_has_connected(void **state)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = make_socket(AF_INET6, SOCK_STREAM, 0);

		assert_int_equal(try_device(fd, "lo"), 0);
		if (i)
			assert_int_equal(try_bind(fd, "::", PORT), 0);
		assert_int_equal(advmss_of(fd), 0);
		assert_int_equal(try_connect(fd, "::1", PORT + 9), ECONNREFUSED);
		assert_true(advmss_of(fd) > 0);
		assert_int_equal(connect(fd, &nobody, sizeof(nobody)), 0);
		assert_true(advmss_of(fd) > 0);
		close(fd);
	}
	figure("tcpi_advmss is 0 until connect(2), and never again");
}

/** overlap - two sockets with SO_REUSEADDR on one port, the second on @second. Return: 0 or errno of its bind. */
static int
overlap(int type, const char *first, const char *second, bool listening)
{
	int family = strchr(first, ':') ? AF_INET6 : AF_INET, fds[2], error;

	for (int i = 0; i < 2; i++) {
		fds[i] = make_socket(family, type, 0);
		assert_int_equal(try_option(fds[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
	}
	assert_int_equal(try_bind(fds[0], first, PORT), 0);
	assert_int_equal(listening ? listen(fds[0], 1) : 0, 0);
	error = try_bind(fds[1], second, PORT);
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
		cmocka_unit_test(device_first_needs_no_privilege),
		cmocka_unit_test(device_lo_keeps_others_out),
		cmocka_unit_test(conflicts_confined_are_as_bare),
		cmocka_unit_test(device_is_shown_by_ss),
		cmocka_unit_test(loopback_of_ipv6_disabled_is_missing),
		cmocka_unit_test(unspec_wildcard_is_ipv4),
		cmocka_unit_test(mapped_with_v6only_is_invalid),
		cmocka_unit_test(listen_unbound_binds_the_wildcard),
		cmocka_unit_test(loopback_bound_reaches_no_other_host),
		cmocka_unit_test(cookie_is_one_socket_for_ever),
		cmocka_unit_test(sigprocmask_probes_memory),
		cmocka_unit_test(device_of_a_failed_bind_stays),
		cmocka_unit_test(disconnect_takes_the_device_off),
		cmocka_unit_test(mptcp_listening_after_a_failed_connect_has_the_wildcard),
		cmocka_unit_test(state_is_the_first_byte_of_tcp_info),
		cmocka_unit_test(advmss_is_of_who_has_connected),
		cmocka_unit_test(reuseaddr_lets_two_sockets_overlap),
		cmocka_unit_test(bindresvport_binds_past_the_symbol),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
