/* SPDX-License-Identifier: MIT
 * answers.c WHAT ADDRESS...: serves on a wildcard and asks from its own machine which of its addresses are answered, those are
 * printed. WHAT: tcp4, tcp4-0 (port 0), tcp6 (dual-stack), tcp6-only, udp4, udp6. group4 GROUP DEVICE, broadcast4 ADDRESS: a
 * receiver, and whether it hears a sender of its own machine. */
#include <net/if.h>

#include "socket.h"

#define PORT 19700

/** serve - @what, listening where it can. Return: the socket, -1 with errno. */
static int
serve(const char *what)
{
	int type = what[0] == 't' ? SOCK_STREAM : SOCK_DGRAM, family = what[3] == '6' ? AF_INET6 : AF_INET;
	int fd = make_socket(family, type), on = 1;

	if (strstr(what, "-only"))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind_wildcard(fd, family, strstr(what, "-0") ? 0 : PORT) || (type == SOCK_STREAM && listen(fd, 64)))
		return -1;
	return fd;
}

/** is_heard - does a datagram come to @fd? What this machine sends itself is there when send(2) has returned. */
static int
is_heard(int fd)
{
	char byte;

	return recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == sizeof(byte);
}

/** is_answered - does @fd, of @type, answer at @address? */
static int
is_answered(int fd, int type, const char *address)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET, client = socket(family, type, 0), answered;
	union name name, own;
	socklen_t size = sizeof(own);

	getsockname(fd, &own.any, &size);
	size = make_name(&name, family, ntohs(own.in.sin_port)); /* of IPv6 the port is in the same place */
	inet_pton(family, address, family == AF_INET ? (void *)&name.in.sin_addr : &name.in6.sin6_addr);
	answered = connect(client, &name.any, size) == 0;
	if (answered && type == SOCK_DGRAM)
		answered = send(client, "x", 1, 0) == 1 && is_heard(fd);
	close(client);
	return answered;
}

/** hears - does a receiver on the wildcard hear what this machine sends to @to? @device: by and on it; NULL: broadcast. */
static int
hears(const char *to, const char *device)
{
	struct ip_mreqn group = {.imr_ifindex = device ? (int)if_nametoindex(device) : 0};
	int fd = serve("udp4"), sender = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	union name name;
	socklen_t size = make_name(&name, AF_INET, PORT);

	inet_pton(AF_INET, to, &name.in.sin_addr);
	group.imr_multiaddr = name.in.sin_addr;
	setsockopt(sender, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (device && (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) ||
		       setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group))))
		return -1;
	return sendto(sender, "x", 1, 0, &name.any, size) == 1 ? is_heard(fd) : -1;
}

int
main(int argc, char **argv)
{
	const char *separator = "";
	int fd;

	if (argc > 2 && strstr(argv[1], "cast4")) {
		printf("%s\n", hears(argv[2], NULL) == 1 ? "heard" : "not heard");
		return 0;
	}
	if (argc > 3 && strcmp(argv[1], "group4") == 0) {
		printf("%s\n", hears(argv[2], argv[3]) == 1 ? "heard" : "not heard");
		return 0;
	}
	fd = argc > 1 ? serve(argv[1]) : -1;
	if (fd < 0)
		return 1;
	for (int i = 2; i < argc; i++)
		if (is_answered(fd, argv[1][0] == 't' ? SOCK_STREAM : SOCK_DGRAM, argv[i])) {
			printf("%s%s", separator, argv[i]);
			separator = " ";
		}
	putchar('\n');
	return 0;
}
