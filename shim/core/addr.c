/* SPDX-License-Identifier: MIT
 * addr.c - classifies and compares IPv4 and IPv6 addresses. Pure; word by word and without tables, so that the kernel's verifier
 * takes it, too: bindguard/verifier.h. */
#include "bindguard/addr.h"

#include <string.h>

/** struct words - the bytes of an address, as fast to compare as can be; in network order. */
struct words {
	uint32_t at[4];
};

/** words_of - all 16 bytes: those that an IPv4 address does not use are zero. */
static struct words
words_of(const struct bg_addr *addr)
{
	struct words words;

	memcpy(words.at, addr->bytes, sizeof(words.at));
	return words;
}

/** bg_addr_ipv4 - the address a.b.c.d. */
struct bg_addr
bg_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct bg_addr addr = {.family = BG_IPV4, .bytes = {a, b, c, d}};

	return addr;
}

/** bg_addr_wildcard - 0.0.0.0 (INADDR_ANY, ip(7)) or :: (in6addr_any, ipv6(7)). */
struct bg_addr
bg_addr_wildcard(enum bg_family family)
{
	struct bg_addr addr = {.family = (uint8_t)family};

	return addr;
}

/** bg_addr_loopback - 127.0.0.1 or ::1. */
struct bg_addr
bg_addr_loopback(enum bg_family family)
{
	struct bg_addr addr = bg_addr_wildcard(family);

	if (family == BG_IPV4)
		return bg_addr_ipv4(127, 0, 0, 1);
	addr.bytes[15] = 1;
	return addr;
}

/** bg_addr_equal - same family, bytes and scope. */
bool
bg_addr_equal(const struct bg_addr *a, const struct bg_addr *b)
{
	struct words x = words_of(a), y = words_of(b);

	return a->family == b->family && a->scope_id == b->scope_id &&
	       ((x.at[0] ^ y.at[0]) | (x.at[1] ^ y.at[1]) | (x.at[2] ^ y.at[2]) | (x.at[3] ^ y.at[3])) == 0;
}

/** bg_addr_is_wildcard - 0.0.0.0, :: or ::ffff:0.0.0.0. */
bool
bg_addr_is_wildcard(const struct bg_addr *addr)
{
	struct bg_addr plain = bg_addr_unmap(addr);
	struct words words = words_of(&plain);

	return (words.at[0] | words.at[1] | words.at[2] | words.at[3]) == 0;
}

/** bg_addr_is_loopback - 127.0.0.0/8 (RFC 1122 3.2.1.3), ::1 (RFC 4291 2.5.3) or ::ffff:127.0.0.0/104. */
bool
bg_addr_is_loopback(const struct bg_addr *addr)
{
	struct bg_addr plain = bg_addr_unmap(addr);
	struct words words = words_of(&plain);

	if (plain.family == BG_IPV4)
		return plain.bytes[0] == 127;
	return (words.at[0] | words.at[1] | words.at[2] | plain.bytes[12] | plain.bytes[13] | plain.bytes[14]) == 0 &&
	       plain.bytes[15] == 1;
}

/** bg_addr_is_here - as a destination, this machine: loopback, or the wildcard, which means it there, ip(7). */
bool
bg_addr_is_here(const struct bg_addr *addr)
{
	return bg_addr_is_loopback(addr) || bg_addr_is_wildcard(addr);
}

/** bg_addr_is_link_local - fe80::/10 (RFC 4291 2.5.6) or 169.254.0.0/16 (RFC 3927). */
bool
bg_addr_is_link_local(const struct bg_addr *addr)
{
	if (addr->family == BG_IPV4)
		return addr->bytes[0] == 169 && addr->bytes[1] == 254;
	return addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80;
}

/** bg_addr_is_mapped - ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
bool
bg_addr_is_mapped(const struct bg_addr *addr)
{
	struct words words = words_of(addr);

	return addr->family == BG_IPV6 && (words.at[0] | words.at[1] | addr->bytes[8] | addr->bytes[9]) == 0 &&
	       (addr->bytes[10] & addr->bytes[11]) == 0xff;
}

/** bg_addr_unmap - the IPv4 address inside a mapped one; any other address as it is. */
struct bg_addr
bg_addr_unmap(const struct bg_addr *addr)
{
	if (!bg_addr_is_mapped(addr))
		return *addr;
	return bg_addr_ipv4(addr->bytes[12], addr->bytes[13], addr->bytes[14], addr->bytes[15]);
}

/** first_bits - a word whose first @bits bits are set, of 0..32, in network order. */
static uint32_t
first_bits(uint64_t bits)
{
	uint32_t mask = (uint32_t)(0xffffffff00000000ull >> bits);
	const uint8_t bytes[4] = {(uint8_t)(mask >> 24), (uint8_t)(mask >> 16), (uint8_t)(mask >> 8), (uint8_t)mask};
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/**
 * bg_prefix_contains - @addr lies in @prefix; a mapped address counts as IPv4, the scope is ignored. Without a branch a word: the
 * verifier follows each branch of each prefix of each rule.
 */
bool
bg_prefix_contains(const struct bg_prefix *prefix, const struct bg_addr *addr)
{
	struct bg_addr plain = bg_addr_unmap(addr);
	struct words x = words_of(&plain), y = words_of(&prefix->addr);
	uint32_t differ = plain.family ^ prefix->addr.family;

	for (int i = 0; i < 4; i++) {
		uint64_t kept = (uint64_t)prefix->bits - 32 * (uint64_t)i, over;

		kept &= (kept >> 63) - 1; /* at least 0 */
		over = 32 - kept;
		over &= (over >> 63) - 1; /* at most 32 */
		differ |= (x.at[i] ^ y.at[i]) & first_bits(32 - over);
	}
	return differ == 0;
}
