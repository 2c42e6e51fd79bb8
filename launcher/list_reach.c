/* SPDX-License-Identifier: MIT
 * list_reach.c - who can reach a socket, from its address, its device and this machine's interfaces. Runs in the
 * launcher only; reach_find() is a function of its arguments alone. */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "launcher/list.h"

/** read_address - an Internet address as a value, family 0 for any other. Its scope is its interface. */
static struct bg_addr
read_address(const struct sockaddr *name)
{
	struct bg_addr addr = {0};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (name && name->sa_family == AF_INET) {
		memcpy(&in, name, sizeof(in));
		addr = bg_addr_wildcard(BG_IPV4);
		memcpy(addr.bytes, &in.sin_addr, sizeof(in.sin_addr));
	} else if (name && name->sa_family == AF_INET6) {
		memcpy(&in6, name, sizeof(in6));
		addr = bg_addr_wildcard(BG_IPV6);
		memcpy(addr.bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
	}
	return addr;
}

/** read_broadcast - of an IPv4 address: as set, or the last of its network, which the kernel takes for one as well. */
static struct bg_addr
read_broadcast(const struct ifaddrs *entry)
{
	struct bg_addr addr = read_address(entry->ifa_addr), mask = read_address(entry->ifa_netmask);
	struct bg_addr set = read_address(entry->ifa_broadaddr), none = {0};

	if (!(entry->ifa_flags & IFF_BROADCAST) || addr.family != BG_IPV4)
		return none;
	if (set.family && !bg_addr_equal(&set, &addr)) /* unset, glibc has the address itself there */
		return set;
	for (size_t i = 0; i < 4; i++)
		addr.bytes[i] |= (uint8_t)~mask.bytes[i];
	return mask.family == BG_IPV4 ? addr : none;
}

/** append - one of getifaddrs(3)'s. AF_PACKET entries are there for interfaces without an address too. */
static int
append(struct interfaces *interfaces, const struct ifaddrs *entry)
{
	struct interface_address *items =
		list_grow(interfaces->items, interfaces->count, &interfaces->room, sizeof(*items));
	struct interface_address *item;

	if (!items)
		return ENOMEM;
	interfaces->items = items;
	item = &items[interfaces->count++];
	memset(item, 0, sizeof(*item));
	snprintf(item->name, sizeof(item->name), "%s", entry->ifa_name);
	item->ifindex = if_nametoindex(entry->ifa_name);
	item->loopback = entry->ifa_flags & IFF_LOOPBACK;
	item->addr = read_address(entry->ifa_addr);
	item->broadcast = read_broadcast(entry);
	return 0;
}

/** interfaces_read - all interfaces of this network namespace with their addresses. Return: 0 or an errno value. */
int
interfaces_read(struct interfaces *interfaces)
{
	struct ifaddrs *entries;
	int error = 0;

	if (getifaddrs(&entries))
		return errno;
	for (const struct ifaddrs *entry = entries; entry && !error; entry = entry->ifa_next)
		error = append(interfaces, entry);
	freeifaddrs(entries);
	return error;
}

/** interfaces_free - give the list back. */
void
interfaces_free(struct interfaces *interfaces)
{
	free(interfaces->items);
	memset(interfaces, 0, sizeof(*interfaces));
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
	if (loopback || bg_addr_is_loopback(&socket->local.addr)) {
		socket->reach = REACH_MACHINE;
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
	if (socket->ifindex) {
		reach_device(socket, interfaces);
		return;
	}
	if (bg_addr_is_wildcard(&addr))
		return;
	if (bg_addr_is_loopback(&addr)) {
		socket->reach = REACH_MACHINE;
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
