/* SPDX-License-Identifier: MIT
 * rule.c - does one rule match one request, and if not, which of its keys says no? Pure. */
#include <string.h>

#include "bindguard/decision.h"
#include "bindguard/glob.h"
#include "bindguard/rule.h"

const char *
bg_base_name(const char *path)
{
	const char *base = path;

	for (; *path; path++)
		if (*path == '/')
			base = path + 1;
	return base;
}

/** has_slash - does @glob speak of a full path? */
static bool
has_slash(const char *glob)
{
	while (*glob && *glob != '/')
		glob++;
	return *glob == '/';
}

/** program_matches - is one of the rule's `program` globs true of @exe? */
static bool
program_matches(const struct bg_policy *policy, const struct bg_rule *rule, const char *exe)
{
	const struct bg_span *globs = bg_policy_at(policy, rule->programs);

	for (uint32_t i = 0; i < rule->programs.count; i++) {
		const char *glob = bg_policy_string(policy, globs[i]);

		if (bg_glob_matches(glob, has_slash(glob) ? exe : bg_base_name(exe)))
			return true;
	}
	return rule->programs.count == 0;
}

/** command_matches - is one of the rule's `command` globs true of @command? */
static bool
command_matches(const struct bg_policy *policy, const struct bg_rule *rule, const char *command)
{
	const struct bg_span *globs = bg_policy_at(policy, rule->commands);

	for (uint32_t i = 0; i < rule->commands.count; i++)
		if (bg_glob_matches(bg_policy_string(policy, globs[i]), command))
			return true;
	return rule->commands.count == 0;
}

enum bg_match
bg_rule_match_program(const struct bg_policy *policy, const struct bg_rule *rule, const char *exe, const char *command)
{
	if (!program_matches(policy, rule, exe))
		return BG_MATCH_NO_PROGRAM;
	return command_matches(policy, rule, command) ? BG_MATCH_YES : BG_MATCH_NO_COMMAND;
}

void
bg_policy_narrow(struct bg_policy *policy, const char *exe, const char *command)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (bg_rule_match_program(policy, &policy->rules[i], exe, command) == BG_MATCH_YES)
			policy->rules[kept++] = policy->rules[i];
	policy->rule_count = kept;
	policy->outgoing = policy->limits = false;
	for (uint32_t i = 0; i < kept; i++) {
		policy->outgoing |= (policy->rules[i].calls & BG_RULE_CONNECT) != 0;
		policy->limits |= policy->rules[i].action == BG_ACTION_LIMIT;
	}
}

/** address_matches - the `address` key: words and prefixes together; none of either matches all. */
static bool
address_matches(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_addr *addr)
{
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);

	if (rule->classes == 0 && rule->prefixes.count == 0)
		return true;
	if (rule->classes & BG_CLASS_ANY)
		return true;
	if ((rule->classes & BG_CLASS_WILDCARD) && bg_addr_is_wildcard(addr))
		return true;
	if ((rule->classes & BG_CLASS_LOOPBACK) && bg_addr_is_loopback(addr))
		return true;
	for (uint32_t i = 0; BG_MORE_VALUES(i, rule->prefixes.count); i++)
		if (bg_prefix_contains(&prefixes[i], addr))
			return true;
	return false;
}

/** names_loopback - does the `address` key speak of @addr, which is at loopback, and not just of all there is? */
static bool
names_loopback(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_addr *addr)
{
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);

	if (rule->classes & BG_CLASS_LOOPBACK)
		return true;
	if ((rule->classes & BG_CLASS_WILDCARD) && bg_addr_is_wildcard(addr))
		return true;
	for (uint32_t i = 0; BG_MORE_VALUES(i, rule->prefixes.count); i++)
		if (prefixes[i].bits && bg_prefix_contains(&prefixes[i], addr) &&
		    (bg_addr_is_loopback(&prefixes[i].addr) || bg_addr_equal(&prefixes[i].addr, addr)))
			return true;
	return false;
}

/**
 * match_outgoing - the `address` key of a connect(2). Loopback is left alone, and the wildcard, which means it there, ip(7): it is
 * never changed, and not refused but by a rule that names it.
 */
