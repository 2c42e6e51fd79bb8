/* SPDX-License-Identifier: MIT
 * network_connect.c - connections from either machine. Runs in the launcher only, and in tests. */
#include "launcher/prove/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** fill - @endpoint as a socket address. Return: its size. */
static socklen_t
fill(const struct bg_endpoint *endpoint, struct sockaddr_storage *storage)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};

	memset(storage, 0, sizeof(*storage));
	if (endpoint->addr.family == BG_IPV4) {
		memcpy(&in.sin_addr, endpoint->addr.bytes, sizeof(in.sin_addr));
		memcpy(storage, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, endpoint->addr.bytes, sizeof(in6.sin6_addr));
	in6.sin6_scope_id = endpoint->addr.scope_id;
	memcpy(storage, &in6, sizeof(in6));
	return sizeof(in6);
}

/** network_await - wait for the socket's news. Return: its error, 0: none; ETIMEDOUT: no news. */
int
network_await(int fd, short events, int milliseconds)
{
	struct pollfd ready = {.fd = fd, .events = events};
	int error = 0, got;
	socklen_t size = sizeof(error);

	do
		got = poll(&ready, 1, milliseconds);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

/** network_is_datagram - no handshake, so a connection proves nothing. */
bool
network_is_datagram(enum bg_protocol protocol)
{
	return protocol & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE);
}

/** open_socket - of the protocol, at that machine. */
static int
open_socket(const struct network *network, enum side side, enum bg_protocol protocol, enum bg_family family)
{
	int type = network_is_datagram(protocol) ? SOCK_DGRAM : protocol == BG_PROTOCOL_DCCP ? SOCK_DCCP : SOCK_STREAM;
	int number = protocol == BG_PROTOCOL_UDPLITE ? IPPROTO_UDPLITE
		     : protocol == BG_PROTOCOL_SCTP  ? IPPROTO_SCTP
		     : protocol == BG_PROTOCOL_DCCP  ? IPPROTO_DCCP
						     : 0;

	return network_socket(network, side, family == BG_IPV4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK, number);
}

/**
 * network_begin - begin to connect from that machine.
 * @fd: the socket, which does not block; -1: there is none
 * Return: 0, EINPROGRESS: network_await() tells, or another errno value.
 */
int
network_begin(const struct network *network, enum side side, enum bg_protocol protocol, const struct bg_endpoint *to,
	      int *fd)
{
	struct sockaddr_storage storage;
	socklen_t size = fill(to, &storage);

	*fd = open_socket(network, side, protocol, (enum bg_family)to->addr.family);
	return *fd < 0 || connect(*fd, (const struct sockaddr *)&storage, size) ? errno : 0;
}

/** network_connect - likewise, to the end. Return: 0 or an errno value, ETIMEDOUT: nothing came back. */
int
network_connect(const struct network *network, enum side side, enum bg_protocol protocol, const struct bg_endpoint *to,
		int *fd)
{
	int error = network_begin(network, side, protocol, to, fd);

	return error == EINPROGRESS ? network_await(*fd, POLLOUT, NETWORK_CONNECT_MS) : error;
}
