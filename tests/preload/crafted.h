/* SPDX-License-Identifier: MIT
 * crafted.h - UDP datagrams of any source address, written byte by byte and put on a cable by the second host. */
#ifndef BINDGUARD_TESTS_PRELOAD_CRAFTED_H
#define BINDGUARD_TESTS_PRELOAD_CRAFTED_H

#include <stdbool.h>
#include <stdint.h>

#include "bindguard/addr.h"

/** enum crafted - what stands between the IP header and the UDP header, and in how many packets. */
enum crafted {
	CRAFTED_PLAIN,
	CRAFTED_OPTIONS,   /* IPv4: a router alert; IPv6: destination options, RFC 8200 4.6 */
	CRAFTED_FRAGMENTS, /* two of them */
	CRAFTED_FORMS,
};

bool crafted_open(const char *device);
void crafted_close(void);
bool crafted_send(const struct bg_addr *source, unsigned port, uint32_t number, enum crafted form);

#endif
