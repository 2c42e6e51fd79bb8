/* SPDX-License-Identifier: MIT
 * keys_from.c - checks the places that a limit hears. Cold. */
#include <stdio.h>
#include <string.h>

#include "load/build.h"

/** block_mistake - why no packet that matters comes from @prefix, NULL where one can. */
static const char *
block_mistake(const struct bg_prefix *prefix)
{
	const struct bg_addr *addr = &prefix->addr;

	if (bg_addr_is_wildcard(addr) &&
	    prefix->bits >= (addr->family == BG_IPV4 ? 8 : 128)) /* 0.0.0.0/8: RFC 791 3.2 */
		return addr->family == BG_IPV4 ? "is nobody's address, expected 0.0.0.0/0 for all of IPv4"
					       : "is nobody's address, expected ::/0 for all of IPv6";
	if (prefix->bits && (addr->family == BG_IPV4 ? addr->bytes[0] >= 224 : addr->bytes[0] == 0xff))
		return "is multicast or broadcast, expected addresses that packets come from";
	return NULL;
}

/**
 * from_parse - a value of `from` (or of BINDGUARD_FROM).
 * @from: all of it is written, padding too: it is compared, and compiled in
 * Return: false and @why, "what is wrong, and what was expected", where it is no place.
 */
bool
from_parse(const char *value, struct bg_from *from, char *why, size_t why_size)
{
	const char *mistake;
	bool host_bits;

	memset(from, 0, sizeof(*from));
	from->kind = BG_FROM_MACHINE;
	if (strcmp(value, "machine") == 0)
		return true;
	if (bg_prefix_parse(value, &from->prefix, &host_bits)) {
		from->kind = BG_FROM_PREFIX;
		mistake = host_bits ? "has bits set behind its prefix length, expected the first address of the block"
				    : block_mistake(&from->prefix);
		if (mistake)
			snprintf(why, why_size, "from \"%.60s\" %s", value, mistake);
		return !mistake;
	}
	memset(&from->prefix, 0, sizeof(from->prefix));
	mistake = address_mistake(value);
	if (mistake) {
		snprintf(why, why_size, "from \"%.60s\" %s", value, mistake);
		return false;
	}
	from->kind = BG_FROM_INTERFACE;
	snprintf(from->interface, sizeof(from->interface), "%s", value);
	mistake = strchr(value, ',') ? "has a comma" : interface_mistake(value);
	if (mistake)
		snprintf(why, why_size,
			 "from \"%.60s\" %s, expected machine, an interface's name, an address, or a block such as "
			 "10.0.0.0/8",
			 value, mistake);
	return !mistake;
}

/** keys_from - a value of `from`. */
void
keys_from(struct build *build, struct bg_rule *rule, const struct value *value)
{
	char why[BG_DIAG_TEXT_MAX] =
		"from is empty, expected at least one place: machine, an interface's name, an address "
		"or a block";
	struct bg_from from;

	if (value->nth == BG_FROM_MAX + 1)
		bg_diags_add(build->diags, value->line, "from has more than %d values", BG_FROM_MAX);
	else if (value->nth > BG_FROM_MAX)
		return;
	else if (!value->text || !from_parse(value->text, &from, why, sizeof(why)))
		bg_diags_add(build->diags, value->line, "%s", why);
	else
		build_item(build, &rule->from, &from, sizeof(from), sizeof(uint32_t));
}
