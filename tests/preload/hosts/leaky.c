/* SPDX-License-Identifier: MIT
 * leaky.c SCENARIO PORT [SOCKET]: a server that comes to its socket in one of many ways, PORT 0 to let the kernel choose.
 * Prints `PORT ADDRESS%DEVICE`, serves until standard input ends: `hello LOCAL-ADDRESS` on TCP, an echo on UDP. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/addresses.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* PEER and its port where nobody listens: the second host of tests/net. */
#define CLOSED_PORT 9
#define SOCKETS_MAX 2

/**
 * struct scenario - one of the ways.
 * @run: makes the socket and has it served
 * @family, @type, @protocol, @v6only: of the socket; V6ONLY_NEVER: IPV6_V6ONLY is not set at all
 * @text: an address, where @run takes one
 * @number: whatever @run takes
 */
struct scenario {
	const char *name;
	void (*run)(const struct scenario *scenario);
	int family;
	int type;
	int protocol;
	int v6only;
	const char *text;
	int number;
};

#define V6ONLY_NEVER (-1)

static unsigned port;
static int given = -1; /* the socket that came from elsewhere */
static int served[SOCKETS_MAX], served_count;

/** die - say what failed, where the test shows it. */
static void
die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/** address - of TEXT and @to_port; NULL: the wildcard of @family. Return: its size. */
static socklen_t
address(int family, const char *text, unsigned to_port, struct sockaddr_storage *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)to_port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)to_port)};

	memset(to, 0, sizeof(*to));
	if (text)
		inet_pton(family, text, family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr);
	if (family == AF_INET) {
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}

/** new_socket - as the scenario wants it. */
static int
new_socket(const struct scenario *s)
{
	int fd = socket(s->family, s->type, s->protocol);

	if (fd < 0)
		die("socket");
	if (s->family == AF_INET6 && s->v6only != V6ONLY_NEVER &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &s->v6only, sizeof(s->v6only)))
		die("IPV6_V6ONLY");
	return fd;
}

/** bind_to - bind TEXT, NULL: the wildcard. */
static int
bind_to(int fd, int family, const char *text, unsigned to_port)
{
	struct sockaddr_storage to;
	socklen_t size = address(family, text, to_port, &to);

	return bind(fd, (struct sockaddr *)&to, size);
}

/** new_bound - a socket at the wildcard and @at_port. */
static int
new_bound(const struct scenario *s, unsigned at_port)
{
	int fd = new_socket(s);

	if (bind_to(fd, s->family, NULL, at_port))
		die("bind");
	return fd;
}

/** connect_to - connect to TEXT. */
static int
connect_to(int fd, int family, const char *text, unsigned to_port)
{
	struct sockaddr_storage to;
	socklen_t size = address(family, text, to_port, &to);

	return connect(fd, (struct sockaddr *)&to, size);
}

/** disconnect - dissolve the association, connect(2). */
static void
disconnect(int fd)
{
	struct sockaddr_storage unspecified = {.ss_family = AF_UNSPEC};

	if (connect(fd, (struct sockaddr *)&unspecified, sizeof(struct sockaddr_in)))
		die("disconnect");
}

/** serve - @fd is one of those that answer; a stream socket has to listen first. */
static void
serve(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	if (type == SOCK_STREAM && listen(fd, 8))
		die("listen");
	served[served_count++] = fd;
}

/** occupy - another socket holds port @taken: bind to it is EADDRINUSE. By raw calls: it is not what is looked at. */
static void
occupy(int type, unsigned taken)
{
	struct sockaddr_storage to;
	socklen_t size = address(AF_INET6, NULL, taken, &to);
	int fd = socket(AF_INET6, type, 0);

	if (syscall(SYS_bind, fd, &to, size) || (type == SOCK_STREAM && syscall(SYS_listen, fd, 1)))
		die("occupy");
}

/** fixed - bound to the wildcard and our port. */
static void
fixed(const struct scenario *s)
{
	serve(new_bound(s, port));
}

/** of_bytes - TEXT written in @number bytes. */
static void
of_bytes(const struct scenario *s)
{
	int fd = new_socket(s);
	struct sockaddr_storage to;

	address(s->family, s->text, port, &to);
	if (bind(fd, (struct sockaddr *)&to, (socklen_t)s->number))
		die("bind");
	serve(fd);
}

