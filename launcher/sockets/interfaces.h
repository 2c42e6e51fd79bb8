/* SPDX-License-Identifier: MIT
 * interfaces.h - this machine's interfaces and their addresses. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_INTERFACES_H
#define BINDGUARD_LAUNCHER_SOCKETS_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/policy.h"

/**
 * struct interface_address - an address of an interface, or (@addr.family 0) the interface alone.
 * @broadcast: IPv4's, family 0: none
 * @localnet: it lets neighbours reach 127.0.0.0/8: net.ipv4.conf.NAME.route_localnet or that of `all`
 */
struct interface_address {
	char name[BG_IFNAME_MAX];
	uint32_t ifindex;
	bool loopback;
	struct bg_addr addr;
	struct bg_addr broadcast;
	bool localnet;
};

/** struct interfaces - all of this machine. @all_localnet: each of them has it */
struct interfaces {
	struct interface_address *items;
	size_t count;
	size_t room;
	bool all_localnet;
};

int interfaces_read(struct interfaces *interfaces);
void interfaces_free(struct interfaces *interfaces);

#endif
