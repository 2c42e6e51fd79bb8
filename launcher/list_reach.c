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
#include <unistd.h>

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

/**
 * has_localnet - is net.ipv4.conf.@name.route_localnet set? Linux has it since 3.6. An interface that is gone, or a kernel
 * without IPv4's settings, has none. Return: 0 or an errno value: it cannot be asked.
 */
static int
has_localnet(const char *name, bool *has)
{
	char path[128];
	FILE *file;
	int error, byte;

	*has = false;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/route_localnet", name);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT && access("/proc/sys/net", F_OK) == 0 ? 0 : errno;
	byte = fgetc(file);
	error = ferror(file) ? EIO : 0;
	fclose(file);
	*has = byte != '0' && byte != EOF;
	return error;
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
	if (!item->ifindex && errno != ENODEV) /* that one is gone meanwhile */
		return errno;
	item->loopback = entry->ifa_flags & IFF_LOOPBACK;
	item->addr = read_address(entry->ifa_addr);
	item->broadcast = read_broadcast(entry);
	return item->loopback ? 0 : has_localnet(item->name, &item->localnet);
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
	if (!error)
		error = has_localnet("all", &interfaces->all_localnet);
	return error;
}

/** interfaces_free - give the list back. */
void
interfaces_free(struct interfaces *interfaces)
{
	free(interfaces->items);
	memset(interfaces, 0, sizeof(*interfaces));
}

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
