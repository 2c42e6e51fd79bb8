/* SPDX-License-Identifier: MIT
 * options_test.c - what an exchange of sockets carries over: the copy, for every kind of socket, with and without
 * privilege. On cmocka. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard/options.h"
#include "guard/options_numbers.h"
#include "unit/options_kinds.h"

/** settle - what the kernel itself does to a socket's options: bound to ::1 or a device, refused once. */
static void
settle(int fd, const struct options_kind *kind, int how)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	const struct sockaddr *name = kind->family == AF_INET ? (void *)&in : (void *)&in6;
	socklen_t size = kind->family == AF_INET ? sizeof(in) : sizeof(in6);

	if (how == 1)
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
	if (how >= 1)
		bind(fd, name, size);
	in.sin_port = in6.sin6_port = htons(1);
	if (how >= 2)
		connect(fd, name, size);
}

/** check_unset - sockets on which nothing is set are copied, and the copy is as new, but for what bind(2) sets. */
static int
check_unset(void)
{
	for (size_t k = 0; k < OPTIONS_KINDS; k++)
		for (int how = 0; how < 3; how++) {
			int from = options_open_kind(&options_kinds[k]), to = options_open_kind(&options_kinds[k]),
			    fresh = options_open_kind(&options_kinds[k]), error;
			int segment = 0, as_new = 0;
			socklen_t size = sizeof(segment);

			if (from < 0)
				continue;
			settle(from, &options_kinds[k], how);
			error = bg_options_copy(from, to);
			getsockopt(to, IPPROTO_TCP, TCP_MAXSEG, &segment, &size);
			getsockopt(fresh, IPPROTO_TCP, TCP_MAXSEG, &as_new, &size);
			close(from);
			close(to);
			close(fresh);
			if (error || segment != as_new) {
				print_error("%s, way %d: %s, segment %d, new %d\n", options_kinds[k].word, how,
					    strerror(-error), segment, as_new);
				return 1;
			}
		}
	return 0;
}

/** unprivileged - run @check as nobody, in a child. Return: what it returned. */
static int
unprivileged(int (*check)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(setgid(65534) || setuid(65534) ? 99 : check());
	waitpid(child, &status, 0);
	return status;
}

