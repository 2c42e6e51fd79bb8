/* SPDX-License-Identifier: MIT
 * keys_action.c - checks the keys of a rule that say what it does, and that they fit together. Cold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/event.h"
#include "load/build.h"

static const struct word action_words[] = {{"allow", BG_ACTION_ALLOW},
					   {"rewrite", BG_ACTION_REWRITE},
					   {"confine", BG_ACTION_CONFINE},
					   {"deny", BG_ACTION_DENY},
					   {NULL, 0}};

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

/** take_target - one value of `to`. Return: false and @why where it is wrong. */
static bool
take_target(struct bg_rule *rule, const char *value, char *why, size_t why_size)
{
	const char *mistake;
	struct bg_addr addr;

	if (strcmp(value, "loopback") == 0) {
		rule->target = BG_TARGET_LOOPBACK;
		return true;
	}
	if (!bg_addr_parse(value, &addr)) {
		rule->target = BG_TARGET_INTERFACE;
		snprintf(rule->interface, sizeof(rule->interface), "%s", value);
		mistake = strchr(value, ',') ? "has a comma" : interface_mistake(value);
		if (!mistake)
			return true;
		snprintf(why, why_size, "target \"%.60s\" %s, expected loopback, an address or an interface's name",
			 value, mistake);
		return false;
	}
	rule->target = BG_TARGET_ADDRESS;
	mistake = target_mistake(&addr);
	if (!mistake && (addr.family == BG_IPV4 ? rule->has_ipv4 : rule->has_ipv6))
		mistake = "is a second address of its family, expected one IPv4 and/or one IPv6 address";
	if (mistake) {
		snprintf(why, why_size, "target \"%.60s\" %s", value, mistake);
		return false;
	}
	if (addr.family == BG_IPV4) {
		rule->has_ipv4 = true;
		rule->ipv4 = addr;
	} else {
		rule->has_ipv6 = true;
		rule->ipv6 = addr;
	}
	return true;
}

/**
 * target_parse - the values of `to` (or of BINDGUARD_TO) into @rule.
 * Return: false and @why, "what is wrong, and what was expected", where they are no target.
 */
bool
target_parse(struct bg_rule *rule, const char *const *values, unsigned count, char *why, size_t why_size)
{
	enum bg_target first;

	rule->has_ipv4 = rule->has_ipv6 = false;
	if (count == 0) {
		snprintf(why, why_size, "no target, expected loopback, addresses or an interface's name");
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		first = (enum bg_target)rule->target;
		if (!take_target(rule, values[i], why, why_size))
			return false;
		if (i > 0 && (first != BG_TARGET_ADDRESS || rule->target != BG_TARGET_ADDRESS)) {
			snprintf(why, why_size,
				 "several targets, expected loopback, or one interface, or one IPv4 and/or one IPv6 "
				 "address");
			return false;
		}
	}
	return true;
}

/** one_value - the only value of @statement; NULL and told where there are others. */
static const char *
one_value(struct build *build, const struct statement *statement)
{
	if (statement->count == 1)
		return statement->values[0];
	bg_diags_add(build->diags, statement->line, "%s has %u values, expected one", survey_key_name(statement->key),
		     statement->count);
	return NULL;
}

/** set_to_port - a port other than 0. */
static void
set_to_port(struct build *build, struct bg_rule *rule, const struct statement *statement, const char *value)
{
	char *end;
	unsigned long port = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || port == 0 || port > 65535)
		bg_diags_add(build->diags, statement->value_lines[0],
			     "to_port \"%.60s\", expected a port of 1 to 65535", value);
	else
		rule->to_port = (uint16_t)port;
}

/** set_one - the keys that take one value. */
static void
set_one(struct build *build, struct bg_rule *rule, const struct statement *statement, const char *value)
{
	const char *mistake;
	int word;

	if (statement->key == KEY_ACTION) {
		if (word_check(build->diags, statement->value_lines[0], "action", action_words, value, &word))
			rule->action = (uint8_t)word;
		else
			rule->action = ACTION_UNKNOWN;
	} else if (statement->key == KEY_TO_PORT) {
		set_to_port(build, rule, statement, value);
	} else if (statement->key == KEY_INTERFACE) {
		mistake = interface_mistake(value);
		if (!mistake)
			snprintf(rule->interface, sizeof(rule->interface), "%s", value);
		else
			bg_diags_add(build->diags, statement->value_lines[0],
				     "interface \"%.60s\" %s, expected a name of 1 to 15 bytes such as lo or eth0",
				     value, mistake);
	} else {
		rule->error = bg_errno_value(value);
		if (rule->error == 0)
			bg_diags_add(build->diags, statement->value_lines[0],
				     "unknown error \"%.60s\", expected an errno name such as EACCES", value);
	}
}

