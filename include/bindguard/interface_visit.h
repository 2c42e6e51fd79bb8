/* SPDX-License-Identifier: MIT
 * interface_visit.h - shared by interface.c and interface_visit.c: one address after the other. Signal-safe. */
#ifndef BINDGUARD_INTERFACE_VISIT_H
#define BINDGUARD_INTERFACE_VISIT_H

#include "bindguard/policy.h"

/**
 * struct bg_visit - what addresses are searched for.
 * @each: called for each address with its interface and its rank (lower wins)
 * @index: in: of the interface (addresses); out: found (of_address)
 * @addr: in: of_address
 * @ipv4, @ipv6: out: addresses
 * @rank4, @rank6: of the best so far
 */
struct bg_visit {
	void (*each)(struct bg_visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank);
	unsigned index;
	const struct bg_addr *addr;
	struct bg_addr *ipv4, *ipv6;
	unsigned rank4, rank6;
};

BG_SIGSAFE int bg_interface_index(int fd, const char *name, unsigned *index);
BG_SIGSAFE int bg_interface_visit_ioctl(int fd, struct bg_visit *visit);
BG_SIGSAFE int bg_interface_visit_proc(int fd, struct bg_visit *visit);

#endif
