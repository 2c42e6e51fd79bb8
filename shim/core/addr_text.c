/* SPDX-License-Identifier: MIT
 * addr_text.c - prints and parses IPv4 and IPv6 addresses. Pure. */
#include <arpa/inet.h>
#include <string.h>

#include "bindguard/addr.h"
#include "bindguard/line.h"

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
	for (size_t i = 0; i < (prefix->addr.family == BG_IPV4 ? 4 : 16); i++) {
		int kept = bits - (int)i * 8;
		uint8_t mask = kept >= 8 ? 0 : kept <= 0 ? 0xff : (uint8_t)(0xff >> kept);

		if (prefix->addr.bytes[i] & mask)
			*host_bits_set = true;
	}
	return true;
}
