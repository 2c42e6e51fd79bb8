/* SPDX-License-Identifier: MIT
 * interfaces.c - this machine's interfaces and their addresses, as the kernel tells them. Runs in the launcher only. */
#include "launcher/sockets/interfaces.h"

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

#include "launcher/sockets/sockets.h"

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
		sockets_grow(interfaces->items, interfaces->count, &interfaces->room, sizeof(*items));
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
