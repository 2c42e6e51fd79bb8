/* SPDX-License-Identifier: MIT
 * addr.c - classifies, compares, prints and parses IPv4 and IPv6 addresses. Pure. */
#include "bindguard/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "bindguard/line.h"

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/** addr_bytes - how many of @addr's bytes count. */
static size_t
addr_bytes(const struct bg_addr *addr)
{
	return addr->family == BG_IPV4 ? 4 : 16;
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
	return a->family == b->family && a->scope_id == b->scope_id && memcmp(a->bytes, b->bytes, addr_bytes(a)) == 0;
}

/** bg_addr_is_wildcard - 0.0.0.0, :: or ::ffff:0.0.0.0. */
bool
bg_addr_is_wildcard(const struct bg_addr *addr)
{
	static const uint8_t zeros[16];
	struct bg_addr plain = bg_addr_unmap(addr);

	return memcmp(plain.bytes, zeros, addr_bytes(&plain)) == 0;
}

/** bg_addr_is_loopback - 127.0.0.0/8 (RFC 1122 3.2.1.3), ::1 (RFC 4291 2.5.3) or ::ffff:127.0.0.0/104. */
bool
bg_addr_is_loopback(const struct bg_addr *addr)
{
	struct bg_addr plain = bg_addr_unmap(addr);
	struct bg_addr one = bg_addr_loopback(BG_IPV6);

	if (plain.family == BG_IPV4)
		return plain.bytes[0] == 127;
	return memcmp(plain.bytes, one.bytes, sizeof(one.bytes)) == 0;
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
	return addr->family == BG_IPV6 && memcmp(addr->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/** bg_addr_unmap - the IPv4 address inside a mapped one; any other address as it is. */
struct bg_addr
bg_addr_unmap(const struct bg_addr *addr)
{
	if (!bg_addr_is_mapped(addr))
		return *addr;
	return bg_addr_ipv4(addr->bytes[12], addr->bytes[13], addr->bytes[14], addr->bytes[15]);
}

/** bg_prefix_contains - @addr lies in @prefix; a mapped address counts as IPv4, the scope is ignored. */
bool
bg_prefix_contains(const struct bg_prefix *prefix, const struct bg_addr *addr)
{
	struct bg_addr plain = bg_addr_unmap(addr);
	size_t whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (plain.family != prefix->addr.family)
		return false;
	if (memcmp(plain.bytes, prefix->addr.bytes, whole) != 0)
		return false;
	return rest == 0 || ((plain.bytes[whole] ^ prefix->addr.bytes[whole]) & mask) == 0;
}

/** format_ipv4 - a.b.c.d from four bytes. */
static void
format_ipv4(struct bg_line *line, const uint8_t *bytes)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			bg_line_char(line, '.');
		bg_line_number(line, bytes[i]);
	}
}

/** format_group - one 16-bit group in lower-case hexadecimal without leading zeros. */
static void
format_group(struct bg_line *line, unsigned group)
{
	bool started = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = (group >> shift) & 15;

		started = started || digit || shift == 0;
		if (started)
			bg_line_char(line, "0123456789abcdef"[digit]);
	}
}

/** longest_zeros - start of the first longest run of two or more zero groups, its length in @length; RFC 5952 4.2. */
static int
longest_zeros(const unsigned groups[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0; i < 8; i++) {
		int run = 0;

		while (i + run < 8 && groups[i + run] == 0)
			run++;
		if (run > *length) {
			*length = run;
			best = i;
		}
	}
	return best;
}

/** format_ipv6 - the canonical text of RFC 5952; a mapped address ends in dotted decimal. */
static void
format_ipv6(struct bg_line *line, const struct bg_addr *addr)
{
	unsigned groups[8];
	int zeros_length, zeros;

	if (bg_addr_is_mapped(addr)) {
		bg_line_text(line, "::ffff:");
		format_ipv4(line, addr->bytes + 12);
		return;
	}
	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)addr->bytes[2 * i] << 8 | addr->bytes[2 * i + 1];
	zeros = longest_zeros(groups, &zeros_length);
	for (int i = 0; i < 8; i++) {
		if (i == zeros) {
			bg_line_text(line, "::");
			i += zeros_length - 1;
			continue;
		}
		if (i && i != zeros + zeros_length)
			bg_line_char(line, ':');
		format_group(line, groups[i]);
	}
}

/**
 * bg_addr_format - print @addr without brackets, `%` and the interface index behind it where it has a scope.
 * Return: bytes written without the terminator. Like inet_ntop(3), which POSIX does not call async-signal-safe.
 */
size_t
bg_addr_format(const struct bg_addr *addr, char text[BG_ADDR_TEXT_MAX])
{
	struct bg_line line = {.text = text, .size = BG_ADDR_TEXT_MAX - 1};

	if (addr->family == BG_IPV4)
		format_ipv4(&line, addr->bytes);
	else
		format_ipv6(&line, addr);
	if (addr->family == BG_IPV6 && addr->scope_id) {
		bg_line_char(&line, '%');
		bg_line_number(&line, addr->scope_id);
	}
	text[line.length] = '\0';
	return line.length;
}

/** bg_addr_parse - read an address as inet_pton(3) does. Return: false where @text is none; @addr is then undefined. */
bool
bg_addr_parse(const char *text, struct bg_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = BG_IPV4;
	if (inet_pton(AF_INET, text, addr->bytes) == 1)
		return true;
	addr->family = BG_IPV6;
	return inet_pton(AF_INET6, text, addr->bytes) == 1;
}

/** parse_bits - a prefix length of 0..@most in decimal. Return: -1 where @text is none. */
static int
parse_bits(const char *text, int most)
{
	int bits = 0;

	if (!*text || strlen(text) > 3 || (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (*text - '0');
	}
	return bits <= most ? bits : -1;
}

/**
 * bg_prefix_parse - read `ADDRESS` or `ADDRESS/BITS`; mapped IPv4 becomes IPv4 (with at least /96).
 * @host_bits_set: set to whether bits behind the prefix were set, which is an error for the caller to tell
 * Return: false where @text is neither.
 */
bool
bg_prefix_parse(const char *text, struct bg_prefix *prefix, bool *host_bits_set)
{
	const char *slash = strchr(text, '/');
	char address[BG_ADDR_TEXT_MAX];
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	int bits;

	*host_bits_set = false;
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!bg_addr_parse(address, &prefix->addr))
		return false;
	bits = prefix->addr.family == BG_IPV4 ? 32 : 128;
	if (slash)
		bits = parse_bits(slash + 1, bits);
	if (bits < 0)
		return false;
	if (bg_addr_is_mapped(&prefix->addr) && bits >= 96) {
		prefix->addr = bg_addr_unmap(&prefix->addr);
		bits -= 96;
	}
	prefix->bits = (uint8_t)bits;
	for (size_t i = 0; i < addr_bytes(&prefix->addr); i++) {
		int kept = bits - (int)i * 8;
		uint8_t mask = kept >= 8 ? 0 : kept <= 0 ? 0xff : (uint8_t)(0xff >> kept);

		if (prefix->addr.bytes[i] & mask)
			*host_bits_set = true;
	}
	return true;
}
