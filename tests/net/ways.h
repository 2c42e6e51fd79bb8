/* SPDX-License-Identifier: MIT
 * ways.h - by which link a connection leaves: clients under rules for connect(2), and servers on either link that tell who
 * asks. Every engine runs the rows. */
#ifndef BINDGUARD_TESTS_NET_WAYS_H
#define BINDGUARD_TESTS_NET_WAYS_H

#include "net/places.h"

/**
 * struct way - one client.
 * @name: unique
 * @rules: the configuration
 * @arguments: of hosts/outgoing.c
 * @expected: what it prints: `ERRNO NAME%DEVICE LINK/WHO` of each connect(2); LINK is where the second host heard it
 * @nobodys: likewise without the privilege to take a device off a socket, where that is something else
 */
struct way {
	const char *name;
	const char *rules;
	const char *arguments;
	const char *expected;
	const char *nobodys;
};

extern const struct way ways[];
extern const size_t way_count;

int ways_set_up(void);
void ways_tear_down(void);
const char *ways_config(const struct way *way);

#endif
