/* SPDX-License-Identifier: MIT
 * keys_action.c - checks the keys of a rule that say what it does, and that they fit together. Cold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "load/build.h"

static const struct word action_words[] = {{"allow", BG_ACTION_ALLOW},	   {"rewrite", BG_ACTION_REWRITE},
					   {"confine", BG_ACTION_CONFINE}, {"limit", BG_ACTION_LIMIT},
					   {"deny", BG_ACTION_DENY},	   {NULL, 0}};

#define ACTION_UNKNOWN BG_ACTION_UNDO /* the word was wrong, and was told */

/** target_mistake - why @addr cannot be a target, NULL where it can. */
static const char *
target_mistake(const struct bg_addr *addr)
{
	bool ipv4 = addr->family == BG_IPV4;

	if (bg_addr_is_mapped(addr))
		return "is a mapped address, expected it as IPv4";
	if (bg_addr_is_wildcard(addr))
		return "is the wildcard, expected an address of this machine";
	if (ipv4 ? addr->bytes[0] >= 224 : addr->bytes[0] == 0xff)
		return "is a multicast or broadcast address, expected an address of this machine";
	if (!ipv4 && bg_addr_is_link_local(addr))
		return "is link-local, expected a global address or the interface's name";
	return NULL;
}

/** take_interface - one value of `to` that is no address. Return: false and @why where it is no interface's name either. */
static bool
take_interface(struct bg_rule *rule, const char *value, char *why, size_t why_size)
{
	struct bg_prefix prefix;
	bool host_bits;
	const char *mistake = bg_prefix_parse(value, &prefix, &host_bits) ? "is a block, expected one address of it"
									  : address_mistake(value);

	rule->target = BG_TARGET_INTERFACE;
	snprintf(rule->interface, sizeof(rule->interface), "%s", value);
	if (mistake) {
		snprintf(why, why_size, "target \"%.60s\" %s", value, mistake);
		return false;
	}
	mistake = strchr(value, ',') ? "has a comma" : interface_mistake(value);
	if (mistake)
		snprintf(why, why_size, "target \"%.60s\" %s, expected loopback, an address or an interface's name",
			 value, mistake);
	return !mistake;
}

/** take_target - one value of `to`. Return: false and @why where it is wrong. */
static bool
take_target(struct bg_rule *rule, const char *value, char *why, size_t why_size)
{
	const char *mistake;
	struct bg_addr addr;
	bool *has;

	if (strcmp(value, "loopback") == 0) {
		rule->target = BG_TARGET_LOOPBACK;
		return true;
	}
	if (!bg_addr_parse(value, &addr))
		return take_interface(rule, value, why, why_size);
	has = addr.family == BG_IPV4 ? &rule->has_ipv4 : &rule->has_ipv6;
	mistake = target_mistake(&addr);
	if (!mistake && *has)
		mistake = "is a second address of its family, expected one IPv4 and/or one IPv6 address";
	if (mistake) {
		snprintf(why, why_size, "target \"%.60s\" %s", value, mistake);
		return false;
	}
	rule->target = BG_TARGET_ADDRESS;
	*(addr.family == BG_IPV4 ? &rule->ipv4 : &rule->ipv6) = addr;
	*has = true;
	return true;
}

/**
 * target_add - a value of `to` (or of BINDGUARD_TO) into @rule.
 * @nth: which one, from 1 on
 * Return: false and @why, "what is wrong, and what was expected", where it is no target, or none beside the earlier ones.
 */
bool
target_add(struct bg_rule *rule, const char *value, unsigned nth, char *why, size_t why_size)
{
	enum bg_target before = (enum bg_target)rule->target;

	if (!take_target(rule, value, why, why_size))
		return false;
	if (nth == 1 || (before == BG_TARGET_ADDRESS && rule->target == BG_TARGET_ADDRESS))
		return true;
	snprintf(why, why_size,
		 "several targets, expected loopback, or one interface, or one IPv4 and/or one IPv6 address");
	return false;
}

/** set_to - a value of `to`; the first one that is wrong is told. */
static void
set_to(struct build *build, struct bg_rule *rule, const struct value *value)
{
	char why[BG_DIAG_TEXT_MAX] = "no target, expected loopback, addresses or an interface's name";

	if (build->spoiled || (value->text && target_add(rule, value->text, value->nth, why, sizeof(why))))
		return;
	build->spoiled = value->text != NULL;
	bg_diags_add(build->diags, value->line, "%s", why);
}

/** set_to_port - a port other than 0. */
static void
set_to_port(struct build *build, struct bg_rule *rule, const struct value *value)
{
	char *end;
	unsigned long port = strtoul(value->text, &end, 10);

	if (*value->text < '0' || *value->text > '9' || *end || port == 0 || port > 65535)
		bg_diags_add(build->diags, value->line, "to_port \"%.60s\", expected a port of 1 to 65535",
			     value->text);
	else
		rule->to_port = (uint16_t)port;
}

