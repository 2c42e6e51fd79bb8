/* SPDX-License-Identifier: MIT
 * keys_call.c - checks that what a rule does can be done to a socket that connects. Cold. */
#include <string.h>

#include "load/build.h"

/** goes_nowhere - does the rule, a rewrite, have a target from which no other host is reached (EINVAL)? */
static bool
goes_nowhere(const struct bg_rule *rule)
{
	if (rule->target == BG_TARGET_LOOPBACK)
		return true;
	if (rule->target == BG_TARGET_INTERFACE)
		return strcmp(rule->interface, "lo") == 0;
	return (rule->has_ipv4 && bg_addr_is_loopback(&rule->ipv4)) ||
	       (rule->has_ipv6 && bg_addr_is_loopback(&rule->ipv6));
}

/** is_told - does a mistake of @line speak for itself? */
static bool
is_told(const struct build *build, unsigned line)
{
	for (unsigned i = 0; i < build->diags->count; i++)
		if (build->diags->items[i].line == line)
			return true;
	return false;
}

/** keys_call_check - all values of @rule were seen: is it for connect(2), and cannot be? */
void
keys_call_check(struct build *build, struct bg_rule *rule)
{
	const char *name = build_at(build, rule->name);
	const unsigned *given = build->given;

	if (!(rule->calls & BG_RULE_CONNECT))
		return;
	if (rule->action == BG_ACTION_LIMIT)
		bg_diags_add(build->diags, given[KEY_ACTION],
			     "rule \"%s\": limit is for servers, expected another action, or call = {\"bind\"}", name);
	if (given[KEY_TO_PORT] && rule->action == BG_ACTION_REWRITE)
		bg_diags_add(build->diags, given[KEY_TO_PORT],
			     "rule \"%s\": to_port is for servers, expected call = {\"bind\"} or this key removed",
			     name);
	if (rule->action == BG_ACTION_REWRITE && given[KEY_TO] && !is_told(build, given[KEY_TO]) && goes_nowhere(rule))
		bg_diags_add(
			build->diags, given[KEY_TO],
			"rule \"%s\": no other host is reached from loopback, expected to = an address or an interface "
			"of a network, or action = deny",
			name);
	if (rule->action == BG_ACTION_CONFINE && (!given[KEY_INTERFACE] || strcmp(rule->interface, "lo") == 0))
		bg_diags_add(
			build->diags, given[KEY_INTERFACE] ? given[KEY_INTERFACE] : given[KEY_ACTION],
			"rule \"%s\": no other host is reached through lo, expected interface = that of a network, or "
			"action = deny",
			name);
}