/** unspec - the wildcard as AF_UNSPEC, which the kernel takes for IPv4. */
static void
unspec(const struct scenario *s)
{
	int fd = new_socket(s);
	struct sockaddr_storage to;
	socklen_t size = address(AF_INET, NULL, port, &to);

	to.ss_family = AF_UNSPEC;
	if (bind(fd, (struct sockaddr *)&to, size))
		die("bind");
	serve(fd);
}

/** port_zero - whatever our port is: the kernel chooses. */
static void
port_zero(const struct scenario *s)
{
	serve(new_bound(s, 0));
}

/** unbound - listen without bind. */
static void
unbound(const struct scenario *s)
{
	serve(new_socket(s));
}

/** listens_twice - with another backlog. */
static void
listens_twice(const struct scenario *s)
{
	int fd = new_bound(s, port);

	if (listen(fd, 1))
		die("listen");
	serve(fd);
}

/** from_elsewhere - inherited or passed, bound or listening already. */
static void
from_elsewhere(const struct scenario *s)
{
	(void)s;
	serve(given);
}

/** passed - over a unix socket, by a process that knows nothing of the guard. */
static void
passed(const struct scenario *s)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
	int fd = -1;

	(void)s;
	if (recvmsg(given, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	serve(fd);
}

/** by_syscall - bound, and where @number says so listening, past every library. */
static void
by_syscall(const struct scenario *s)
{
	int fd = new_socket(s);
	struct sockaddr_storage to;
	socklen_t size = address(s->family, NULL, port, &to);

	if (syscall(SYS_bind, fd, &to, size) || (s->number && syscall(SYS_listen, fd, 1)))
		die("syscall");
	serve(fd);
}

/** by_libc_handle - bound by libc's own function, past those that stand in front of it. */
static void
by_libc_handle(const struct scenario *s)
{
	int (*libc_bind)(int, const struct sockaddr *, socklen_t);
	void *symbol = dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), "bind");
	int fd = new_socket(s);
	struct sockaddr_storage to;
	socklen_t size = address(s->family, NULL, port, &to);

	if (!symbol)
		die("dlsym");
	memcpy(&libc_bind, &symbol, sizeof(symbol));
	if (libc_bind(fd, (struct sockaddr *)&to, size))
		die("bind");
	serve(fd);
}

/** second_port - the first is in use: EADDRINUSE, and the same socket must then do at another; there it is IPV6_V6ONLY where
 * @number is 1. Where it is 2 the socket has SO_REUSEADDR. */
static void
second_port(const struct scenario *s)
{
	int fd = new_socket(s), on = 1;

	if (s->number == 2 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		die("SO_REUSEADDR");
	occupy(s->type, port + 1);
	if (bind_to(fd, s->family, NULL, port + 1) == 0 || errno != EADDRINUSE)
		die("the port in use");
	if (s->number == 1 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		die("IPV6_V6ONLY");
	if (bind_to(fd, s->family, NULL, port))
		die("bind");
	serve(fd);
}

/** second_socket - one serves; another at the same port must be refused and change nothing. */
static void
second_socket(const struct scenario *s)
{
	int other = new_socket(s);

	fixed(s);
	if (bind_to(other, s->family, NULL, port) == 0 || errno != EADDRINUSE)
		die("the second bind");
	close(other);
}

/** second_bind - a socket bound to port @number, 0 or ours, is bound again: EINVAL, and it goes on at the first. */
static void
second_bind(const struct scenario *s)
{
	int fd = new_bound(s, s->number ? port : 0);

	if (bind_to(fd, s->family, NULL, port + 1) == 0 || errno != EINVAL)
		die("the second bind");
	serve(fd);
}

/** reuseport - two sockets of this process at one port, or of two processes. */
static void
reuseport(const struct scenario *s)
{
	int on = 1, fd;

	for (int i = 0; i < SOCKETS_MAX; i++) {
		fd = new_socket(s);
		if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) || bind_to(fd, s->family, NULL, port))
			die("SO_REUSEPORT");
		served_count = s->number ? 0 : served_count;
		serve(fd);
		if (s->number && i == 0 && fork() == 0)
			return;
	}
}

/** reuseaddr - as servers do. */
static void
reuseaddr(const struct scenario *s)
{
	int fd = new_socket(s), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) || bind_to(fd, s->family, NULL, port))
		die("SO_REUSEADDR");
	serve(fd);
}