/** set_interface - of a confine. */
static void
set_interface(struct build *build, struct bg_rule *rule, const struct value *value)
{
	const char *mistake = interface_mistake(value->text);

	if (!mistake)
		snprintf(rule->interface, sizeof(rule->interface), "%s", value->text);
	else
		bg_diags_add(build->diags, value->line,
			     "interface \"%.60s\" %s, expected a name of 1 to 15 bytes such as lo or eth0", value->text,
			     mistake);
}

/** set_action - the word of `action`. */
static void
set_action(struct build *build, struct bg_rule *rule, const struct value *value)
{
	int word = -1;

	if (build_only_value(build, value))
		word = word_check(build->diags, value->line, "action", action_words, value->text);
	rule->action = word >= 0 ? (uint8_t)word : ACTION_UNKNOWN;
}

/** set_error - of a deny. */
static void
set_error(struct build *build, struct bg_rule *rule, const struct value *value)
{
	rule->error = bg_errno_value(value->text);
	if (rule->error == 0)
		bg_diags_add(build->diags, value->line,
			     "unknown error \"%.60s\", expected an errno name such as EACCES", value->text);
}

/** keys_action - a value that says what @rule does. */
void
keys_action(struct build *build, struct bg_rule *rule, const struct value *value)
{
	if (value->key == KEY_TO)
		set_to(build, rule, value);
	else if (value->key == KEY_FROM)
		keys_from(build, rule, value);
	else if (value->key == KEY_ACTION)
		set_action(build, rule, value);
	else if (!build_only_value(build, value))
		return;
	else if (value->key == KEY_TO_PORT)
		set_to_port(build, rule, value);
	else if (value->key == KEY_INTERFACE)
		set_interface(build, rule, value);
	else
		set_error(build, rule, value);
}

/** holds_zero - do the rule's ports include 0? */
static bool
holds_zero(const struct build *build, const struct bg_rule *rule)
{
	const struct bg_port_range *ranges = build_at(build, rule->ports);

	for (uint32_t i = 0; i < rule->ports.count; i++)
		if (ranges[i].first == 0)
			return true;
	return false;
}

/** check_unused - keys that the rule's action does not use are mistakes, at their own line. */
static void
check_unused(struct build *build, const struct bg_rule *rule)
{
	static const struct {
		enum key key;
		enum bg_action action;
		const char *text;
	} uses[] = {{KEY_TO, BG_ACTION_REWRITE, "to is used by action rewrite only"},
		    {KEY_TO_PORT, BG_ACTION_REWRITE, "to_port is used by action rewrite only"},
		    {KEY_INTERFACE, BG_ACTION_CONFINE, "interface is used by action confine only"},
		    {KEY_FROM, BG_ACTION_LIMIT, "from is used by action limit only"},
		    {KEY_ERROR, BG_ACTION_DENY, "error is used by action deny only"}};
	const char *name = build_at(build, rule->name);

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		if (build->given[uses[i].key] && rule->action != uses[i].action)
			bg_diags_add(build->diags, build->given[uses[i].key],
				     "rule \"%s\": %s, expected another action or this key removed", name,
				     uses[i].text);
}

/** keys_finish - all values of @rule were seen: do they fit together? Fills in the defaults. */
void
keys_finish(struct build *build, struct bg_rule *rule)
{
	const char *name = build_at(build, rule->name);
	const unsigned *given = build->given;
	bool zero = holds_zero(build, rule);

	if (!rule->calls)
		rule->calls = BG_RULE_BIND;
	build->policy->outgoing |= (rule->calls & BG_RULE_CONNECT) != 0;
	build->policy->limits |= rule->action == BG_ACTION_LIMIT;
	/* A rule that can match a socket that listens, and speaks of port 0. */
	build->policy->port_zero |=
		zero && (rule->calls & BG_RULE_BIND) && (!rule->protocols || (rule->protocols & BG_PROTOCOL_LISTENING));
	if (rule->action == ACTION_UNKNOWN)
		return;
	if (!given[KEY_ACTION]) {
		bg_diags_add(build->diags, rule->line,
			     "rule \"%s\" has no action, expected action = allow, rewrite, confine, limit or deny",
			     name);
		return;
	}
	check_unused(build, rule);
	keys_call_check(build, rule);
	if (rule->action == BG_ACTION_REWRITE && !given[KEY_TO])
		bg_diags_add(build->diags, rule->line,
			     "rule \"%s\" rewrites without a target, expected to = {\"loopback\"}", name);
	if (given[KEY_TO_PORT] && (!given[KEY_PORT] || zero))
		bg_diags_add(build->diags, given[KEY_TO_PORT],
			     "rule \"%s\" has to_port, expected a port key without 0 beside it", name);
	if (rule->action == BG_ACTION_CONFINE && !given[KEY_INTERFACE])
		memcpy(rule->interface, "lo", sizeof("lo"));
	if (rule->action == BG_ACTION_LIMIT && !given[KEY_FROM]) {
		struct bg_from machine;

		memset(&machine, 0, sizeof(machine));
		build_item(build, &rule->from, &machine, sizeof(machine), sizeof(uint32_t));
	}
	if (rule->action == BG_ACTION_DENY && !given[KEY_ERROR])
		rule->error = EACCES;
}