/** keys_action - one statement of a rule, if it says what the rule does. */
void
keys_action(struct build *build, struct bg_rule *rule, const struct statement *statement)
{
	unsigned *given = build->given[statement->rule];
	char why[BG_DIAG_TEXT_MAX];
	const char *value;

	switch (statement->key) {
	case KEY_ACTION: given[GIVEN_ACTION] = statement->line; break;
	case KEY_TO_PORT: given[GIVEN_TO_PORT] = statement->line; break;
	case KEY_INTERFACE: given[GIVEN_INTERFACE] = statement->line; break;
	case KEY_ERROR: given[GIVEN_ERROR] = statement->line; break;
	case KEY_PORT: given[GIVEN_PORT] = statement->line; return;
	case KEY_TO:
		given[GIVEN_TO] = statement->line;
		if (!target_parse(rule, statement->values, statement->count, why, sizeof(why)))
			bg_diags_add(build->diags, statement->count ? statement->value_lines[0] : statement->line, "%s",
				     why);
		return;
	default: return;
	}
	value = one_value(build, statement);
	if (value)
		set_one(build, rule, statement, value);
	else if (statement->key == KEY_ACTION)
		rule->action = ACTION_UNKNOWN;
}

/** holds_zero - do the rule's ports include 0? */
static bool
holds_zero(const struct build *build, const struct bg_rule *rule)
{
	const struct bg_port_range *ranges = bg_policy_at(build->policy, rule->ports);

	for (uint32_t i = 0; i < rule->ports.count; i++)
		if (ranges[i].first == 0)
			return true;
	return false;
}

/** check_unused - keys that the rule's action does not use are mistakes, at their own line. */
static void
check_unused(struct build *build, const struct bg_rule *rule, const unsigned given[GIVEN_KEYS])
{
	static const struct {
		enum given key;
		enum bg_action action;
		const char *text;
	} uses[] = {{GIVEN_TO, BG_ACTION_REWRITE, "to is used by action rewrite only"},
		    {GIVEN_TO_PORT, BG_ACTION_REWRITE, "to_port is used by action rewrite only"},
		    {GIVEN_INTERFACE, BG_ACTION_CONFINE, "interface is used by action confine only"},
		    {GIVEN_ERROR, BG_ACTION_DENY, "error is used by action deny only"}};

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		if (given[uses[i].key] && rule->action != uses[i].action)
			bg_diags_add(build->diags, given[uses[i].key],
				     "rule \"%s\": %s, expected another action or this key removed",
				     bg_policy_string(build->policy, rule->name), uses[i].text);
}

/**
 * keys_finish - all statements of @rule were seen: do they fit together? Fills in the defaults.
 * @given: line of each enum given key, 0 where it was not set
 */
void
keys_finish(struct build *build, struct bg_rule *rule, const unsigned given[GIVEN_KEYS])
{
	const char *name = bg_policy_string(build->policy, rule->name);

	if (rule->action == ACTION_UNKNOWN)
		return;
	if (!given[GIVEN_ACTION]) {
		bg_diags_add(build->diags, rule->line,
			     "rule \"%s\" has no action, expected action = allow, rewrite, confine or deny", name);
		return;
	}
	check_unused(build, rule, given);
	if (rule->action == BG_ACTION_REWRITE && !given[GIVEN_TO])
		bg_diags_add(build->diags, rule->line,
			     "rule \"%s\" rewrites without a target, expected to = {\"loopback\"}", name);
	if (given[GIVEN_TO_PORT] && (!given[GIVEN_PORT] || holds_zero(build, rule)))
		bg_diags_add(build->diags, given[GIVEN_TO_PORT],
			     "rule \"%s\" has to_port, expected a port key without 0 beside it", name);
	if (rule->action == BG_ACTION_CONFINE && !given[GIVEN_INTERFACE])
		memcpy(rule->interface, "lo", sizeof("lo"));
	if (rule->action == BG_ACTION_DENY && !given[GIVEN_ERROR])
		rule->error = EACCES;
}
