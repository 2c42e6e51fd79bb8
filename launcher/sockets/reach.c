/* SPDX-License-Identifier: MIT
 * reach.c - who can reach a socket, from its address, its device and this machine's interfaces. Runs in the
 * launcher only; reach_find() is a function of its arguments alone. */
#include "launcher/sockets/reach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/**
 * reach_loopback - of a socket at a loopback address. The kernel drops what comes from elsewhere for 127.0.0.0/8, but not
 * where an interface has route_localnet: ip_route_input_slow() of Linux.
 */
static void
reach_loopback(struct socket *socket, const struct interfaces *interfaces)
{
	bool ipv4 = bg_addr_unmap(&socket->local.addr).family == BG_IPV4;

	socket->reach = REACH_MACHINE;
	for (size_t i = 0; i < interfaces->count && ipv4; i++) {
		const struct interface_address *item = &interfaces->items[i];

		if (item->loopback || !(item->localnet || interfaces->all_localnet) ||
		    (socket->ifindex && socket->ifindex != item->ifindex) || strcmp(socket->interface, item->name) == 0)
			continue;
		socket->localnet = true;
		socket->reach = socket->interface[0] ? REACH_ANYWHERE : REACH_INTERFACE;
		memcpy(socket->interface, item->name, sizeof(socket->interface));
	}
	if (socket->reach == REACH_ANYWHERE)
		socket->interface[0] = '\0';
}

/** reach_device - of a socket that is bound to one: SO_BINDTODEVICE, or the scope of a link-local address. */
static void
reach_device(struct socket *socket, const struct interfaces *interfaces)
{
	bool loopback = false;

	/* an interface that is gone has no name any more; ss(8) writes the same */
	snprintf(socket->device, sizeof(socket->device), "if%u", socket->ifindex);
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface_address *item = &interfaces->items[i];

		if (item->ifindex != socket->ifindex)
			continue;
		memcpy(socket->device, item->name, sizeof(socket->device));
		loopback = item->loopback;
	}
	if (loopback) {
		socket->reach = REACH_MACHINE;
		return;
	}
	if (bg_addr_is_loopback(&socket->local.addr)) {
		reach_loopback(socket, interfaces);
		return;
	}
	socket->reach = REACH_INTERFACE;
	memcpy(socket->interface, socket->device, sizeof(socket->interface));
}

/**
 * reach_find - set socket->device, socket->reach and socket->interface.
 *
 * An address is taken for its interface's. Linux has the weak host model (RFC 1122 3.3.4.2): it answers for each of its
 * addresses at every interface, so a neighbour on another one gets through too, if it knows the address and sends it
 * this way. Only the device of a socket is a hard bound. Where no interface is the address's own, the answer is the
 * widest: an address of `lo` beyond 127.0.0.0/8 is there to be reached from everywhere, a multicast group may be joined
 * on any interface, and one that no interface has (IP_FREEBIND, a local route) may appear on any.
 */
void
reach_find(struct socket *socket, const struct interfaces *interfaces)
{
	struct bg_addr addr = bg_addr_unmap(&socket->local.addr);

	socket->reach = REACH_ANYWHERE;
	socket->interface[0] = socket->device[0] = '\0';
	socket->localnet = false;
	if (socket->ifindex) {
		reach_device(socket, interfaces);
		return;
	}
	if (bg_addr_is_wildcard(&addr))
		return;
	if (bg_addr_is_loopback(&addr)) {
		reach_loopback(socket, interfaces);
		return;
	}
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface_address *item = &interfaces->items[i];

		if (item->loopback || (!bg_addr_equal(&item->addr, &addr) && !bg_addr_equal(&item->broadcast, &addr)))
			continue;
		socket->reach = REACH_INTERFACE;
		memcpy(socket->interface, item->name, sizeof(socket->interface));
		return;
	}
}

/** reach_read - all servers of this machine now, and where they are bound. Return: 0 or an errno value. */
int
reach_read(struct sockets *sockets)
{
	struct interfaces interfaces = {0};
	int error = sockets_dump(sockets, false);

	if (!error)
		error = interfaces_read(&interfaces);
	for (size_t i = 0; i < sockets->count && !error; i++)
		reach_find(&sockets->items[i], &interfaces);
	interfaces_free(&interfaces);
	if (!error && sockets->missing & (BG_PROTOCOL_TCP | BG_PROTOCOL_UDP))
		error = EPROTONOSUPPORT;
	if (!error)
		sockets_mark_ephemeral(sockets);
	return error;
}
