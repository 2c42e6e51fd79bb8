/* SPDX-License-Identifier: MIT
 * options_test.c - what an exchange of sockets carries over: the list against the headers and the running kernel, and the
 * copy itself, for every kind of socket, with and without privilege. On cmocka. */
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/options.h"
#include "sys/options_numbers.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/** struct listed - one line of shim/sys/options_table.h. */
struct listed {
	int level;
	int name;
	const char *word;
};

#define OPTION(level, name, how) {level, name, #name},
#define LEFT(level, name, why) {level, name, #name},
static const struct listed listed[] = {
#include "sys/options_table.h"
};
#undef OPTION
#undef LEFT

#define LISTED (sizeof(listed) / sizeof(listed[0]))
#define ADVICE                                                                                                         \
	"write it into shim/sys/options_table.h: OPTION where it is a setting that can be read, else LEFT, and why"

/** struct kind - a kind of socket that an exchange may meet. */
static const struct kind {
	const char *word;
	int family, type, protocol;
} kinds[] = {
	{"tcp4", AF_INET, SOCK_STREAM, 0},
	{"tcp6", AF_INET6, SOCK_STREAM, 0},
	{"mptcp4", AF_INET, SOCK_STREAM, IPPROTO_MPTCP},
	{"mptcp6", AF_INET6, SOCK_STREAM, IPPROTO_MPTCP},
	{"udp4", AF_INET, SOCK_DGRAM, 0},
	{"udp6", AF_INET6, SOCK_DGRAM, 0},
	{"udplite4", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE},
	{"udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE},
	{"raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP},
	{"raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/** open_kind - a socket; -1 where this kernel has none such. */
static int
open_kind(const struct kind *kind)
{
	return socket(kind->family, kind->type, kind->protocol);
}

/** is_value - names in the headers that are values of options or parts of them, not options. */
static int
is_value(const char *word)
{
	static const char *const prefixes[] = {
		"IP_PMTUDISC_",
		"IPV6_PMTUDISC_",
		"IPV6_FL_",
		"IPV6_FLOWINFO_FLOWLABEL",
		"IPV6_PRIORITY_",
		"IPV6_FLOWINFO_PRIORITY",
		"IPV6_TLV_",
		"IPV6_PREFER_SRC_",
		"IPV6_RTHDR_",
		"IP_MSFILTER_SIZE",
		"IP_DEFAULT_MULTICAST",
		"IP_MAX_MEMBERSHIPS",
		"MCAST_EXCLUDE",
		"MCAST_INCLUDE",
		"TCP_MSS_",
		"TCP_REPAIR_ON",
		"TCP_REPAIR_OFF",
		"TCP_MD5SIG_",
		"TCP_RECEIVE_ZEROCOPY",
		"TCP_AO_KEYF_",
		"TCP_AO_MAXKEYLEN",
		"UDP_ENCAP_",
		"TCP_ENCAP_",
		"TCP_MAXWIN",
		"TCP_MAX_WINSHIFT",
		"TCP_COOKIE_M",
		"TCP_MSS",
		"TCP_S_DATA_",
	};

	if (strcmp(word, "TCP_MD5SIG_EXT") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

/** is_option - does a header's name look like one of an option? */
static int
is_option(const char *word)
{
	static const char *const prefixes[] = {"SO_", "IP_", "IPV6_", "TCP_", "UDP_", "MCAST_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
			return !is_value(word);
	return 0;
}

/** is_listed - by its name. */
static int
is_listed(const char *word)
{
	for (size_t i = 0; i < LISTED; i++)
		if (strcmp(listed[i].word, word) == 0)
			return 1;
	return 0;
}

/** check_header - every option of @path is listed. Names that stand for another name are that one's. Return: how many. */
static unsigned
check_header(const char *path)
{
	char line[512], word[64], value[64];
	FILE *file = fopen(path, "re");
	unsigned count = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " # define %63[A-Z0-9_] %63s", word, value) != 2 || !isdigit((unsigned char)value[0]))
			continue;
		if (!is_option(word))
			continue;
		count++;
		if (!is_listed(word))
			fail_msg("%s has %s %s, which an exchange of sockets knows nothing of: " ADVICE, path, word,
				 value);
	}
	fclose(file);
	return count;
}

/** options_of_the_headers_are_all_listed - the kernel's and libc's. */
static void
options_of_the_headers_are_all_listed(void **state)
{
	static const char *const paths[] = {
		"/usr/include/asm-generic/socket.h", "/usr/include/linux/in.h",	 "/usr/include/linux/in6.h",
		"/usr/include/linux/tcp.h",	     "/usr/include/linux/udp.h", "/usr/include/netinet/tcp.h",
		"/usr/include/netinet/udp.h",
	};
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		count += check_header(paths[i]);
	assert_true(count > 150);
}

/** is_known - is option @name of @level listed? UDP and UDP-Lite answer to both levels; ip6tables(8) has four. */
static int
is_known(int level, int name)
{
	if (level == IPPROTO_IPV6 && (name == 64 || name == 65 || name == 68 || name == 69))
		return 1;
	for (size_t i = 0; i < LISTED; i++) {
		int same = listed[i].level == level;

		if (level == IPPROTO_UDP || level == IPPROTO_UDPLITE)
			same = listed[i].level == IPPROTO_UDP || listed[i].level == IPPROTO_UDPLITE;
		if (level == IPPROTO_IPV6 && listed[i].level == IPPROTO_IP && listed[i].name >= MCAST_JOIN_GROUP &&
		    listed[i].name <= MCAST_MSFILTER)
			same = 1;
		if (same && listed[i].name == name)
			return 1;
	}
	return 0;
}

/** options_of_the_running_kernel_are_all_listed - it may be younger than the headers. */
static void
options_of_the_running_kernel_are_all_listed(void **state)
{
	static const struct {
		int level, most;
	} levels[] = {{SOL_SOCKET, 127}, {IPPROTO_IP, 63},   {IPPROTO_IPV6, 79},
		      {IPPROTO_TCP, 99}, {IPPROTO_UDP, 127}, {IPPROTO_UDPLITE, 127}};

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		int fd = open_kind(&kinds[k]);

		for (size_t l = 0; fd >= 0 && l < sizeof(levels) / sizeof(levels[0]); l++)
			for (int name = 1; name <= levels[l].most; name++) {
				char value[256] = "";
				socklen_t size = sizeof(value);

				if (getsockopt(fd, levels[l].level, name, value, &size) &&
				    (errno == ENOPROTOOPT || errno == EOPNOTSUPP))
					continue;
				if (!is_known(levels[l].level, name))
					fail_msg("%s has option %d of level %d, which an exchange of sockets knows "
						 "nothing of: " ADVICE,
						 kinds[k].word, name, levels[l].level);
			}
		close(fd);
	}
}

/** settle - what the kernel itself does to a socket's options: bound to ::1 or a device, refused once. */
static void
settle(int fd, const struct kind *kind, int how)
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
	for (size_t k = 0; k < KINDS; k++)
		for (int how = 0; how < 3; how++) {
			int from = open_kind(&kinds[k]), to = open_kind(&kinds[k]), fresh = open_kind(&kinds[k]), error;
			int segment = 0, as_new = 0;
			socklen_t size = sizeof(segment);

			if (from < 0)
				continue;
			settle(from, &kinds[k], how);
			error = bg_options_copy(from, to);
			getsockopt(to, IPPROTO_TCP, TCP_MAXSEG, &segment, &size);
			getsockopt(fresh, IPPROTO_TCP, TCP_MAXSEG, &as_new, &size);
			close(from);
			close(to);
			close(fresh);
			if (error || segment != as_new) {
				print_error("%s, way %d: %s, segment %d, new %d\n", kinds[k].word, how,
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
static const struct setting {
	int level, name, value;
} settings[] = {
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
	for (size_t i = 0; i < LISTED; i++) {
		char a[256] = "", b[256] = "";
		socklen_t a_size = sizeof(a), b_size = sizeof(b);
		int level = listed[i].level, name = listed[i].name;

		if (level == SOL_SOCKET && (name == SO_COOKIE || name == SO_MEMINFO))
			continue;
		if (level == IPPROTO_TCP && (name == TCP_INFO || name == TCP_TIMESTAMP || name == TCP_CC_INFO))
			continue;
		if (getsockopt(from, level, name, a, &a_size) == 0 &&
		    (getsockopt(to, level, name, b, &b_size) || a_size != b_size || memcmp(a, b, a_size) != 0))
			fail_msg("%s with option %d of level %d set: %s is lost", word, set ? set->name : 0,
				 set ? set->level : 0, listed[i].word);
	}
}

/** options_that_are_set_are_all_copied - one at a time, and all that go together. */
static void
options_that_are_set_are_all_copied(void **state)
{
	const size_t count = sizeof(settings) / sizeof(settings[0]);
	unsigned seen = 0;

	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i <= count; i++) {
			int from = open_kind(&kinds[k]), to = open_kind(&kinds[k]), good = 0, error;

			for (size_t j = 0; from >= 0 && j < count; j++)
				if (j == i || i == count)
					good += setsockopt(from, settings[j].level, settings[j].name,
							   &settings[j].value, sizeof(int)) == 0;
			if (good) {
				error = bg_options_copy(from, to);
				if (error)
					fail_msg("%s, setting %zu: %s", kinds[k].word, i, strerror(-error));
				expect_same(kinds[k].word, i < count ? &settings[i] : NULL, from, to);
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
		cmocka_unit_test(options_of_the_headers_are_all_listed),
		cmocka_unit_test(options_of_the_running_kernel_are_all_listed),
		cmocka_unit_test(options_of_a_socket_with_none_set_are_copied),
		cmocka_unit_test(options_that_are_set_are_all_copied),
		cmocka_unit_test(filter_that_is_attached_is_copied),
		cmocka_unit_test(filter_that_cannot_be_read_fails_the_copy),
		cmocka_unit_test(option_that_takes_privilege_fails_the_copy),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
