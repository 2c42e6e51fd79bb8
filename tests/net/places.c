/* SPDX-License-Identifier: MIT
 * places.c - asks a server from every place at once. */
#include "net/places.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MS 2000 /* what is expected to answer may take so long on a busy machine */
#define SILENCE_MS 100 /* and, when that has answered, the rest has so long to be heard */

/** struct spot - a place, and the address that it asks at. */
struct spot {
	enum side side;
	const char *address;
	bool multicast;
};

static const struct spot spots[PLACES_COUNT] = {
	{SIDE_HERE, "127.0.0.1", false},   {SIDE_HERE, "127.0.1.1", false},  {SIDE_HERE, "::1", false},
	{SIDE_HERE, HERE4, false},	   {SIDE_HERE, HERE6, false},	     {SIDE_HERE, PLACES_HERE4, false},
	{SIDE_THERE, HERE4, false},	   {SIDE_THERE, HERE6, false},	     {SIDE_THERE, PLACES_HERE4, false},
	{SIDE_THERE, PLACES_HERE6, false}, {SIDE_HERE, PLACES_GROUP4, true}, {SIDE_THERE, PLACES_GROUP4, true},
};

/** places_head - what the letters of a pattern stand for. */
const char *
places_head(void)
{
	return "127.0.0.1 127.0.1.1 ::1 | own4 own6 own4-of-link-2 | from the second host: link-1-v4 v6 link-2-v4 v6 | "
	       "multicast from here, from there";
}

/**
 * places_make_link - the second link, once more where it was taken away.
 * @index: the number of its device here; 0: any
 * Return: 0 or -1.
 */
int
places_make_link(unsigned index)
{
	char command[512], number[32] = "";

	if (index)
		snprintf(number, sizeof(number), " index %u", index);

	snprintf(command, sizeof(command),
		 "ip link add " PLACES_DEVICE "%s type veth peer name link2there && "
		 "ip link set link2there netns /proc/%d/fd/%d && ip addr add " PLACES_HERE4 "/24 dev " PLACES_DEVICE
		 " && ip addr add " PLACES_HERE6 "/64 dev " PLACES_DEVICE " nodad && ip link set " PLACES_DEVICE " up",
		 number, (int)getpid(), net_network()->namespaces[SIDE_THERE]);
	if (net_run(SIDE_HERE, command))
		return -1;
	return net_run(SIDE_THERE, "ip link set link2there name " PLACES_DEVICE " && ip addr add " PLACES_THERE4
				   "/24 dev " PLACES_DEVICE " && ip addr add " PLACES_THERE6 "/64 dev " PLACES_DEVICE
				   " nodad && ip link set " PLACES_DEVICE " up")
		       ? -1
		       : 0;
}

/** places_set_up - net_set_up(), and the second link. Return: 0 or -1. */
int
places_set_up(void)
{
	return net_set_up() ? -1 : places_make_link(0);
}

/** now_ms - of a clock that only goes on. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** letter_of - what an errno says of a place. */
static char
letter_of(int error)
{
	return error == 0 ? 'A' : error == ECONNREFUSED ? 'R' : error == ETIMEDOUT ? 'S' : '?';
}

/** send_to - a datagram to @spot, or a connection begun. Return: 0 or an errno value. */
static int
send_to(int fd, const struct spot *spot, bool datagram, unsigned port)
{
	bool ipv6 = strchr(spot->address, ':') != NULL;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct ip_mreqn by = {.imr_ifindex = (int)net_network()->devices[spot->side]};
	struct sockaddr *to = ipv6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	socklen_t size = ipv6 ? sizeof(in6) : sizeof(in);
	int on = 1;

	inet_pton(ipv6 ? AF_INET6 : AF_INET, spot->address, ipv6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr);
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return errno;
	if (!datagram)
		return connect(fd, to, size) && errno != EINPROGRESS ? errno : 0;
	/* The answer may be of another address: not connected, and yet told of a refusal, ip(7). */
	setsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on));
	if (spot->multicast)
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof(by));
	return sendto(fd, "?", 1, 0, to, size) == 1 ? 0 : errno;
}

/** hear - what has come back to @fd. */
static char
hear(int fd)
{
	char answer[16] = "";
	ssize_t got = recv(fd, answer, sizeof(answer) - 1, 0);

	if (got < 0)
		return letter_of(errno);
	return strcmp(answer, "here") == 0 ? 'A' : '?';
}

/** lacks - is there something that is expected, and has not answered yet? */
static bool
lacks(const char *expected, const char *got)
{
	for (size_t i = 0; i < PLACES_COUNT; i++)
		if (expected[i] != 'S' && expected[i] != '-' && got[i] == 'S')
			return true;
	return false;
}

/**
 * places_ask - of the server at @port, which says "here" to who connects, or sends it anything.
 * @expected: a pattern; what is '-' in it is not asked. What is expected to answer is waited for long
 * @got: the pattern that came of it
 */
void
places_ask(enum bg_protocol protocol, unsigned port, const char *expected, char got[PLACES_COUNT + 1])
{
	bool datagram = network_is_datagram(protocol);
	struct pollfd fds[PLACES_COUNT];
	long start = now_ms(), done = 0;

	memset(got, 'S', PLACES_COUNT);
	got[PLACES_COUNT] = '\0';
	for (size_t i = 0; i < PLACES_COUNT; i++) {
		int family = strchr(spots[i].address, ':') ? AF_INET6 : AF_INET, error;

		fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
		got[i] = expected[i] == '-' ? '-' : 'S';
		if (expected[i] == '-')
			continue;
		fds[i].fd = network_socket(net_network(), spots[i].side, family, datagram ? SOCK_DGRAM : SOCK_STREAM,
					   protocol == BG_PROTOCOL_UDPLITE ? IPPROTO_UDPLITE : 0);
		error = fds[i].fd < 0 ? errno : send_to(fds[i].fd, &spots[i], datagram, port);
		if (error)
			got[i] = letter_of(error);
	}
	for (;;) {
		long now = now_ms();

		if (!done && !lacks(expected, got))
			done = now;
		if (now - start > ANSWER_MS || (done && now - done > SILENCE_MS))
			break;
		for (size_t i = 0; i < PLACES_COUNT; i++)
			if (got[i] != 'S' && fds[i].fd >= 0) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		poll(fds, PLACES_COUNT, 20);
		for (size_t i = 0; i < PLACES_COUNT; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				got[i] = hear(fds[i].fd);
	}
	for (size_t i = 0; i < PLACES_COUNT; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
}
