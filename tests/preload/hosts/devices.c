/* SPDX-License-Identifier: MIT
 * devices.c WAY PORT [SOCKET]: a server that is bound to a device: by its own choice before or after bind(2), or by the
 * kernel, which does it for the sake of a link-local address. Prints `PORT ADDRESS%DEVICE`, or the call that failed, and
 * serves until standard input ends: `hello` on TCP, an echo on UDP. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addresses.h"

#define NOBODY "fe80::99" /* no address of the two machines of tests/net */
#define CLOSED_PORT 9

static unsigned port;
static int given = -1;

/* die - say what failed, where the test shows it. */
static void
die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/* name - @text, with the scope of the cable where it needs one. Return: its size. */
static socklen_t
name(struct sockaddr_storage *to, const char *text, unsigned at_port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)at_port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)at_port)};

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	inet_pton(AF_INET6, text, &in6.sin6_addr);
	if (text[0] == 'f')
		in6.sin6_scope_id = if_nametoindex(CABLE);
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}

static int
try_bind(int fd, const char *text, unsigned at_port)
{
	struct sockaddr_storage to;
	socklen_t size = name(&to, text, at_port);

	return bind(fd, (struct sockaddr *)&to, size);
}

static int
try_connect(int fd, const char *text, unsigned at_port)
{
	struct sockaddr_storage to;
	socklen_t size = name(&to, text, at_port);

	return connect(fd, (struct sockaddr *)&to, size);
}

static void
choose(int fd, const char *device)
{
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		die("device");
}

/* has - is @word one of those, joined by hyphens, that WAY consists of? */
static int
has(const char *way, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = way; (at = strstr(at, word)); at += length)
		if ((at == way || at[-1] == '-') && (at[length] == '-' || !at[length]))
			return 1;
	return 0;
}

/*
 * make - the words of WAY, in the order of the calls:
 *   tcp4 tcp6 udp4 udp6 v6only   the socket
 *   early                        the program binds it to the cable
 *   scope                        bind(2) of a link-local address that fails
 *   port mapped wild             bound to the wildcard: a fixed port, by a mapped address, port 0
 *   late lo                      the program binds it to the cable, to lo
 *   there                        connect(2) to the second host, where nobody listens: no server
 *   refused                      connect(2) to a link-local address where nobody listens
 *   twice                        a duplicate of its descriptor stays
 *   exec                         all that memory held is gone
 */
static int
make(const char *way)
{
	int stream = has(way, "tcp4") || has(way, "tcp6"), ipv4 = has(way, "tcp4") || has(way, "udp4"), on = 1;
	int fd = socket(ipv4 ? AF_INET : AF_INET6, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	const char *wildcard = ipv4 ? "0.0.0.0" : has(way, "mapped") ? "::ffff:0.0.0.0" : "::";

	if (fd < 0)
		die("socket");
	if (has(way, "v6only"))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (has(way, "early"))
		choose(fd, CABLE);
	if (has(way, "scope") && try_bind(fd, NOBODY, port) == 0)
		die("bind of nobody's address");
	if ((has(way, "port") || has(way, "mapped") || has(way, "wild")) &&
	    try_bind(fd, wildcard, has(way, "wild") ? 0 : port))
		die("bind");
	if (has(way, "late"))
		choose(fd, CABLE);
	if (has(way, "lo"))
		choose(fd, "lo");
	if (has(way, "twice") && dup(fd) < 0)
		die("dup");
	if (has(way, "refused") && try_connect(fd, "fe80::2", CLOSED_PORT) == 0)
		die("connect to nobody");
	if (has(way, "there") && try_connect(fd, ipv4 ? THERE4 : THERE6, CLOSED_PORT) == 0)
		die("connect to nobody");
	return fd;
}

/* answer - one connection or datagram. */
static void
answer(int fd, int stream)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	char text[64];
	ssize_t got;
	int accepted;

	if (!stream) {
		got = recvfrom(fd, text, sizeof(text), MSG_DONTWAIT, (struct sockaddr *)&peer, &size);
		if (got > 0)
			sendto(fd, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		return;
	}
	accepted = accept(fd, NULL, NULL);
	if (accepted >= 0)
		send(accepted, "hello\n", 6, MSG_NOSIGNAL);
	close(accepted);
}

static void
print(int fd)
{
	char text[INET6_ADDRSTRLEN] = "", device[IFNAMSIZ + 1] = "";
	socklen_t size = sizeof(struct sockaddr_storage), device_size = IFNAMSIZ;
	struct sockaddr_storage here = {.ss_family = AF_UNSPEC};
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	getsockname(fd, (struct sockaddr *)&here, &size);
	memcpy(&in, &here, sizeof(in));
	memcpy(&in6, &here, sizeof(in6));
	inet_ntop(here.ss_family, here.ss_family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr, text,
		  sizeof(text));
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	printf("%u %s%s%s\n", ntohs(in.sin_port), text, device[0] ? "%" : "", device);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	int stream = argc > 1 && strstr(argv[1], "tcp") != NULL, fd;
	char number[16], end;

	if (argc < 3)
		return 2;
	port = (unsigned)atoi(argv[2]);
	given = argc > 3 ? atoi(argv[3]) : -1;
	fd = given >= 0 ? given : make(argv[1]);
	if (given < 0 && has(argv[1], "exec")) {
		snprintf(number, sizeof(number), "%d", fd);
		execl("/proc/self/exe", argv[0], argv[1], argv[2], number, (char *)NULL);
		die("exec");
	}
	if (!has(argv[1], "there") && stream && listen(fd, 8))
		die("listen");
	print(fd);
	for (;;) {
		struct pollfd ready[] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

		if (poll(ready, 2, -1) < 0)
			continue;
		if (ready[1].revents & POLLIN)
			answer(fd, stream);
		if (ready[0].revents && read(0, &end, 1) <= 0)
			return 0;
	}
}
