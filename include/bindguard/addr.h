/* SPDX-License-Identifier: MIT
 * addr.h - IPv4 and IPv6 addresses, endpoints and prefixes as plain values. Pure: usable in every room. */
#ifndef BINDGUARD_ADDR_H
#define BINDGUARD_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/attr.h"

/** enum bg_family - address family; the values are bits, so that a rule can hold a set of them. */
enum bg_family {
	BG_IPV4 = 1,
	BG_IPV6 = 2,
};

/**
 * struct bg_addr - an IPv4 or IPv6 address.
 * @family: BG_IPV4 or BG_IPV6
 * @bytes: network order; IPv4 uses the first four, the others are zero
 * @scope_id: interface index of a link-local IPv6 address (ipv6(7), sin6_scope_id), else 0
 */
struct bg_addr {
	uint8_t family;
	uint8_t bytes[16];
	uint32_t scope_id;
};

/**
 * struct bg_endpoint - an address and a port.
 * @addr: the address
 * @port: host byte order; 0 asks the kernel to choose
 */
struct bg_endpoint {
	struct bg_addr addr;
	uint16_t port;
};

/**
 * struct bg_prefix - a CIDR block, or a single address when @bits is the full width.
 * @addr: first address of the block (host bits are zero)
 * @bits: prefix length, 0..32 or 0..128
 */
struct bg_prefix {
	struct bg_addr addr;
	uint8_t bits;
};

/** BG_ADDR_TEXT_MAX - bytes that bg_addr_format() may write, terminator included (scope id in decimal). */
#define BG_ADDR_TEXT_MAX 64

BG_SIGSAFE struct bg_addr bg_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
BG_SIGSAFE struct bg_addr bg_addr_wildcard(enum bg_family family);
BG_SIGSAFE struct bg_addr bg_addr_loopback(enum bg_family family);
BG_SIGSAFE bool bg_addr_equal(const struct bg_addr *a, const struct bg_addr *b);
BG_SIGSAFE bool bg_addr_is_wildcard(const struct bg_addr *addr);
BG_SIGSAFE bool bg_addr_is_loopback(const struct bg_addr *addr);
BG_SIGSAFE bool bg_addr_is_here(const struct bg_addr *addr);
BG_SIGSAFE bool bg_addr_is_link_local(const struct bg_addr *addr);
BG_SIGSAFE bool bg_addr_is_mapped(const struct bg_addr *addr);
BG_SIGSAFE struct bg_addr bg_addr_unmap(const struct bg_addr *addr);
BG_SIGSAFE bool bg_prefix_contains(const struct bg_prefix *prefix, const struct bg_addr *addr);
BG_SIGSAFE size_t bg_addr_format(const struct bg_addr *addr, char text[BG_ADDR_TEXT_MAX]);
bool bg_addr_parse(const char *text, struct bg_addr *addr);
bool bg_prefix_parse(const char *text, struct bg_prefix *prefix, bool *host_bits_set);

#endif
