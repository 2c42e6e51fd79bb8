/* SPDX-License-Identifier: MIT
 * sockets.h - the sockets of this machine, as the kernel reports them. What `list` and `prove` share. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_SOCKETS_H
#define BINDGUARD_LAUNCHER_SOCKETS_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/decision.h"

/** enum state - what a socket does, as far as this command tells sockets apart. */
enum state {
	STATE_LISTENING,   /* takes connections */
	STATE_UNCONNECTED, /* takes datagrams or packets from anybody */
	STATE_CONNECTED,   /* takes datagrams from its peer alone */
};

/** enum v6only - IPV6_V6ONLY, ipv6(7). */
enum v6only {
	V6ONLY_UNKNOWN, /* the kernel does not say: IPv4, connected, or Linux before 4.3 */
	V6ONLY_OFF,
	V6ONLY_ON,
};

/** enum reach - from where a socket is reached, widest first: the order of the table. */
enum reach {
	REACH_ANYWHERE,
	REACH_PLACES,	 /* from those of its limit */
	REACH_INTERFACE, /* through @interface */
	REACH_MACHINE,	 /* from this machine only */
};

/** struct socket_limit - the places that a limited socket hears: @count of @from, all with their names. */
struct socket_limit {
	uint32_t count;
	struct bg_from from[BG_FROM_MAX];
};

/**
 * struct socket - a socket.
 * @protocol: without IPv4 and IPv6: that is @local.addr.family
 * @mptcp: a TCP socket that speaks MPTCP
 * @ip_protocol: of a raw socket, raw(7)
 * @state, @v6only: see there
 * @local, @peer: names; @peer only of STATE_CONNECTED
 * @ifindex: device it is bound to, 0: none
 * @uid, @inode: owner, and the number in /proc/PID/fd
 * @drops: packets that it has dropped, for want of room or by its filter
 * @full: it has no room for more now
 * @device: name of @ifindex, or ""
 * @reach, @interface: set by reach_find() and socket_limits_find(); @interface is "" but for REACH_INTERFACE
 * @limit: of socket_limits_find(), NULL: none is known; sockets_free() gives it back
 * @localnet: at a loopback address that an interface lets its neighbours reach: route_localnet
 * @ephemeral: UDP, on a wildcard and a port that the kernel may have chosen: perhaps a client
 */
struct socket {
	enum bg_protocol protocol;
	bool mptcp;
	uint8_t ip_protocol;
	enum state state;
	enum v6only v6only;
	struct bg_endpoint local;
	struct bg_endpoint peer;
	uint32_t ifindex;
	uint32_t uid;
	uint32_t inode;
	uint32_t drops;
	bool full;
	char device[BG_IFNAME_MAX];
	enum reach reach;
	char interface[BG_IFNAME_MAX];
	struct socket_limit *limit;
	bool localnet;
	bool ephemeral;
};

/**
 * struct sockets - a growing list of them.
 * @items, @count, @room: used and allocated elements
 * @missing: set of enum bg_protocol that the kernel speaks and its diagnosis does not show
 */
struct sockets {
	struct socket *items;
	size_t count;
	size_t room;
	unsigned missing;
};

/** enum parse_end - what a received buffer ended with. */
enum parse_end {
	PARSE_MORE,	   /* the dump goes on */
	PARSE_DONE,	   /* it is whole */
	PARSE_INTERRUPTED, /* the table changed meanwhile: ask again */
	PARSE_FAILED,	   /* *error says why */
};

void *sockets_grow(void *items, size_t count, size_t *room, size_t size);
enum parse_end sockets_parse(struct sockets *sockets, enum bg_protocol protocol, uint32_t sequence, const void *buffer,
			     size_t size, int *error);
int sockets_merge_mptcp(struct sockets *sockets, struct sockets *mptcp);
int sockets_dump(struct sockets *sockets, bool all);
void sockets_mark_ephemeral(struct sockets *sockets);
void sockets_free(struct sockets *sockets);

#endif