/** failed_connect - not bound, connected to a closed port of this machine, and then a server. */
static void
failed_connect(const struct scenario *s)
{
	int fd = new_socket(s);

	if (connect_to(fd, s->family, s->text, CLOSED_PORT) == 0)
		die("the closed port");
	serve(fd);
}

/** client_listens - bound, connected to a closed port of another host, and then a server after all. */
static void
client_listens(const struct scenario *s)
{
	int fd = new_bound(s, port);

	if (connect_to(fd, s->family, s->text, CLOSED_PORT) == 0 || errno != ECONNREFUSED)
		die("the closed port");
	serve(fd);
}

/** to_itself - connected to itself, disconnected, and then a server; bound to port @number, 0 or ours. */
static void
to_itself(const struct scenario *s)
{
	int fd = new_bound(s, s->number ? port : 0);
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	getsockname(fd, (struct sockaddr *)&name, &size);
	if (connect_to(fd, s->family, s->text, ntohs(((struct sockaddr_in *)&name)->sin_port)))
		die("connect to itself");
	disconnect(fd);
	serve(fd);
}

/** listens_again - a listener that is disconnected, and listens again. */
static void
listens_again(const struct scenario *s)
{
	int fd = new_bound(s, port);

	if (listen(fd, 1))
		die("listen");
	disconnect(fd);
	serve(fd);
}

/** listener_connects - EISCONN, and it goes on listening. */
static void
listener_connects(const struct scenario *s)
{
	int fd = new_bound(s, port);

	serve(fd);
	if (connect_to(fd, s->family, s->text, CLOSED_PORT) == 0 || errno != EISCONN)
		die("connect");
}

/** duplicate - bound by one descriptor, listening by another of the same socket. */
static void
duplicate(const struct scenario *s)
{
	int fd = new_socket(s), copy = dup(fd);

	if (bind_to(copy, s->family, NULL, port))
		die("bind");
	close(copy);
	serve(fd);
}

/** specific_client - at the address TEXT, connected to a closed port of another host, and then a server after all. */
static void
specific_client(const struct scenario *s)
{
	int fd = new_socket(s);

	if (bind_to(fd, s->family, s->text, port))
		die("bind");
	if (connect_to(fd, s->family, THERE4, CLOSED_PORT) == 0 || errno != ECONNREFUSED)
		die("the closed port");
	serve(fd);
}

/** reserved - libc chooses a reserved port. */
static void
reserved(const struct scenario *s)
{
	int fd = new_socket(s);

	if (bindresvport(fd, NULL))
		die("bindresvport");
	serve(fd);
}

/** dissolved - a datagram socket, @number times connected to TEXT (NULL: not at all) and disconnected. */
static void
dissolved(const struct scenario *s)
{
	int fd = new_bound(s, port);

	for (int i = 0; i < s->number; i++) {
		if (s->text && connect_to(fd, s->family, s->text, CLOSED_PORT))
			die("connect");
		disconnect(fd);
	}
	serve(fd);
}

/** dissolve_past_the_guard - connected to this machine and disconnected, by raw calls: the kernel takes the device off. */
static void
dissolve_past_the_guard(int fd)
{
	struct sockaddr_storage to, unspecified = {.ss_family = AF_UNSPEC};
	socklen_t size = address(AF_INET6, "::1", CLOSED_PORT, &to);

	if (syscall(SYS_connect, fd, &to, size) || syscall(SYS_connect, fd, &unspecified, sizeof(struct sockaddr_in)))
		die("syscall");
}

/** dissolved_by_syscall - by this process, or where @number says so by a child. */
static void
dissolved_by_syscall(const struct scenario *s)
{
	int fd = new_bound(s, port), status = 0;
	pid_t child = s->number ? fork() : 0;

	if (child == 0)
		dissolve_past_the_guard(fd);
	if (child == 0 && s->number)
		_exit(0);
	if (s->number && (waitpid(child, &status, 0) != child || status))
		die("the child");
	serve(fd);
}

/** become - execute ourselves as the scenario TEXT, with the socket @fd. */
static void
become(const char *text, int fd)
{
	char number[16], descriptor[16];

	snprintf(number, sizeof(number), "%u", port);
	snprintf(descriptor, sizeof(descriptor), "%d", fd);
	execl("/proc/self/exe", "leaky", text, number, descriptor, (char *)NULL);
	die("exec");
}

