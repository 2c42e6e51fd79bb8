/* SPDX-License-Identifier: MIT
 * pinned.c COUNT: a client of every sort, COUNT times over: TCP and UDP, IPv4 and IPv6, to the second host's addresses of both
 * links and to loopback, unbound, bound to the wildcard, blocking or not. Prints how many of them reached the second host by the
 * second link, how many this one, how many it tried by the first link, and how many of the former failed with which errno;
 * knows nothing of the guard. Services: port 19850 of the second host, 19851 of this one. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addresses.h"

#define WAIT_MS 5000
#define BESIDE_MS 20 /* whether these answer does not matter */

static const char *const there[] = {"198.18.0.2", "2001:db8:1::2"}; /* of the second link */
static const char *const beside[] = {THERE4, THERE6};		    /* of the first */
static const char *const own[] = {"127.0.0.1", "::1"};
static unsigned reached, here, tried, failed[256];
static int wait_ms = WAIT_MS;

static socklen_t
name(struct sockaddr_storage *to, const char *address, unsigned port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(to, 0, sizeof(*to));
	if (strchr(address, ':')) {
		inet_pton(AF_INET6, address, &in6.sin6_addr);
		memcpy(to, &in6, sizeof(in6));
		return sizeof(in6);
	}
	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(to, &in, sizeof(in));
	return sizeof(in);
}

/* go - one client. @bound: 0: not; 1: to the wildcard; 2: and it sends without connect. Return: an errno value, 0 for an answer. */
static int
go(const char *address, unsigned port, int type, int bound, int nonblocking)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET, error = 0, fd = socket(family, type | nonblocking, 0);
	struct sockaddr_storage to, any;
	socklen_t size = name(&to, address, port), room = sizeof(error);
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
	char answer[8] = "";

	if (bound && bind(fd, (struct sockaddr *)&any, name(&any, family == AF_INET ? "0.0.0.0" : "::", 0)))
		error = errno;
	if (!error && bound < 2 && connect(fd, (struct sockaddr *)&to, size))
		error = errno;
	if (error == EINPROGRESS) {
		error = 0;
		if (poll(&poll_fd, 1, wait_ms) != 1)
			error = ETIMEDOUT;
		else
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &room);
	}
	if (!error &&
	    sendto(fd, "?", 1, MSG_NOSIGNAL, bound < 2 ? NULL : (struct sockaddr *)&to, bound < 2 ? 0 : size) != 1)
		error = errno;
	poll_fd.events = POLLIN;
	if (!error && poll(&poll_fd, 1, wait_ms) != 1)
		error = ETIMEDOUT;
	if (!error && recv(fd, answer, sizeof(answer), 0) <= 0)
		error = errno;
	close(fd);
	return error;
}

static void
count(int error, unsigned *good)
{
	if (error)
		failed[error & 255]++;
	else
		++*good;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1;

	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < 2; i++) {
			count(go(there[i], 19850, SOCK_STREAM, round % 2, round / 2 % 2 ? SOCK_NONBLOCK : 0), &reached);
			count(go(there[i], 19850, SOCK_DGRAM, round % 3, 0), &reached);
			count(go(own[i], 19851, SOCK_STREAM, round % 2, 0), &here);
			count(go(own[i], 19851, SOCK_DGRAM, 0, 0), &here);
			wait_ms = BESIDE_MS;
			go(beside[i], 19850, SOCK_STREAM, round % 2, SOCK_NONBLOCK);
			go(beside[i], 19850, SOCK_DGRAM, round % 3, 0);
			tried += 2;
			wait_ms = WAIT_MS;
		}
	}
	printf("reached %u, here %u, tried %u", reached, here, tried);
	for (int i = 0; i < 256; i++)
		if (failed[i])
			printf(", %s %u", strerrorname_np(i), failed[i]);
	puts("");
	return 0;
}
