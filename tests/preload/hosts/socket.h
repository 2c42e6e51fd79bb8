/* SPDX-License-Identifier: MIT
 * socket.h - what the hosts of this folder bind, and how they look at what became of it. */
#ifndef BINDGUARD_TESTS_PRELOAD_HOSTS_SOCKET_H
#define BINDGUARD_TESTS_PRELOAD_HOSTS_SOCKET_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** union name - a socket's address, as each family reads it. */
union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage room;
};

/** make_name - the wildcard of @family on @port. Return: its size. */
static inline socklen_t
make_name(union name *name, int family, unsigned port)
{
	memset(name, 0, sizeof(*name));
	name->any.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		name->in.sin_port = htons((uint16_t)port);
	else
		name->in6.sin6_port = htons((uint16_t)port);
	return family == AF_INET ? sizeof(name->in) : sizeof(name->in6);
}

/** make_socket - a socket that may share its port; an IPv6 one is dual-stack. */
static inline int
make_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0), on = 1, off = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	return fd;
}

/** bind_wildcard - the guarded call. Return: as bind(2). */
static inline int
bind_wildcard(int fd, int family, unsigned port)
{
	union name name;
	socklen_t size = make_name(&name, family, port);

	return bind(fd, &name.any, size);
}

/** serve_wildcard - a socket of @type on @port, bound and (TCP) listening. Return: the socket, -1 with errno. */
static inline int
serve_wildcard(int family, int type, unsigned port)
{
	int fd = make_socket(family, type);

	if (bind_wildcard(fd, family, port) || (type == SOCK_STREAM && listen(fd, 8)))
		return -1;
	return fd;
}

/** describe - "127.0.0.1:80" or "[::]:80%lo". */
static inline const char *
describe(int fd, char text[128])
{
	union name name;
	socklen_t size = sizeof(name), room = 16;
	char address[64] = "?", device[17] = "";
	int ipv4;

	memset(&name, 0, sizeof(name));
	getsockname(fd, &name.any, &size);
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &room);
	ipv4 = name.any.sa_family == AF_INET;
	if (ipv4)
		inet_ntop(AF_INET, &name.in.sin_addr, address, sizeof(address));
	else
		inet_ntop(AF_INET6, &name.in6.sin6_addr, address, sizeof(address));
	snprintf(text, 128, ipv4 ? "%s:%u%s%s" : "[%s]:%u%s%s", address,
		 ntohs(ipv4 ? name.in.sin_port : name.in6.sin6_port), device[0] ? "%" : "", device);
	return text;
}

/**
 * is_guarded - no other machine reaches @fd: its address is loopback, its device is lo, or it has a filter that is longer than
 * the one that holds a device: a limit's. Nothing is printed.
 */
static inline int
is_guarded(int fd)
{
	union name name;
	socklen_t size = sizeof(name), room = 16;
	char device[17] = "";
	socklen_t filter = 0;

	memset(&name, 0, sizeof(name));
	if (getsockname(fd, &name.any, &size))
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter) == 0 && filter > 4)
		return 1;
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &room);
	if (strcmp(device, "lo") == 0)
		return 1;
	if (name.any.sa_family == AF_INET)
		return ntohl(name.in.sin_addr.s_addr) >> 24 == 127;
	if (IN6_IS_ADDR_V4MAPPED(&name.in6.sin6_addr))
		return name.in6.sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&name.in6.sin6_addr);
}

/**
 * serve_four - TCP and UDP servers on the wildcards of both families, @port and the three above it; closed again.
 * @first: where the first of them was, as describe() has it; NULL: not asked
 * Return: how many of the four were there, and guarded.
 */
static inline int
serve_four(unsigned port, char first[128])
{
	int guarded = 0;

	for (unsigned i = 0; i < 4; i++) {
		int fd = serve_wildcard(i % 2 ? AF_INET6 : AF_INET, i / 2 ? SOCK_DGRAM : SOCK_STREAM, port + i);

		guarded += fd >= 0 && is_guarded(fd);
		if (i == 0 && first)
			describe(fd, first);
		close(fd);
	}
	return guarded;
}

#endif
