/* SPDX-License-Identifier: MIT
 * tried.h - sockets, and who reached them from where: what `bindguard prove` finds out, and the tests of servers too. */
#ifndef BINDGUARD_LAUNCHER_TRIED_H
#define BINDGUARD_LAUNCHER_TRIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/list.h"
#include "launcher/network.h"

/** enum tried_family - index of an address family in tables. */
enum tried_family { TRIED_IPV4, TRIED_IPV6, TRIED_FAMILIES };

/** enum reached - how a try ended. */
enum reached {
	REACHED_UNTRIED, /* the socket does not serve that family */
	REACHED_YES,	 /* TCP: connected; UDP: see prove_probe.c */
	REACHED_REFUSED, /* the kernel said no */
	REACHED_SILENT,	 /* nothing came back */
	REACHED_OTHER,	 /* another socket has what is sent there: both share the port */
};

/** enum verdict - what it all means, worst first. */
enum verdict {
	VERDICT_EXPOSED, /* the other machine reaches it */
	VERDICT_LOST,	 /* it does not, but neither does this one */
	VERDICT_GOOD,	 /* this machine only */
};

/**
 * struct tried - a socket and who reaches it.
 * @program: that holds it, escaped; "?" where it is not seen
 * @reached: by side and family
 */
struct tried {
	struct socket socket;
	char program[SOCKET_TEXT_MAX];
	enum reached reached[SIDES][TRIED_FAMILIES];
};

/** struct trials - a growing list of them. @items, @count, @room: used and allocated elements */
struct trials {
	struct tried *items;
	size_t count;
	size_t room;
};

/* tried.c */
int sockets_read_reach(struct sockets *sockets);
int trials_add(struct trials *trials, const struct network *network, const struct sockets *sockets, bool *fresh);
void trials_free(struct trials *trials);
enum verdict tried_verdict(const struct tried *tried);
bool tried_is_lost(const struct tried *tried);

/* prove_probe.c */
bool prove_probe(const struct network *network, const struct sockets *sockets, const struct socket *socket,
		 enum reached reached[SIDES][TRIED_FAMILIES]);

/**
 * struct packet - that might arrive.
 * @from, @to: the sender's end, the socket's end
 * @ifindex: device at which it arrives
 */
struct packet {
	enum bg_protocol protocol;
	struct bg_endpoint from;
	struct bg_endpoint to;
	uint32_t ifindex;
};

/* prove_lookup.c */
bool prove_lookup(const struct packet *packet, uint32_t *inode);

#endif
