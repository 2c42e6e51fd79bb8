/* SPDX-License-Identifier: MIT
 * unreachable.c - finds the rules that can never match, as an earlier one matches all that they do. Runs in the launcher
 * only: it compares every rule with every other, which no guarded program should pay for.
 *
 * Theory of operation. What a rule matches is a product: programs x command lines x calls x protocols x addresses x ports. One
 * rule covers another if it does in each factor, which is decided by what is written: sets of words, unions of address
 * blocks and of port ranges, and patterns with the same text (or one that has no wildcard characters, tried as a name).
 * So some unreachable rules are not found, but none is found that could match: tests/unit/unreachable_test.c asks
 * bg_decide() about random calls. The `family` key is folded into the addresses.
 */
#include "launcher/unreachable.h"

#include <string.h>

#include "bindguard/glob.h"

/** struct block - an address block that a word of the `address` key stands for. */
struct block {
	enum bg_addr_class word;
	struct bg_prefix prefix;
};

static const struct block word_blocks[] = {
	{BG_CLASS_WILDCARD, {.addr = {.family = BG_IPV4}, .bits = 32}},
	{BG_CLASS_WILDCARD, {.addr = {.family = BG_IPV6}, .bits = 128}},
	{BG_CLASS_LOOPBACK, {.addr = {.family = BG_IPV4, .bytes = {127}}, .bits = 8}},
	{BG_CLASS_LOOPBACK, {.addr = {.family = BG_IPV6, .bytes = {[15] = 1}}, .bits = 128}},
	{BG_CLASS_ANY, {.addr = {.family = BG_IPV4}, .bits = 0}},
	{BG_CLASS_ANY, {.addr = {.family = BG_IPV6}, .bits = 0}},
};
#define WORD_BLOCKS (sizeof(word_blocks) / sizeof(word_blocks[0]))

/** struct policy_rule - a rule and the policy that has its arrays. */
struct policy_rule {
	const struct bg_policy *policy;
	const struct bg_rule *rule;
};

/** block_count - how many blocks block_at() may give for the rule. */
static uint32_t
block_count(const struct policy_rule *at)
{
	return WORD_BLOCKS + at->rule->prefixes.count;
}

/** block_at - block @i of the rule's addresses; NULL where it has no such word, or not in this family. */
static const struct bg_prefix *
block_at(const struct policy_rule *at, uint32_t i)
{
	const struct bg_rule *rule = at->rule;
	const struct bg_prefix *prefixes = bg_policy_at(at->policy, rule->prefixes);
	bool absent = rule->classes == 0 && rule->prefixes.count == 0;
	unsigned words = absent ? BG_CLASS_ANY : rule->classes;
	const struct bg_prefix *prefix = i < WORD_BLOCKS ? &word_blocks[i].prefix : &prefixes[i - WORD_BLOCKS];

	if (i < WORD_BLOCKS && !(words & word_blocks[i].word))
		return NULL;
	return rule->families && !(rule->families & prefix->addr.family) ? NULL : prefix;
}

/** within - lies @inner in @outer? */
static bool
within(const struct bg_prefix *inner, const struct bg_prefix *outer)
{
	return inner->bits >= outer->bits && bg_prefix_contains(outer, &inner->addr);
}

/**
 * covers_block - is every address of @block one of the rule's? Blocks that fill it together count: it is halved as long
 * as some of them lie in it.
 */
static bool
covers_block(const struct policy_rule *first, const struct bg_prefix *block)
{
	struct bg_prefix half = *block;
	bool some = false;

	for (uint32_t i = 0; i < block_count(first); i++) {
		const struct bg_prefix *other = block_at(first, i);

		if (other && within(block, other))
			return true;
		some = some || (other && within(other, block));
	}
	if (!some)
		return false;
	half.bits++;
	if (!covers_block(first, &half))
		return false;
	half.addr.bytes[block->bits / 8] |= (uint8_t)(0x80u >> block->bits % 8);
	return covers_block(first, &half);
}

/** covers_addresses - `address` and `family`. */
static bool
covers_addresses(const struct policy_rule *first, const struct policy_rule *second)
{
	for (uint32_t i = 0; i < block_count(second); i++) {
		const struct bg_prefix *block = block_at(second, i);

		if (block && !covers_block(first, block))
			return false;
	}
	return true;
}

/** has_addresses - does `family` leave anything of `address`? */
static bool
has_addresses(const struct policy_rule *at)
{
	for (uint32_t i = 0; i < block_count(at); i++)
		if (block_at(at, i))
			return true;
	return false;
}

/** behind_port - the first port at or behind @port that none of the rule's ranges holds. */
static uint32_t
behind_port(const struct policy_rule *at, uint32_t port)
{
	const struct bg_port_range *ranges = bg_policy_at(at->policy, at->rule->ports);
	uint32_t before;

	do {
		before = port;
		for (uint32_t i = 0; i < at->rule->ports.count; i++)
			if (port >= ranges[i].first && port <= ranges[i].last)
				port = ranges[i].last + 1u;
	} while (port != before);
	return port;
}

/** covers_ports - `port`; ranges that join count as one. */
static bool
covers_ports(const struct policy_rule *first, const struct policy_rule *second)
{
	const struct bg_port_range *ranges = bg_policy_at(second->policy, second->rule->ports);

	if (first->rule->ports.count == 0)
		return true;
	if (second->rule->ports.count == 0)
		return behind_port(first, 0) > UINT16_MAX;
	for (uint32_t i = 0; i < second->rule->ports.count; i++)
		if (behind_port(first, ranges[i].first) <= ranges[i].last)
			return false;
	return true;
}