static enum bg_match
match_outgoing(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_addr *to)
{
	bool changes = rule->action != BG_ACTION_ALLOW && rule->action != BG_ACTION_DENY;

	if (!bg_addr_is_here(to))
		return address_matches(policy, rule, to) ? BG_MATCH_YES : BG_MATCH_NO_ADDRESS;
	if (changes || !names_loopback(policy, rule, to))
		return BG_MATCH_NOT_ELSEWHERE;
	return BG_MATCH_YES;
}

/** ports_hold - is @port in one of the rule's ranges? */
static bool
ports_hold(const struct bg_policy *policy, const struct bg_rule *rule, uint16_t port)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, rule->ports);

	for (uint32_t i = 0; BG_MORE_VALUES(i, rule->ports.count); i++)
		if (port >= ranges[i].first && port <= ranges[i].last)
			return true;
	return false;
}

/**
 * match_port - the `port` key. On a bound socket the port is the real one, and 0 counts too where bind(2) had been asked for 0:
 * a rule for "let the kernel choose" means the same socket at every call.
 */
static enum bg_match
match_port(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_request *request,
	   unsigned *needs)
{
	if (rule->ports.count == 0 || ports_hold(policy, rule, request->asked.port))
		return BG_MATCH_YES;
	if (!bg_call_is_late(request->call) || !ports_hold(policy, rule, 0))
		return BG_MATCH_NO_PORT;
	if (!(request->known & BG_FACT_PORT_ZERO)) {
		*needs = BG_FACT_PORT_ZERO;
		return BG_MATCH_UNKNOWN;
	}
	return request->port_was_zero ? BG_MATCH_YES : BG_MATCH_NO_PORT;
}

/**
 * match_protocol - the `protocol` key. Without one, raw and ping sockets are not meant: they have no ports and serve nobody.
 * What no protocol can be asked of is taken for a server on a fixed port; on port 0 the protocol has to be known (decide.c).
 */
static enum bg_match
match_protocol(const struct bg_rule *rule, const struct bg_request *request, unsigned *needs)
{
	const unsigned portless = BG_PROTOCOL_RAW | BG_PROTOCOL_OTHER;
	unsigned enough = BG_FACT_PROTOCOL;

	if (rule->protocols == 0 && request->asked.port != 0)
		enough |= BG_FACT_PORTS;
	if (!(request->known & enough)) {
		*needs = enough & BG_FACT_PORTS ? BG_FACT_PORTS : BG_FACT_PROTOCOL;
		return BG_MATCH_UNKNOWN;
	}
	if (rule->protocols == 0)
		return request->protocol & portless ? BG_MATCH_NO_PORTS_USED : BG_MATCH_YES;
	return rule->protocols & request->protocol ? BG_MATCH_YES : BG_MATCH_NO_PROTOCOL;
}

enum bg_match
bg_rule_match(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_request *request,
	      unsigned *needs)
{
	enum bg_match match;

	bool outgoing = BG_KNOWS_CONNECT && request->call == BG_CALL_OUTGOING;

	/* What is free to know comes first: a system call is made only where it can still matter. */
	if (!(rule->calls & (outgoing ? BG_RULE_CONNECT : BG_RULE_BIND)))
		return BG_MATCH_NO_CALL;
	if (rule->families && !(rule->families & request->asked.addr.family))
		return BG_MATCH_NO_FAMILY;
	if (BG_KNOWS_CONNECT && outgoing)
		match = match_outgoing(policy, rule, &request->asked.addr);
	else
		match = address_matches(policy, rule, &request->asked.addr) ? BG_MATCH_YES : BG_MATCH_NO_ADDRESS;
	if (match != BG_MATCH_YES)
		return match;
	if (BG_KNOWS_PROGRAMS && request->exe) {
		match = bg_rule_match_program(policy, rule, request->exe, request->command);
		if (match != BG_MATCH_YES)
			return match;
	}
	match = match_port(policy, rule, request, needs);
	if (match != BG_MATCH_YES)
		return match;
	return match_protocol(rule, request, needs);
}