/**
 * executed - bound by one program, and served by another, the scenario TEXT. Where @number says so that program has been a
 * client (1), or could not be one (2).
 */
static void
executed(const struct scenario *s)
{
	int fd = new_bound(s, port);

	if (s->number == 1 && connect_to(fd, s->family, THERE6, CLOSED_PORT))
		die("connect");
	if (s->number == 1)
		disconnect(fd);
	if (s->number == 2 && connect_to(fd, s->family, "2001:db8:1::1", CLOSED_PORT) == 0)
		die("a route");
	become(s->text, fd);
}

/** handed_over - bound by one process, which passes it to another and ends; that executes the scenario TEXT. */
static void
handed_over(const struct scenario *s)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec part = {.iov_base = "x", .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
	int ends[2], fd;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		die("socketpair");
	if (fork())
		become(s->text, ends[1]);
	fd = new_bound(s, port);
	*CMSG_FIRSTHDR(&message) =
		(struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(fd)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	_exit(sendmsg(ends[0], &message, 0) != 1);
}

/**
 * dissolved_from_elsewhere - a datagram socket that another program has bound, or where @number says so another process.
 * TEXT: it is disconnected by the guarded call first, in a process that has another socket which the guard changed.
 */
static void
dissolved_from_elsewhere(const struct scenario *s)
{
	if (s->number)
		passed(s);
	else
		serve(given);
	if (s->text) {
		new_bound(s, port + 1);
		disconnect(served[0]);
	}
	dissolve_past_the_guard(served[0]);
}

/** unreachable - a datagram socket whose connect to TEXT fails. */
static void
unreachable(const struct scenario *s)
{
	int fd = new_bound(s, port);

	if (connect_to(fd, s->family, s->text, CLOSED_PORT) == 0)
		die("a route");
	serve(fd);
}

/** specific - at the address TEXT, which is what the program wants. */
static void
specific(const struct scenario *s)
{
	int fd = new_socket(s);

	if (bind_to(fd, s->family, s->text, port))
		die("bind");
	serve(fd);
}

#define TCP4 AF_INET, SOCK_STREAM, 0, V6ONLY_NEVER
#define TCP6 AF_INET6, SOCK_STREAM, 0, V6ONLY_NEVER
#define TCP6_ONLY AF_INET6, SOCK_STREAM, 0, 1
#define MPTCP4 AF_INET, SOCK_STREAM, IPPROTO_MPTCP, V6ONLY_NEVER
#define MPTCP6 AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, V6ONLY_NEVER
#define UDP4 AF_INET, SOCK_DGRAM, 0, V6ONLY_NEVER
#define UDP6 AF_INET6, SOCK_DGRAM, 0, V6ONLY_NEVER
#define UDP6_ONLY AF_INET6, SOCK_DGRAM, 0, 1
#define UDPLITE4 AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, V6ONLY_NEVER
#define UDPLITE6 AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, V6ONLY_NEVER

static const struct scenario scenarios[] = {
	{"tcp4_fixed", fixed, TCP4, NULL, 0},
	{"tcp6_v6only", fixed, TCP6_ONLY, NULL, 0},
	{"tcp6_dualstack", fixed, AF_INET6, SOCK_STREAM, 0, 0, NULL, 0},
	{"tcp6_v6only_never_set", fixed, TCP6, NULL, 0},
	{"tcp4_unspec", unspec, TCP4, NULL, 0},
	{"tcp6_mapped", of_bytes, TCP6, "::ffff:0.0.0.0", 28},
	{"tcp6_of_24_bytes", of_bytes, TCP6, NULL, 24},
	{"tcp4_of_128_bytes", of_bytes, TCP4, NULL, 128},
	{"tcp6_of_128_bytes", of_bytes, TCP6, NULL, 128},
	{"tcp4_port_zero", port_zero, TCP4, NULL, 0},
	{"tcp6_v6only_port_zero", port_zero, TCP6_ONLY, NULL, 0},
	{"tcp6_port_zero", port_zero, TCP6, NULL, 0},
	{"tcp4_unbound", unbound, TCP4, NULL, 0},
	{"tcp6_v6only_unbound", unbound, TCP6_ONLY, NULL, 0},
	{"tcp6_unbound", unbound, TCP6, NULL, 0},
	{"tcp4_listens_twice", listens_twice, TCP4, NULL, 0},
	{"tcp6_listens_twice", listens_twice, TCP6, NULL, 0},
	{"tcp_from_elsewhere", from_elsewhere, TCP4, NULL, 0},
	{"tcp_passed", passed, TCP4, NULL, 0},
	{"tcp4_bound_by_syscall", by_syscall, TCP4, NULL, 0},
	{"tcp6_bound_by_syscall", by_syscall, TCP6, NULL, 0},
	{"tcp4_listening_by_syscall", by_syscall, TCP4, NULL, 1},
	{"tcp6_listening_by_syscall", by_syscall, TCP6, NULL, 1},
	{"tcp4_bound_by_libc_handle", by_libc_handle, TCP4, NULL, 0},
	{"tcp4_second_port", second_port, TCP4, NULL, 0},
	{"tcp6_second_port", second_port, TCP6, NULL, 0},
	{"tcp6_second_port_v6only", second_port, TCP6, NULL, 1},
	{"tcp6_second_socket", second_socket, TCP6, NULL, 0},
	{"tcp6_second_bind", second_bind, TCP6, NULL, 1},
	{"tcp6_port_zero_second_bind", second_bind, TCP6, NULL, 0},
	{"tcp4_reuseport_sockets", reuseport, TCP4, NULL, 0},
	{"tcp6_reuseport_sockets", reuseport, TCP6, NULL, 0},
	{"tcp4_reuseport_processes", reuseport, TCP4, NULL, 1},
	{"tcp6_reuseport_processes", reuseport, TCP6, NULL, 1},
	{"tcp4_reuseaddr", reuseaddr, TCP4, NULL, 0},
	{"tcp4_nonblock", fixed, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, V6ONLY_NEVER, NULL, 0},
	{"mptcp4_fixed", fixed, MPTCP4, NULL, 0},
	{"mptcp6_fixed", fixed, MPTCP6, NULL, 0},
	{"mptcp4_port_zero", port_zero, MPTCP4, NULL, 0},
	{"mptcp6_unbound", unbound, MPTCP6, NULL, 0},
	{"tcp4_failed_connect", failed_connect, TCP4, "127.0.0.1", 0},
	{"tcp6_failed_connect", failed_connect, TCP6, "::1", 0},
	{"tcp4_client_listens", client_listens, TCP4, THERE4, 0},
	{"tcp6_client_listens", client_listens, TCP6, THERE6, 0},
	{"tcp4_to_itself", to_itself, TCP4, "127.0.0.1", 1},
	{"tcp6_to_itself", to_itself, TCP6, "::1", 1},
	{"tcp4_port_zero_to_itself", to_itself, TCP4, "127.0.0.1", 0},
	{"tcp6_listens_again", listens_again, TCP6, NULL, 0},
	{"tcp4_listener_connects", listener_connects, TCP4, THERE4, 0},
	{"tcp6_listener_connects", listener_connects, TCP6, THERE6, 0},
	{"tcp4_duplicate", duplicate, TCP4, NULL, 0},
	{"tcp6_duplicate", duplicate, TCP6, NULL, 0},
	{"tcp4_bindresvport", reserved, TCP4, NULL, 0},
	{"udp4_fixed", fixed, UDP4, NULL, 0},
	{"udp6_v6only", fixed, UDP6_ONLY, NULL, 0},
	{"udp6_dualstack", fixed, UDP6, NULL, 0},
	{"udp6_second_port", second_port, UDP6, NULL, 0},
	{"udp6_second_port_reuseaddr", second_port, UDP6, NULL, 2},
	{"udp6_second_bind", second_bind, UDP6, NULL, 1},
	{"udp4_reuseport_sockets", reuseport, UDP4, NULL, 0},
	{"udp6_reuseport_sockets", reuseport, UDP6, NULL, 0},
	{"udplite4_fixed", fixed, UDPLITE4, NULL, 0},
	{"udplite6_dualstack", fixed, UDPLITE6, NULL, 0},
	{"udp4_disconnected", dissolved, UDP4, "127.0.0.1", 1},
	{"udp6_disconnected", dissolved, UDP6, "::1", 1},
	{"udp6_disconnected_at_once", dissolved, UDP6, NULL, 1},
	{"udp4_client_disconnected", dissolved, UDP4, THERE4, 1},
	{"udp6_client_disconnected", dissolved, UDP6, THERE6, 1},
	{"udp6_client_disconnected_often", dissolved, UDP6, THERE6, 3},
	{"udp6_disconnected_by_syscall", dissolved_by_syscall, UDP6, NULL, 0},
	{"udp6_disconnected_by_a_child", dissolved_by_syscall, UDP6, NULL, 1},
	{"udp6_executed", executed, UDP6, "udp6_from_elsewhere", 0},
	{"udp6_executed_disconnected", executed, UDP6, "udp6_from_elsewhere_twice", 0},
	{"udp6_client_executed", executed, UDP6, "udp6_from_elsewhere", 1},
	{"udp6_client_fails_executed", executed, UDP6, "udp6_from_elsewhere", 2},
	{"udp6_handed_over", handed_over, UDP6, "udp6_passed", 0},
	{"udp6_from_elsewhere", dissolved_from_elsewhere, UDP6, NULL, 0},
	{"udp6_from_elsewhere_twice", dissolved_from_elsewhere, UDP6, "twice", 0},
	{"udp6_passed", dissolved_from_elsewhere, UDP6, NULL, 1},
	{"udp4_client_fails", unreachable, UDP4, "192.0.2.1", 0},
	{"udp6_client_fails", unreachable, UDP6, "2001:db8:1::1", 0},
	{"tcp4_specific", specific, TCP4, HERE4, 0},
	{"tcp6_specific", specific, TCP6, HERE6, 0},
	{"tcp4_specific_client", specific_client, TCP4, HERE4, 0},
	{"udp4_specific", specific, UDP4, HERE4, 0},
	{"udp6_specific", specific, UDP6, HERE6, 0},
};

/** write_name - the local address of @fd as text, a mapped one as IPv4 where @unmapped. Return: the port. */
static unsigned
write_name(int fd, char text[64], bool unmapped)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char service[16] = "0";

	memset(&name, 0, sizeof(name));
	getsockname(fd, (struct sockaddr *)&name, &size);
	getnameinfo((struct sockaddr *)&name, size, text, 64, service, sizeof(service),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	if (unmapped && strncmp(text, "::ffff:", 7) == 0)
		memmove(text, text + 7, strlen(text + 7) + 1);
	return (unsigned)atoi(service);
}

/** answer - one connection or datagram. */
static void
answer(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer), type_size = sizeof(int);
	char text[64], line[80];
	int type = 0, accepted;
	ssize_t got;

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
	if (type == SOCK_DGRAM) {
		got = recvfrom(fd, text, sizeof(text), MSG_DONTWAIT, (struct sockaddr *)&peer, &size);
		if (got > 0)
			sendto(fd, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		return;
	}
	accepted = accept(fd, NULL, NULL);
	if (accepted < 0)
		return;
	write_name(accepted, text, true);
	snprintf(line, sizeof(line), "hello %s\n", text);
	send(accepted, line, strlen(line), MSG_NOSIGNAL);
	close(accepted);
}

int
main(int argc, char **argv)
{
	struct pollfd ready[SOCKETS_MAX + 1] = {{.fd = 0, .events = POLLIN}};
	char text[64], device[17] = "", end;
	socklen_t device_size = 16;
	size_t i = 0;

	if (argc < 3)
		return 2;
	port = (unsigned)atoi(argv[2]);
	given = argc > 3 ? atoi(argv[3]) : -1;
	while (i < sizeof(scenarios) / sizeof(scenarios[0]) && strcmp(scenarios[i].name, argv[1]) != 0)
		i++;
	if (i == sizeof(scenarios) / sizeof(scenarios[0]))
		return 2;
	scenarios[i].run(&scenarios[i]);
	for (int k = 0; k < served_count; k++)
		ready[k + 1] = (struct pollfd){.fd = served[k], .events = POLLIN};
	port = write_name(served[0], text, false);
	getsockopt(served[0], SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	printf("%u %s%s%s\n", port, text, device[0] ? "%" : "", device);
	fflush(stdout);
	for (;;) {
		if (poll(ready, (nfds_t)served_count + 1, -1) < 0)
			continue;
		for (int k = 0; k < served_count; k++)
			if (ready[k + 1].revents)
				answer(served[k]);
		if (ready[0].revents && read(0, &end, 1) <= 0)
			return 0;
	}
}
