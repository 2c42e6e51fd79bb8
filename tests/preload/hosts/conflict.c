/* SPDX-License-Identifier: MIT
 * conflict.c PORT: another process holds a port by an address of the network: bound, listening, connected, in TIME-WAIT, by
 * each family, with and without SO_REUSEADDR and SO_REUSEPORT, as each user. Then a socket of each kind asks for the
 * wildcard there. Prints a line for each: the holder, the socket, what bind(2) said and, on a stream socket, listen(2).
 * PORT is the first of PORTS_USED; the lines do not name it. As root, which may have sockets of two users. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/addresses.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define NOBODY 65534
#define REUSE_ADDR 1u
#define REUSE_PORT 2u

/** enum state - how a port is held. */
enum state { BOUND, LISTENS, CONNECTED, TIME_WAIT, ON_A_DEVICE, STATES };

/**
 * struct holder - who holds a port.
 * @reuse: set of REUSE_*
 */
struct holder {
	int type;
	int protocol;
	int family;
	enum state state;
	unsigned reuse;
	uid_t user;
};

/** enum form - the wildcards. */
enum form { IPV4, IPV6_ONLY, MAPPED, DUAL, FORMS };

static unsigned next_port;

/** name - an address and port as the kernel takes it. Return: its size. */
static socklen_t
name(int family, const char *text, unsigned port, struct sockaddr_storage *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	inet_pton(family, text, family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr);
	memset(to, 0, sizeof(*to));
	if (family == AF_INET)
		memcpy(to, &in, sizeof(in));
	else
		memcpy(to, &in6, sizeof(in6));
	return family == AF_INET ? sizeof(in) : sizeof(in6);
}

/** make - a socket of @user with the options of @reuse. */
static int
make(int family, int type, int protocol, unsigned reuse, uid_t user)
{
	int on = 1, fd;

	if (seteuid(user))
		return -1;
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	if (fd >= 0 && (reuse & REUSE_ADDR))
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && (reuse & REUSE_PORT))
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	return fd;
}

/** connect_out - connect @fd to a listener of this machine; it is closed first where it shall be in TIME-WAIT. */
static int
connect_out(const struct holder *holder, int fd, const char *here)
{
	struct sockaddr_storage to;
	socklen_t size = name(holder->family, here, 0, &to);
	int server = socket(holder->family, SOCK_STREAM, 0), accepted;
	char end;

	if (bind(server, (struct sockaddr *)&to, size) || listen(server, 1) ||
	    getsockname(server, (struct sockaddr *)&to, &size) || connect(fd, (struct sockaddr *)&to, size))
		return -1;
	accepted = accept(server, NULL, NULL);
	if (holder->state != TIME_WAIT)
		return 0;
	close(fd);
	if (accepted < 0 || read(accepted, &end, 1) != 0)
		return -1;
	close(accepted);
	close(server);
	return 0;
}

/** hold - in a process of its own: take the port. Return: 0, or -1. */
static int
hold(const struct holder *holder, unsigned port)
{
	const char *here = holder->family == AF_INET ? HERE4 : HERE6;
	int fd = make(holder->family, holder->type, holder->protocol, holder->reuse, holder->user);
	struct sockaddr_storage to;
	socklen_t size;

	if (holder->state == ON_A_DEVICE) {
		if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, CABLE, strlen(CABLE)))
			return -1;
		here = holder->family == AF_INET ? "0.0.0.0" : "::";
	}
	size = name(holder->family, here, port, &to);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, size))
		return -1;
	if (holder->state == LISTENS)
		return listen(fd, 1);
	return holder->state == CONNECTED || holder->state == TIME_WAIT ? connect_out(holder, fd, here) : 0;
}

/** word - of an errno, 0 for none. */
static const char *
word(int error)
{
	return error == 0 ? "ok" : strerrorname_np(error);
}

