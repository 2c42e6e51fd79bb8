/* SPDX-License-Identifier: MIT
 * places.h - asks a server from every place at once: at loopback and at the machine's own addresses from here, from the
 * second host on each of two links, and by multicast. */
#ifndef BINDGUARD_TESTS_NET_PLACES_H
#define BINDGUARD_TESTS_NET_PLACES_H

#include "net/net.h"

/** PLACES_DEVICE - the second link, a device of either host. */
#define PLACES_DEVICE "link2"
#define PLACES_HERE4 "198.18.0.1"
#define PLACES_THERE4 "198.18.0.2"
#define PLACES_NET4 "198.18.0.0/24"
#define PLACES_HERE6 "2001:db8:1::1"
#define PLACES_THERE6 "2001:db8:1::2"
#define PLACES_NET6 "2001:db8:1::/64"
#define PLACES_GROUP4 "239.1.2.3"

/** PLACES_COUNT - letters of a pattern, in the order of places.c: A answered, R refused, S silent, - not asked. */
#define PLACES_COUNT 12

int places_set_up(void);
int places_make_link(unsigned index);
void places_ask(enum bg_protocol protocol, unsigned port, const char *expected, char got[PLACES_COUNT + 1]);
const char *places_head(void);

#endif