/** options_of_a_socket_with_none_set_are_copied - with and without privilege. */
static void
options_of_a_socket_with_none_set_are_copied(void **state)
{
	(void)state;
	assert_int_equal(check_unset(), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(unprivileged(check_unset), 0);
}

/** struct setting - an option that issue 10 found missing, and a value. @size: of an int but for buffers of structs. */
struct setting {
	int level, name, value;
};

static const struct setting settings[] = {
	{SOL_SOCKET, SO_MARK, 7},
	{SOL_SOCKET, SO_PRIORITY, 7},
	{SOL_SOCKET, SO_DEBUG, 1},
	{SOL_SOCKET, SO_TIMESTAMP_NEW, 1},
	{SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1},
	{SOL_SOCKET, SO_TIMESTAMPING_NEW, 8 | 16},
	{SOL_SOCKET, SO_TIMESTAMPING_OLD, 8 | 16},
	{SOL_SOCKET, SO_TIMESTAMPNS_OLD, 1},
	{SOL_SOCKET, SO_INCOMING_CPU, 1},
	{SOL_SOCKET, SO_BUF_LOCK, 3},
	{SOL_SOCKET, SO_RESERVE_MEM, 4096},
	{SOL_SOCKET, SO_RCVMARK, 1},
	{SOL_SOCKET, SO_RCVPRIORITY, 1},
	{SOL_SOCKET, SO_RCVLOWAT, 100000},
	{SOL_SOCKET, SO_RCVBUF, 60000},
	{SOL_SOCKET, SO_SNDBUFFORCE, 30000000},
	{SOL_SOCKET, SO_LOCK_FILTER, 1},
	{IPPROTO_IP, IP_TRANSPARENT, 1},
	{IPPROTO_IP, IP_RECVERR_RFC4884, 1},
	{IPPROTO_IP, IP_TOS, 0x10},
	{IPPROTO_IPV6, IPV6_FLOWINFO, 1},
	{IPPROTO_IPV6, IPV6_FLOWINFO_SEND, 1},
	{IPPROTO_IPV6, IPV6_RECVERR_RFC4884, 1},
	{IPPROTO_IPV6, IPV6_2292PKTINFO, 1},
	{IPPROTO_IPV6, IPV6_2292HOPLIMIT, 1},
	{IPPROTO_TCP, TCP_FASTOPEN, 5},
	{IPPROTO_TCP, TCP_RTO_MAX_MS, 5000},
	{IPPROTO_TCP, TCP_RTO_MIN_US, 50000},
	{IPPROTO_TCP, TCP_DELACK_MAX_US, 20000},
	{IPPROTO_TCP, TCP_MAXSEG, 900},
};

/** expect_same - every listed option reads the same on both, but what tells of the socket itself. */
static void
expect_same(const char *word, const struct setting *set, int from, int to)
{
	for (size_t i = 0; i < options_listed_count; i++) {
		char a[256] = "", b[256] = "";
		socklen_t a_size = sizeof(a), b_size = sizeof(b);
		int level = options_listed[i].level, name = options_listed[i].name;

		if (level == SOL_SOCKET && (name == SO_COOKIE || name == SO_MEMINFO))
			continue;
		if (level == IPPROTO_TCP && (name == TCP_INFO || name == TCP_TIMESTAMP || name == TCP_CC_INFO))
			continue;
		if (getsockopt(from, level, name, a, &a_size) == 0 &&
		    (getsockopt(to, level, name, b, &b_size) || a_size != b_size || memcmp(a, b, a_size) != 0))
			fail_msg("%s with option %d of level %d set: %s is lost", word, set ? set->name : 0,
				 set ? set->level : 0, options_listed[i].word);
	}
}

/** options_that_are_set_are_all_copied - one at a time, and all that go together. */
static void
options_that_are_set_are_all_copied(void **state)
{
	const size_t count = sizeof(settings) / sizeof(settings[0]);
	unsigned seen = 0;

	(void)state;
	for (size_t k = 0; k < OPTIONS_KINDS; k++)
		for (size_t i = 0; i <= count; i++) {
			int from = options_open_kind(&options_kinds[k]), to = options_open_kind(&options_kinds[k]),
			    good = 0, error;

			for (size_t j = 0; from >= 0 && j < count; j++)
				if (j == i || i == count)
					good += setsockopt(from, settings[j].level, settings[j].name,
							   &settings[j].value, sizeof(int)) == 0;
			if (good) {
				error = bg_options_copy(from, to);
				if (error)
					fail_msg("%s, setting %zu: %s", options_kinds[k].word, i, strerror(-error));
				expect_same(options_kinds[k].word, i < count ? &settings[i] : NULL, from, to);
				seen++;
			}
			close(from);
			close(to);
		}
	assert_true(seen > 100);
}

/** filter_that_is_attached_is_copied - all of it, the longest that there can be, too. */
static void
filter_that_is_attached_is_copied(void **state)
{
	static struct sock_filter code[BPF_MAXINSNS], copied[BPF_MAXINSNS];
	const unsigned lengths[] = {1, 70, BPF_MAXINSNS};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int from = socket(AF_INET, SOCK_DGRAM, 0), to = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 24;
		struct sock_fprog program = {.len = (unsigned short)lengths[i], .filter = code};
		socklen_t size = BPF_MAXINSNS;

		for (unsigned j = 0; j < lengths[i]; j++)
			code[j] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, j);
		code[lengths[i] - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 77);
		setsockopt(from, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		assert_int_equal(setsockopt(from, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
		assert_int_equal(bg_options_copy(from, to), 0);
		assert_int_equal(getsockopt(to, SOL_SOCKET, SO_GET_FILTER, copied, &size), 0);
		assert_int_equal(size, lengths[i]);
		assert_memory_equal(copied, code, lengths[i] * sizeof(code[0]));
		close(from);
		close(to);
	}
}

/** load_ebpf - a socket filter that lets all through. Return: its descriptor, -1 where that is not allowed. */
static int
load_ebpf(void)
{
	struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1}, {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/** filter_that_cannot_be_read_fails_the_copy - an eBPF program. */
static void
filter_that_cannot_be_read_fails_the_copy(void **state)
{
	int program = load_ebpf(), from = socket(AF_INET, SOCK_DGRAM, 0), to = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	if (program < 0) {
		print_message("bpf(2): %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(setsockopt(from, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)), 0);
	assert_int_equal(bg_options_copy(from, to), -EACCES);
	close(from);
	close(to);
	close(program);
}

static int given;

/** copy_given - the sockets were set up with privilege, and are copied without. Return: the errno. */
static int
copy_given(void)
{
	return -bg_options_copy(given, socket(AF_INET, SOCK_STREAM, 0));
}

/** option_that_takes_privilege_fails_the_copy - where it is gone by now; TCP_REPAIR fails with it as well. */
static void
option_that_takes_privilege_fails_the_copy(void **state)
{
	static const struct {
		int level, name, value, error;
	} rows[] = {
		{SOL_SOCKET, SO_MARK, 7, EPERM},
		{SOL_SOCKET, SO_PRIORITY, 7, EPERM},
		{IPPROTO_IP, IP_TRANSPARENT, 1, EPERM},
		{SOL_SOCKET, SO_DEBUG, 1, EACCES},
		{SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25, EPERM},
		{SOL_SOCKET, SO_SNDBUFFORCE, 1 << 25, EPERM},
		{IPPROTO_TCP, TCP_REPAIR, 1, EOPNOTSUPP},
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status;

		given = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(setsockopt(given, rows[i].level, rows[i].name, &rows[i].value, sizeof(int)), 0);
		status = unprivileged(copy_given);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != rows[i].error)
			fail_msg("option %d of level %d: status %x, expected %s", rows[i].name, rows[i].level, status,
				 strerror(rows[i].error));
		close(given);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_a_socket_with_none_set_are_copied),
		cmocka_unit_test(options_that_are_set_are_all_copied),
		cmocka_unit_test(filter_that_is_attached_is_copied),
		cmocka_unit_test(filter_that_cannot_be_read_fails_the_copy),
		cmocka_unit_test(option_that_takes_privilege_fails_the_copy),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