/** covers_protocols - `protocol`; without it, raw sockets are not meant (core/rule.c). */
static bool
covers_protocols(const struct policy_rule *first, const struct policy_rule *second)
{
	unsigned ours = first->rule->protocols, theirs = second->rule->protocols;

	if (ours)
		return theirs && (theirs & ~ours) == 0;
	return !(theirs & BG_PROTOCOL_RAW);
}

/** covers_glob - does @ours match all that @theirs does? @path: `program`, where a '/' makes it one of the full path. */
static bool
covers_glob(const char *ours, const char *theirs, bool path)
{
	const char *slash = strrchr(theirs, '/');

	if (strcmp(ours, theirs) == 0 || ours[strspn(ours, "*")] == '\0')
		return true;
	if (strpbrk(theirs, "*?[\\"))
		return false;
	if (path && slash && !strchr(ours, '/'))
		theirs = slash + 1;
	else if (path && !slash && strchr(ours, '/'))
		return false;
	return bg_glob_matches(ours, theirs);
}

/** covers_globs - each of the globs @theirs is covered by one of @ours; no globs match everything. */
static bool
covers_globs(const struct bg_policy *policy, struct bg_span ours, struct bg_span theirs, bool path)
{
	const struct bg_span *our_globs = bg_policy_at(policy, ours), *their_globs = bg_policy_at(policy, theirs);
	uint32_t i = 0, j = 0;

	if (ours.count == 0)
		return true;
	do {
		const char *glob = theirs.count ? bg_policy_string(policy, their_globs[j]) : "*";

		for (i = 0; i < ours.count; i++)
			if (covers_glob(bg_policy_string(policy, our_globs[i]), glob, path))
				break;
		j++;
	} while (i < ours.count && j < theirs.count);
	return i < ours.count;
}

/** covers_calls - `call`. Loopback is meant at connect where it is named (core/rule.c): the same words alone cover it. */
static bool
covers_calls(const struct policy_rule *first, const struct policy_rule *second)
{
	const struct bg_prefix *prefixes = bg_policy_at(second->policy, second->rule->prefixes);
	unsigned words = second->rule->classes & (BG_CLASS_WILDCARD | BG_CLASS_LOOPBACK);
	bool changes = first->rule->action != BG_ACTION_ALLOW && first->rule->action != BG_ACTION_DENY;

	if (second->rule->calls & ~first->rule->calls)
		return false;
	if (!(second->rule->calls & BG_RULE_CONNECT))
		return true;
	for (uint32_t i = 0; i < second->rule->prefixes.count; i++)
		if (bg_addr_is_here(&prefixes[i].addr))
			return false;
	return !words || (!changes && (first->rule->classes & words) == words);
}

/** covers - does @first match all that @second can match? */
static bool
covers(const struct policy_rule *first, const struct policy_rule *second)
{
	const struct bg_policy *policy = first->policy;

	return covers_calls(first, second) && covers_protocols(first, second) &&
	       covers_globs(policy, first->rule->programs, second->rule->programs, true) &&
	       covers_globs(policy, first->rule->commands, second->rule->commands, false) &&
	       covers_ports(first, second) && covers_addresses(first, second);
}

/**
 * unreachable_behind - which rule leaves nothing to rule @index?
 * Return: the first earlier one that does; @index itself where its own keys exclude each other; BG_NO_RULE where it may
 * match.
 */
uint32_t
unreachable_behind(const struct bg_policy *policy, uint32_t index)
{
	struct policy_rule second = {.policy = policy, .rule = &policy->rules[index]};

	if (!has_addresses(&second))
		return index;
	for (uint32_t i = 0; i < index; i++) {
		struct policy_rule first = {.policy = policy, .rule = &policy->rules[i]};

		if (covers(&first, &second))
			return i;
	}
	return BG_NO_RULE;
}

/** asks_wildcard - the part of @rule for the wildcard of @family, of UDP sockets on port 0 where @clients; false: none. */
static bool
asks_wildcard(const struct policy_rule *at, const struct block *wildcard, bool clients, struct policy_rule *part,
	      struct bg_rule *copy)
{
	static const struct bg_port_range zero = {.first = 0, .last = 0};

	if (!(at->rule->calls & BG_RULE_BIND) || !covers_block(at, &wildcard->prefix))
		return false;
	*copy = *at->rule;
	copy->calls = BG_RULE_BIND;
	copy->classes = wildcard->word;
	copy->families = wildcard->prefix.addr.family;
	copy->prefixes.count = 0;
	*part = (struct policy_rule){.policy = at->policy, .rule = copy};
	if (!clients)
		return true;
	if ((copy->protocols && !(copy->protocols & BG_PROTOCOL_UDP)) || (copy->ports.count && behind_port(at, 0) == 0))
		return false;
	copy->protocols = BG_PROTOCOL_UDP;
	copy->ports =
		(struct bg_span){.offset = 0, .count = 1}; /* offsets count from the policy: here, from that range */
	part->policy = (const struct bg_policy *)(const void *)&zero;
	return true;
}

/**
 * unreachable_no_wildcard - can rule @index never decide about a wildcard; with @clients: of a UDP socket on port 0, which is
 * a client's?
 */
bool
unreachable_no_wildcard(const struct bg_policy *policy, uint32_t index, bool clients)
{
	struct policy_rule at = {.policy = policy, .rule = &policy->rules[index]}, part;
	struct bg_rule copy;

	for (size_t w = 0; w < WORD_BLOCKS && word_blocks[w].word == BG_CLASS_WILDCARD; w++) {
		uint32_t i = 0;

		if (!asks_wildcard(&at, &word_blocks[w], clients, &part, &copy))
			continue;
		for (; i < index; i++) {
			struct policy_rule first = {.policy = policy, .rule = &policy->rules[i]};

			if (covers(&first, &part))
				break;
		}
		if (i == index)
			return false;
	}
	return true;
}
