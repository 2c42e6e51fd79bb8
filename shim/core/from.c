/* SPDX-License-Identifier: MIT
 * from.c - the places that a limited socket hears, as words. Pure. */
#include "bindguard/from.h"

#include <string.h>

void
bg_from_append(struct bg_line *line, const struct bg_from *from, enum bg_escape escape)
{
	const struct bg_prefix *prefix = &from->prefix;
	char text[BG_ADDR_TEXT_MAX];

	if (from->kind == BG_FROM_MACHINE)
		bg_line_text(line, "machine");
	if (from->kind == BG_FROM_INTERFACE)
		bg_line_escaped(line, from->interface, 2 * (size_t)BG_IFNAME_MAX, escape);
	if (from->kind != BG_FROM_PREFIX)
		return;
	bg_addr_format(&prefix->addr, text);
	bg_line_text(line, text);
	if (prefix->bits == (prefix->addr.family == BG_IPV4 ? 32 : 128))
		return;
	bg_line_char(line, '/');
	bg_line_number(line, prefix->bits);
}

bool
bg_from_is_machine(const struct bg_from *from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct bg_prefix *prefix = &from[i].prefix;

		if (from[i].kind == BG_FROM_INTERFACE && memcmp(from[i].interface, "lo", sizeof("lo")) != 0)
			return false;
		if (from[i].kind == BG_FROM_PREFIX &&
		    (!bg_addr_is_loopback(&prefix->addr) || prefix->bits < (prefix->addr.family == BG_IPV4 ? 8 : 128)))
			return false;
	}
	return true;
}
