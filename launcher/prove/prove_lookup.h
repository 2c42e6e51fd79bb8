/* SPDX-License-Identifier: MIT
 * prove_lookup.h - which socket the kernel would give a packet to. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_LOOKUP_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_LOOKUP_H

#include "bindguard/decision.h"

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

int prove_lookup(const struct packet *packet, uint32_t *inode);

#endif
