/* SPDX-License-Identifier: MIT
 * prove_plan.h - what to try of a socket, and whom each try would reach. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_PLAN_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_PLAN_H

#include "launcher/prove/prove_results.h"

/** ATTEMPTS_MAX - of a socket. IPv4: three at loopback, one own, one from elsewhere, one by multicast; IPv6: one each. */
#define ATTEMPTS_MAX 10

/** enum receiver - whom the kernel gives a packet to. */
enum receiver { RECEIVER_UNKNOWN, RECEIVER_THIS, RECEIVER_OTHER, RECEIVER_NOBODY };

/**
 * struct attempt - one try.
 * @place, @family: from where and where, by what
 * @loopback: that loopback address, LOOPBACKS: another address
 * @to: the socket's end
 * @receiver: whom the kernel gives a packet for that
 */
struct attempt {
	enum place place;
	enum prove_family family;
	enum prove_loopback loopback;
	struct bg_endpoint to;
	enum receiver receiver;
};

enum side prove_side(enum place place);
int prove_plan(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	       struct attempt attempts[ATTEMPTS_MAX], size_t *count);

#endif
