/* SPDX-License-Identifier: MIT
 * kernel_facts_test.c - what the shim relies on but no standard promises, asked of the kernel and the libc of this
 * machine, without the guard: devices, and what tells the history of a socket. The comments that rely on a fact name
 * its test. */
#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/fact_calls.h"
#include "preload/host.h"

#define MPTCP 262
#define PORT 19400
#define SERVER_PORT 19401

/** try_device - Return: 0 or errno. */
static int
try_device(int fd, const char *device)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) ? errno : 0;
}

/** device_of - "" where there is none. Return: 0 or errno. */
static int
device_of(int fd, char device[17])
{
	socklen_t size = 16;

	memset(device, 0, 17);
	return getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size) ? errno : 0;
}

/** drop_privilege - no capability is left to this process. */
static bool
drop_privilege(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};

	return syscall(SYS_capset, &header, none) == 0;
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

		if (try_device(before, "lo") || facts_bind(before, any, PORT) || device_of(before, device) ||
		    strcmp(device, "lo") != 0)
			return 10 + (int)i;
		if (try_device(before, "") != EPERM || try_device(before, CABLE) != EPERM)
			return 20 + (int)i;
		if (facts_bind(after, any, PORT + 1) || try_device(after, "lo"))
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
	int fd = facts_socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(facts_in_child(unprivileged_devices), 0);
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
		int fd = facts_socket(AF_INET6, SOCK_STREAM, protocols[i / 2]);
		bool confined = i % 2 == 1;
		pid_t server;

		assert_int_equal(facts_option(fd, SOL_SOCKET, SO_REUSEADDR, 1), 0);
		assert_int_equal(facts_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
		assert_int_equal(facts_bind(fd, "::", SERVER_PORT), 0);
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
		fds[i] = facts_socket(strchr(names[i], ':') ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
		assert_int_equal(facts_option(fds[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
		if (confined && strcmp(names[i], "::") == 0)
			assert_int_equal(try_device(fds[i], "lo"), 0);
		error = facts_bind(fds[i], names[i], PORT);
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
	int fd = facts_socket(AF_INET6, SOCK_STREAM, 0);
	char output[1024], wanted[32];
	FILE *ss;
	size_t got;

	(void)state;
	assert_int_equal(facts_bind(fd, "::", PORT), 0);
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
	int fd = facts_socket(AF_INET6, SOCK_STREAM, 0), there = facts_socket(AF_INET6, SOCK_STREAM, 0);
	char device[17];
	union facts_name name;

	(void)state;
	facts_name(&name, "fe80::98", PORT);
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
		int fd = facts_socket(AF_INET6, types[i], 0);

		assert_int_equal(try_device(fd, "lo"), 0);
		assert_int_equal(facts_bind(fd, "::", PORT), 0);
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
	int fd = facts_socket(AF_INET, SOCK_STREAM, MPTCP);
	unsigned port;

	(void)state;
	assert_int_equal(facts_connect(fd, HERE4, 9), ECONNREFUSED);
	assert_true(facts_name_is(fd, HERE4, &port));
	assert_int_equal(listen(fd, 1), 0);
	assert_true(facts_name_is(fd, "0.0.0.0", &port));
	close(fd);
	figure("MPTCP: " HERE4 " after a refused connect, 0.0.0.0 after listen");
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
		int fd = facts_socket(AF_INET6, SOCK_STREAM, 0);

		assert_int_equal(try_device(fd, "lo"), 0);
		if (i)
			assert_int_equal(facts_bind(fd, "::", PORT), 0);
		assert_int_equal(advmss_of(fd), 0);
		assert_int_equal(facts_connect(fd, "::1", PORT + 9), ECONNREFUSED);
		assert_true(advmss_of(fd) > 0);
		assert_int_equal(connect(fd, &nobody, sizeof(nobody)), 0);
		assert_true(advmss_of(fd) > 0);
		close(fd);
	}
	figure("tcpi_advmss is 0 until connect(2), and never again");
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
		cmocka_unit_test(sigprocmask_probes_memory),
		cmocka_unit_test(device_of_a_failed_bind_stays),
		cmocka_unit_test(disconnect_takes_the_device_off),
		cmocka_unit_test(mptcp_listening_after_a_failed_connect_has_the_wildcard),
		cmocka_unit_test(advmss_is_of_who_has_connected),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
