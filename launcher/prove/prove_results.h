/* SPDX-License-Identifier: MIT
 * prove_results.h - sockets, and who reached them from where: what `bindguard prove` finds out, and the tests of servers
 * too. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_RESULTS_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/prove/network.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

/** enum prove_family - index of an address family in tables. */
enum prove_family { PROVE_IPV4, PROVE_IPV6, PROVE_FAMILIES };

/** enum place - from where, and at which addresses, a socket is tried. */
enum place {
	PLACE_LOOPBACK,	 /* from this machine, at a loopback address */
	PLACE_OWN,	 /* from this machine, at the machine's own address, or at the socket's where that is another */
	PLACE_ELSEWHERE, /* from the other machine */
	PLACE_GROUP,	 /* from this machine, by multicast */
	PLACES,
};

/** enum prove_loopback - loopback addresses that a machine's programs use: Debian gives the host's own name the second. */
enum prove_loopback { LOOPBACK_127_0_0_1, LOOPBACK_127_0_1_1, LOOPBACK_IPV6, LOOPBACKS };

/** enum outcome - how a try ended. */
enum outcome {
	OUTCOME_NOT_TRIED,    /* the socket does not serve that family */
	OUTCOME_REACHED,      /* TCP: connected; UDP: see prove_probe.c */
	OUTCOME_REFUSED,      /* the kernel said no */
	OUTCOME_NO_ANSWER,    /* nothing came back */
	OUTCOME_OTHER_SOCKET, /* another socket has what is sent there: both share the port */
};

/** enum verdict - what it all means, worst first. */
enum verdict {
	VERDICT_EXPOSED, /* the other machine reaches it */
	VERDICT_LOST,	 /* it does not, but neither does this one */
	VERDICT_GOOD,	 /* this machine only */
};

/**
 * struct prove_result - a socket, and who reaches it.
 * @program: that holds it, escaped; "?" where it is not seen
 * @outcomes: by place and family; at loopback, at the socket's own address where it is one
 * @loopback: at each of the loopback addresses
 */
struct prove_result {
	struct socket socket;
	char program[SOCKET_TEXT_MAX];
	enum outcome outcomes[PLACES][PROVE_FAMILIES];
	enum outcome loopback[LOOPBACKS];
};

/** struct prove_results - a growing list of them. @items, @count, @room: used and allocated elements */
struct prove_results {
	struct prove_result *items;
	size_t count;
	size_t room;
};

int prove_results_add(struct prove_results *results, const struct network *network, const struct sockets *sockets,
		      bool *fresh);
void prove_results_free(struct prove_results *results);
enum verdict prove_result_verdict(const struct prove_result *result);
bool prove_result_is_lost(const struct prove_result *result);
const char *prove_result_only_at(const struct prove_result *result, char text[BG_ADDR_TEXT_MAX]);
const char *prove_loopback_text(enum prove_loopback loopback);

#endif
