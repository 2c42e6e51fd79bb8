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

/** enum place - from where, and at which addresses, a socket is tried. */
enum place {
	PLACE_LOOPBACK,	 /* from this machine, at a loopback address */
	PLACE_OWN,	 /* from this machine, at the machine's own address, or at the socket's where that is another */
	PLACE_ELSEWHERE, /* from the other machine */
	PLACES,
};

/** enum tried_loopback - loopback addresses that a machine's programs use: Debian gives the host's own name the second. */
enum tried_loopback { TRIED_127_0_0_1, TRIED_127_0_1_1, TRIED_1, TRIED_LOOPBACKS };

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
 * @reached: by place and family; at loopback, at the socket's own address where it is one
 * @loopback: at each of the loopback addresses
 */
struct tried {
	struct socket socket;
	char program[SOCKET_TEXT_MAX];
	enum reached reached[PLACES][TRIED_FAMILIES];
	enum reached loopback[TRIED_LOOPBACKS];
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
const char *tried_only_at(const struct tried *tried, char text[BG_ADDR_TEXT_MAX]);
const char *tried_loopback_text(enum tried_loopback loopback);

/** TRIED_ATTEMPTS - of a socket. IPv4: three at loopback, one own, one from elsewhere; IPv6: one each. */
#define TRIED_ATTEMPTS 8

/** enum taker - whom the kernel gives a packet to. */
enum taker { TAKER_UNKNOWN, TAKER_THIS, TAKER_OTHER, TAKER_NOBODY };

/**
 * struct attempt - one try.
 * @place, @family: from where and where, by what
 * @loopback: that loopback address, TRIED_LOOPBACKS: another address
 * @to: the socket's end
 * @taker: whom the kernel gives a packet for that
 */
struct attempt {
	enum place place;
	enum tried_family family;
	enum tried_loopback loopback;
	struct bg_endpoint to;
	enum taker taker;
};

/* prove_plan.c */
enum side prove_side(enum place place);
int prove_plan(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	       struct attempt attempts[TRIED_ATTEMPTS], size_t *count);

/* prove_probe.c */
long prove_clock_ms(void);
int prove_probe(const struct network *network, const struct sockets *sockets, struct tried *tried, bool *gone);

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
int prove_lookup(const struct packet *packet, uint32_t *inode);

#endif
