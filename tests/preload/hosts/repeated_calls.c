/* SPDX-License-Identifier: MIT
 * repeated_calls.c - sockets that are bound, connected, listened on, disconnected more than once, or wrongly in between.
 * Prints what came of it: return and errno of each call, and whether the socket still does what it did. The lines are the
 * same bare and under a guard; how many servers are open to other hosts comes last. In the network of tests/net. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addresses.h"

#define PORT 19220
#define PEER_PORT 19229

static const char here[] = HERE4; /* this machine, but not a loopback */
static int open_servers;

static socklen_t
address(struct sockaddr_storage *storage, const char *text, int port)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	memset(storage, 0, sizeof(*storage));
	if (strchr(text, ':')) {
		inet_pton(AF_INET6, text, &in6.sin6_addr);
		memcpy(storage, &in6, sizeof(in6));
		return sizeof(in6);
	}
	inet_pton(AF_INET, text, &in.sin_addr);
	memcpy(storage, &in, sizeof(in));
	return sizeof(in);
}

static void
say(const char *what, int result)
{
	printf(" %s %d", what, result < 0 ? -errno : result);
}

static void
do_bind(int fd, const char *text, int port)
{
	struct sockaddr_storage storage;
	socklen_t size = address(&storage, text, port);

	say("bind", bind(fd, (struct sockaddr *)&storage, size));
}

static void
do_connect(int fd, const char *text, int port)
{
	struct sockaddr_storage storage;
	socklen_t size = address(&storage, text, port);

	say("connect", connect(fd, (struct sockaddr *)&storage, size));
}

static void
do_disconnect(int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	say("disconnect", connect(fd, &none, sizeof(none)));
}

static void
do_listen(int fd)
{
	say("listen", listen(fd, 4));
}

/* A server that other hosts reach: its name is a wildcard, no device. */
static void
count_open(int fd)
{
	static const unsigned char zero[16], mapped[16] = {[10] = 0xff, 0xff};
	unsigned char name[128] = {0};
	socklen_t size = sizeof(name), device_size = 16;
	char device[17] = "";
	int domain;

	getsockname(fd, (struct sockaddr *)name, &size);
	domain = name[0];
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	if (!device[0] && (domain == AF_INET ? memcmp(name + 4, zero, 4) == 0
					     : memcmp(name + 8, zero, 16) == 0 || memcmp(name + 8, mapped, 16) == 0))
		open_servers++;
}

/* Whose other end sends a byte: does it arrive? */
static void
say_alive(const char *what, int from, int to)
{
	char byte = 'x';

	say(what, (int)send(from, &byte, 1, MSG_NOSIGNAL) == 1 ? (int)recv(to, &byte, 1, MSG_DONTWAIT) : -1);
}

static void
end(int fd)
{
	struct linger reset = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

/* connect(2) on what listens: EISCONN, and it goes on listening. */
static void
listener_connects(const char *wildcard, const char *loopback, int port)
{
	int family = strchr(wildcard, ':') ? AF_INET6 : AF_INET, fd = socket(family, SOCK_STREAM, 0);
	int client = socket(family, SOCK_STREAM, 0), accepted;

	printf("listener %s:", wildcard);
	do_bind(fd, wildcard, port);
	do_listen(fd);
	do_connect(fd, family == AF_INET6 ? HERE6 : here, 9);
	do_connect(client, loopback, port);
	accepted = accept(fd, NULL, NULL);
	say_alive("alive", client, accepted);
	count_open(fd);
	end(client);
	end(accepted);
	end(fd);
	printf("\n");
}

/* connect(2) on what is connected: EISCONN, and it stays so. */
static void
client_connects_twice(const char *wildcard, const char *loopback, int port)
{
	int family = strchr(wildcard, ':') ? AF_INET6 : AF_INET, fd = socket(family, SOCK_STREAM, 0);
	int listener = socket(family, SOCK_STREAM, 0), accepted;

	printf("client %s:", wildcard);
	do_bind(listener, loopback, PEER_PORT);
	do_listen(listener);
	do_bind(fd, wildcard, port);
	do_connect(fd, loopback, PEER_PORT);
	do_connect(fd, family == AF_INET6 ? HERE6 : here, PEER_PORT);
	accepted = accept(listener, NULL, NULL);
	say_alive("alive", fd, accepted);
	end(fd);
	end(accepted);
	end(listener);
	printf("\n");
}

/* bind(2) on what is bound: EINVAL, and it keeps its address. */
static void
bound_binds_again(int type)
{
	int fd = socket(AF_INET6, type, 0), client = socket(AF_INET6, type, 0);

	printf("bound %d:", type);
	do_bind(fd, HERE6, PORT + 6);
	if (type == SOCK_STREAM)
		do_listen(fd);
	do_bind(fd, "::", PORT + 7);
	do_connect(client, HERE6, PORT + 6);
	if (type == SOCK_DGRAM)
		say_alive("alive", client, fd);
	count_open(fd);
	end(client);
	end(fd);
	printf("\n");
}

/* A datagram socket that disconnects is a server again, and a client of another host once more. */
static void
datagrams_disconnect(const char *wildcard, const char *peer, int port)
{
	int family = strchr(wildcard, ':') ? AF_INET6 : AF_INET, fd = socket(family, SOCK_DGRAM, 0);

	printf("datagrams %s:", wildcard);
	do_bind(fd, wildcard, port);
	do_disconnect(fd);
	count_open(fd);
	for (int i = 0; i < 3; i++) {
		do_connect(fd, peer, 9);
		do_disconnect(fd);
		count_open(fd);
	}
	end(fd);
	printf("\n");
}

/* bind(2) on what connect(2) has bound: EINVAL, and the port is still the kernel's, which goes with the connection. */
static void
client_binds_late(const char *wildcard, const char *peer)
{
	int family = strchr(wildcard, ':') ? AF_INET6 : AF_INET, fd = socket(family, SOCK_DGRAM, 0);
	struct sockaddr_storage name = {0};
	socklen_t size = sizeof(name);

	printf("late %s:", wildcard);
	do_connect(fd, peer, 9);
	do_bind(fd, wildcard, PORT + 10);
	do_disconnect(fd);
	getsockname(fd, (struct sockaddr *)&name, &size);
	say("port", ((struct sockaddr_in *)&name)->sin_port != 0);
	end(fd);
	printf("\n");
}

/* listen(2) on what was refused as a client, and is bound without a port: EINVAL, again and again. */
static void
refused_client_listens(const char *here_too)
{
	int family = strchr(here_too, ':') ? AF_INET6 : AF_INET, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd refused = {.fd = fd};
	int on = 1;

	printf("refused %s:", here_too);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	do_connect(fd, here_too, 9);
	poll(&refused, 1, 5000);
	do_bind(fd, family == AF_INET6 ? "::" : "0.0.0.0", 0);
	do_listen(fd);
	do_listen(fd);
	end(fd);
	printf("\n");
}

/* An MPTCP socket loses its address as it listens. */
static void
mptcp_listens(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 262);

	printf("mptcp:");
	do_connect(fd, here, 9);
	do_listen(fd);
	count_open(fd);
	end(fd);
	printf("\n");
}

