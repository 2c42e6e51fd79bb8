/* SPDX-License-Identifier: MIT
 * exchange.c WAY PORT PEER: a client on a fixed port whose socket has something that may not go with it when connect(2) makes
 * it anew: WAY is what. Prints what connect(2) returned, where the socket is, and what is left of it. With bind4, bind6,
 * foreign4 or foreign6 for WAY it only binds, foreign: when the program has gone to another network namespace. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "socket.h"

static int fd;

/** set - an option that has an int. */
static void
set(int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value))) {
		printf("setsockopt %d %d: %s\n", level, name, strerror(errno));
		exit(2);
	}
}

/** get - what it is now; -1: not to be had. */
static int
get(int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, level, name, &value, &size) ? -1 : value;
}

/** drop - become nobody. */
static void
drop(void)
{
	if (setgid(65534) || setuid(65534))
		exit(2);
}

/** filter_classic - two instructions that let all through. */
static void
filter_classic(void)
{
	struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_RET | BPF_K, 65535)};
	struct sock_fprog program = {.len = 2, .filter = code};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		exit(2);
}

/** filter_ebpf - the same, which nobody can read back. */
static void
filter_ebpf(void)
{
	struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1}, {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr attr;
	int program;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program))) {
		printf("no bpf: %s\n", strerror(errno));
		exit(3);
	}
}

/** before - of bind(2). */
static void
before(const char *way)
{
	if (strcmp(way, "mark") == 0)
		set(SOL_SOCKET, SO_MARK, 7);
	if (strcmp(way, "priority") == 0)
		set(SOL_SOCKET, SO_PRIORITY, 7);
	if (strcmp(way, "transparent") == 0)
		set(IPPROTO_IP, IP_TRANSPARENT, 1);
	if (strcmp(way, "repair") == 0)
		set(IPPROTO_TCP, TCP_REPAIR, 1);
	if (strcmp(way, "filter") == 0)
		filter_classic();
	if (strcmp(way, "ebpf") == 0)
		filter_ebpf();
}

/** after - of bind(2). */
static void
after(const char *way)
{
	if (strcmp(way, "mark") == 0 || strcmp(way, "priority") == 0 || strcmp(way, "transparent") == 0 ||
	    strcmp(way, "reserved") == 0)
		drop();
	if (strcmp(way, "network") == 0 && unshare(CLONE_NEWNET))
		exit(2);
}

/** only_bind - and say where. */
static int
only_bind(int family, int foreign, unsigned port)
{
	char place[128];
	int on = 1, error;

	fd = make_socket(family, SOCK_STREAM);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (foreign && unshare(CLONE_NEWNET))
		return 2;
	error = bind_wildcard(fd, family, port) ? errno : 0;
	printf("bind %s, at %s\n", error ? strerror(error) : "0", describe(fd, place));
	return 0;
}

int
main(int argc, char **argv)
{
	int type =
		argc > 1 && (strcmp(argv[1], "filter") == 0 || strcmp(argv[1], "ebpf") == 0) ? SOCK_DGRAM : SOCK_STREAM;
	struct linger reset = {.l_onoff = 1};
	union name peer;
	char place[128];
	socklen_t size;
	int error;

	if (argc != 4)
		return 2;
	if (strncmp(argv[1], "bind", 4) == 0 || strncmp(argv[1], "foreign", 7) == 0)
		return only_bind(strchr(argv[1], '6') ? AF_INET6 : AF_INET, argv[1][0] == 'f', (unsigned)atoi(argv[2]));
	fd = make_socket(AF_INET, type);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	before(argv[1]);
	if (bind_wildcard(fd, AF_INET, (unsigned)atoi(argv[2]))) {
		printf("bind %s\n", strerror(errno));
		return 1;
	}
	after(argv[1]);
	size = make_name(&peer, AF_INET, 9);
	inet_pton(AF_INET, argv[3], &peer.in.sin_addr);
	error = connect(fd, &peer.any, size) ? errno : 0;
	size = 0;
	getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &size);
	printf("connect %s, at %s, mark %d, priority %d, transparent %d, filter %u\n", error ? strerror(error) : "0",
	       describe(fd, place), get(SOL_SOCKET, SO_MARK), get(SOL_SOCKET, SO_PRIORITY),
	       get(IPPROTO_IP, IP_TRANSPARENT), size);
	return 0;
}
