/* SPDX-License-Identifier: MIT
 * network.h - two machines on one cable, each a network namespace of this process, and nothing else of this computer's
 * network in them. `bindguard prove` runs CMD on one of them, and so do the tests with their servers. */
#ifndef BINDGUARD_LAUNCHER_PROVE_NETWORK_H
#define BINDGUARD_LAUNCHER_PROVE_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "bindguard/decision.h"
#include "launcher/prove/network_addresses.h"

#define NETWORK_LOOPBACK_INDEX 1 /* of `lo`, in every namespace: LOOPBACK_IFINDEX of Linux */

/** enum side - where a connection comes from: the machine of the server, or the other one. */
enum side { SIDE_HERE, SIDE_THERE, SIDES };

/** enum namespace_user - whom an ordinary user is in the user namespace that the network needs. */
enum namespace_user {
	NAMESPACE_USER_SELF, /* what it starts has no more rights than before */
	NAMESPACE_USER_ROOT, /* what it starts may still configure the network */
};

/**
 * struct network - two machines on one cable.
 * @namespaces: descriptors, -1: none
 * @devices: index of the device at the cable
 * @second: of that at a second cable; 0: there is none
 * @ipv6: both machines have IPv6 addresses
 */
struct network {
	int namespaces[SIDES];
	uint32_t devices[SIDES];
	uint32_t second[SIDES];
	bool ipv6;
};

/* network.c */
int network_make(struct network *network, enum namespace_user user);
int network_enter(const struct network *network, enum side side);
int network_socket(const struct network *network, enum side side, int family, int type, int protocol);
void network_close(struct network *network);

#define NETWORK_CONNECT_MS 1500 /* for a connection: a SYN that was lost is sent again after a second */

/* network_connect.c */
int network_begin(const struct network *network, enum side side, enum bg_protocol protocol,
		  const struct bg_endpoint *to, int *fd);
int network_connect(const struct network *network, enum side side, enum bg_protocol protocol,
		    const struct bg_endpoint *to, int *fd);
bool network_is_datagram(enum bg_protocol protocol);
int network_await(int fd, short events, int milliseconds);

/* network_link.c */
int network_link_make(struct network *network);
int network_link_add(struct network *network, const char *name);
int network_link_route(const struct network *network, bool second, uint32_t metric);
void network_link_groups(const struct network *network);
struct bg_addr network_address(enum side side, enum bg_family family);

#endif