/* A device that is not there is set all the same, by a bind(2) that fails. */
static void
device_is_gone(void)
{
	struct sockaddr_in6 gone = {.sin6_family = AF_INET6, .sin6_scope_id = 4711};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	printf("gone:");
	inet_pton(AF_INET6, "fe80::98", &gone.sin6_addr);
	say("bind", bind(fd, (struct sockaddr *)&gone, sizeof(gone)));
	do_bind(fd, "::", PORT + 8);
	do_listen(fd);
	end(fd);
	printf("\n");
}

/* The kernel's number of the socket: another one where it was exchanged. */
static uint64_t
cookie(int fd)
{
	uint64_t number = 0;
	socklen_t size = sizeof(number);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &number, &size);
	return number;
}

/* Wildcards of another family than the socket's, longer and shorter than usual. */
static void
wildcards_misfit(void)
{
	static const int kinds[][3] = {{AF_INET6, SOCK_STREAM, 0}, {AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6},
				       {AF_UNIX, SOCK_STREAM, 0},  {AF_NETLINK, SOCK_DGRAM, 0},
				       {AF_INET, SOCK_DGRAM, 0},   {AF_INET6, SOCK_STREAM, IPPROTO_SCTP}};
	static const char *const names[] = {"0.0.0.0", "::"};

	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 2; j++) {
			printf("misfit %d %s:", i, names[j]);
			for (socklen_t size = 16; size <= 32; size += 4) {
				int fd = socket(kinds[i][0], kinds[i][1], kinds[i][2]);
				struct sockaddr_storage storage;

				uint64_t before = cookie(fd);

				address(&storage, names[j], PORT + 9);
				say("bind", bind(fd, (struct sockaddr *)&storage, size));
				if (cookie(fd) != before)
					printf(" exchanged");
				close(fd);
			}
			printf("\n");
		}
}

/* A connected socket of another family keeps its connection. */
static void
pair_binds(int type)
{
	char device[17] = "";
	socklen_t size = 16;
	int pair[2];

	printf("pair %d:", type);
	if (socketpair(AF_UNIX, type, 0, pair))
		return;
	do_bind(pair[0], "0.0.0.0", PORT);
	do_bind(pair[0], "::", PORT);
	say_alive("alive", pair[1], pair[0]);
	getsockopt(pair[0], SOL_SOCKET, SO_BINDTODEVICE, device, &size);
	printf(" device '%s'\n", device);
}

int
main(void)
{
	listener_connects("0.0.0.0", "127.0.0.1", PORT);
	listener_connects("::", "::1", PORT + 1);
	client_connects_twice("0.0.0.0", "127.0.0.1", PORT + 2);
	client_connects_twice("::", "::1", PORT + 3);
	bound_binds_again(SOCK_STREAM);
	bound_binds_again(SOCK_DGRAM);
	datagrams_disconnect("0.0.0.0", THERE4, PORT + 4);
	datagrams_disconnect("::", THERE6, PORT + 5);
	client_binds_late("0.0.0.0", THERE4);
	client_binds_late("::", THERE6);
	refused_client_listens(HERE4);
	refused_client_listens(HERE6);
	mptcp_listens();
	device_is_gone();
	wildcards_misfit();
	pair_binds(SOCK_STREAM);
	pair_binds(SOCK_DGRAM);
	printf("open %d\n", open_servers);
	return 0;
}
