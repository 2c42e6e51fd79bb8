/* SPDX-License-Identifier: MIT
 * interface.h - which address an interface has, and which interface an address. Signal-safe. */
#ifndef BINDGUARD_INTERFACE_H
#define BINDGUARD_INTERFACE_H

#include "bindguard/policy.h"

BG_SIGSAFE int bg_interface_name(int fd, unsigned index, char name[BG_IFNAME_MAX]);

/* Both return the set of enum bg_family that the kernel may not be asked for: there, nothing found is no answer. */
BG_SIGSAFE unsigned bg_interface_addresses(int fd, const char *name, struct bg_addr *ipv4, struct bg_addr *ipv6);
BG_SIGSAFE unsigned bg_interface_of_address(int fd, const struct bg_addr *addr, char name[BG_IFNAME_MAX]);

BG_SIGSAFE unsigned bg_interface_rank(unsigned flags, const struct bg_addr *addr);

#endif