/** ask - a socket of @form asks for the wildcard and @port, and listens. */
static void
ask(const char *held, int type, int protocol, enum form form, unsigned reuse, uid_t user, unsigned port)
{
	static const char *const texts[FORMS] = {"0.0.0.0", "::", "::ffff:0.0.0.0", "::"};
	static const char *const forms[FORMS] = {"4", "6", "mapped", "dual"};
	int family = form == IPV4 ? AF_INET : AF_INET6, only = form == IPV6_ONLY, bound, listens = 0;
	int fd = make(family, type, protocol, reuse, user);
	struct sockaddr_storage to;
	socklen_t size = name(family, texts[form], port, &to);

	if (fd < 0)
		return;
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	bound = bind(fd, (struct sockaddr *)&to, size) ? errno : 0;
	if (!bound && type == SOCK_STREAM)
		listens = listen(fd, 1) ? errno : 0;
	close(fd);
	if (seteuid(0))
		exit(1);
	printf("%s: %s reuse%u user%d protocol%d: %s %s\n", held, forms[form], reuse, user != 0, protocol, word(bound),
	       word(listens));
}

/**
 * ask_all - sockets of each kind. A datagram socket that may share its port is not asked about a holder on a device of its
 * own: the guard does not know that conflict, conflict.c.
 */
static void
ask_all(const struct holder *holder, unsigned port)
{
	static const char *const states[STATES] = {"bound", "listens", "connected", "time-wait", "on-a-device"};
	const unsigned most = holder->state == ON_A_DEVICE && holder->type == SOCK_DGRAM ? 0 : REUSE_ADDR | REUSE_PORT;
	char held[96];

	snprintf(held, sizeof(held), "%s %d protocol%d reuse%u user%d", states[holder->state],
		 holder->family == AF_INET ? 4 : 6, holder->protocol, holder->reuse, holder->user != 0);
	for (int form = 0; form < FORMS; form++) {
		for (unsigned reuse = 0; reuse <= most; reuse++) {
			ask(held, holder->type, holder->protocol, (enum form)form, reuse, 0, port);
			ask(held, holder->type, holder->protocol, (enum form)form, reuse, NOBODY, port);
		}
		if (holder->protocol == IPPROTO_TCP)
			ask(held, holder->type, IPPROTO_MPTCP, (enum form)form, 0, 0, port);
	}
}

/** run - one holder, in a process of its own, as long as sockets ask. */
static void
run(const struct holder *holder)
{
	unsigned port = next_port++;
	int ready[2], end[2];
	char byte = 0;
	pid_t child;

	if (pipe(ready) || pipe(end))
		exit(1);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(ready[0]);
		close(end[1]);
		byte = hold(holder, port) ? (char)errno : 0;
		if (write(ready[1], &byte, 1) != 1 || read(end[0], &byte, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(ready[1]);
	close(end[0]);
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		exit(1);
	if (byte == 0)
		ask_all(holder, port);
	else
		printf("no holder: protocol%d %d state%d reuse%u user%d: %s\n", holder->protocol,
		       holder->family == AF_INET ? 4 : 6, holder->state, holder->reuse, holder->user != 0, word(byte));
	close(end[1]);
	close(ready[0]);
	waitpid(child, NULL, 0);
}

/** run_reuse - holders of @holder's kind with each set of options, of each user. */
static void
run_reuse(struct holder holder)
{
	for (holder.reuse = 0; holder.reuse <= (REUSE_ADDR | REUSE_PORT); holder.reuse++) {
		holder.user = 0;
		run(&holder);
		holder.user = NOBODY;
		run(&holder);
	}
}

int
main(int argc, char **argv)
{
	static const int families[] = {AF_INET, AF_INET6};

	if (argc < 2 || geteuid() != 0)
		return 2;
	next_port = (unsigned)atoi(argv[1]);
	for (int i = 0; i < 2; i++) {
		for (int state = BOUND; state <= TIME_WAIT; state++)
			run_reuse((struct holder){SOCK_STREAM, IPPROTO_TCP, families[i], (enum state)state, 0, 0});
		run_reuse((struct holder){SOCK_STREAM, IPPROTO_TCP, families[i], ON_A_DEVICE, 0, 0});
		run_reuse((struct holder){SOCK_DGRAM, IPPROTO_UDP, families[i], BOUND, 0, 0});
		run_reuse((struct holder){SOCK_DGRAM, IPPROTO_UDP, families[i], ON_A_DEVICE, 0, 0});
		run_reuse((struct holder){SOCK_DGRAM, IPPROTO_UDPLITE, families[i], BOUND, 0, 0});
	}
	return 0;
}
