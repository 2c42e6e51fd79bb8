/* SPDX-License-Identifier: MIT
 * prove_groups.c - the groups of multicast that CMD has joined, by /proc/net/igmp and igmp6. Runs in the launcher only, on CMD's
 * machine, where nobody else joins one.
 *
 * The kernel tells which device has joined a group, and not for which socket. It need not: what comes to a group is given to each
 * socket of that port that the address and the device fit, whoever has joined (IP_MULTICAST_ALL, ip(7)). */
#include "launcher/prove/prove_groups.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/** is_kernels - one that the kernel joins by itself: all hosts, all routers, and for each address of IPv6 its solicited nodes. */
static bool
is_kernels(const struct bg_addr *group)
{
	static const uint8_t solicited[13] = {0xff, 2, [11] = 1, [12] = 0xff}, all[13] = {0};
	const uint8_t *bytes = group->bytes;

	if (group->family == BG_IPV4)
		return bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 && (bytes[3] == 1 || bytes[3] == 2);
	return memcmp(bytes, solicited, sizeof(solicited)) == 0 ||
	       (memcmp(bytes + 2, all, sizeof(all)) == 0 && (bytes[15] == 1 || bytes[15] == 2));
}

/** read_igmp - a line: of a device, whose number is kept in @group, or a group of it. Return: is it one? */
static bool
read_igmp(const char *line, struct bg_addr *group)
{
	uint32_t word;

	if (line[0] != '\t') {
		sscanf(line, "%u", &group->scope_id);
		return false;
	}
	if (sscanf(line, " %8x", &word) != 1)
		return false;
	memcpy(group->bytes, &word, sizeof(word)); /* printed as it lies in memory */
	return true;
}

/** read_igmp6 - a line: the device's number and name, and a group of it. */
static bool
read_igmp6(const char *line, struct bg_addr *group)
{
	char digits[33] = "";

	if (sscanf(line, "%u %*s %32[0-9a-f]", &group->scope_id, digits) != 2 || strlen(digits) != 32)
		return false;
	for (size_t i = 0; i < 16; i++)
		if (sscanf(digits + 2 * i, "%2hhx", &group->bytes[i]) != 1)
			return false;
	return true;
}

/** prove_groups_find - the first one at the device of number @device, which is its scope. Return: is there one? */
bool
prove_groups_find(enum bg_family family, uint32_t device, struct bg_addr *group)
{
	FILE *file = fopen(family == BG_IPV4 ? "/proc/thread-self/net/igmp" : "/proc/thread-self/net/igmp6", "re");
	bool found = false;
	char line[128];

	*group = bg_addr_wildcard(family);
	while (file && !found && fgets(line, sizeof(line), file))
		found = (family == BG_IPV4 ? read_igmp(line, group) : read_igmp6(line, group)) &&
			group->scope_id == device && !is_kernels(group);
	if (file)
		fclose(file);
	return found;
}
