/* SPDX-License-Identifier: MIT
 * sample.c - sees soon that a rule does not cover another, as most do not: of 10,000 rules there are fifty million pairs.
 * Cold. "May match" is not sure; that it may not is, for unreachable.c. */
#include "load/sample.h"

#include <string.h>

/** pattern_of - the first of @globs. */
static struct pattern
pattern_of(const struct bg_policy *policy, struct bg_span globs)
{
	struct pattern pattern = {.text = "*", .length = 1, .wild = true};
	const struct bg_span *first = bg_policy_at(policy, globs);

	if (globs.count) {
		pattern.text = bg_policy_string(policy, *first);
		pattern.length = first->count;
		pattern.wild = strpbrk(pattern.text, "*?[\\") != NULL;
	}
	return pattern;
}

/** sample_take - the sample of @rule. */
void
sample_take(const struct bg_policy *policy, const struct bg_rule *rule, struct sample *sample)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, rule->ports);

	sample->port = rule->ports.count ? ranges[0].first : 0;
	sample->program = pattern_of(policy, rule->programs);
	sample->command = pattern_of(policy, rule->commands);
	sample->prefix = rule->prefixes.count && !rule->families ? bg_policy_at(policy, rule->prefixes) : NULL;
}

/** is_itself - does @c stand for itself wherever it is in a glob, behind a '[' that no ']' follows too? */
static bool
is_itself(char c)
{
	return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

/**
 * may_cover - can @glob cover @pattern? One with wildcards is covered by the same, and by stars alone; another one by what
 * ends like it, as far as that stands for itself. The end is that of the base name, too, which may be what is compared.
 */
static bool
may_cover(const char *glob, uint32_t length, const struct pattern *pattern)
{
	const char *theirs = pattern->text + pattern->length;

	if (pattern->wild)
		return (glob[0] == '*' && (length == 1 || glob[1] == '*')) ||
		       (length == pattern->length && memcmp(glob, pattern->text, length) == 0);
	for (const char *ours = glob + length; ours-- > glob && is_itself(*ours);)
		if (theirs-- == pattern->text || *theirs != *ours)
			return false;
	return true;
}

/** one_may_cover - can one of @globs, of which none means all, cover @pattern? */
static bool
one_may_cover(const struct bg_policy *policy, struct bg_span globs, const struct pattern *pattern)
{
	const struct bg_span *glob = bg_policy_at(policy, globs);

	for (uint32_t i = 0; i < globs.count; i++)
		if (may_cover(bg_policy_string(policy, glob[i]), glob[i].count, pattern))
			return true;
	return globs.count == 0;
}

/** holds_port - is @port in one of the rule's ranges, of which none means all? */
static bool
holds_port(const struct bg_policy *policy, const struct bg_rule *rule, uint16_t port)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, rule->ports);

	for (uint32_t i = 0; i < rule->ports.count; i++)
		if (port >= ranges[i].first && port <= ranges[i].last)
			return true;
	return rule->ports.count == 0;
}

/**
 * may_hold - can @outer, all addresses of a rule, hold @prefix? Blocks of different families are left to others: a mapped
 * address counts as IPv4.
 */
static bool
may_hold(const struct bg_prefix *outer, const struct bg_prefix *prefix)
{
	size_t whole = outer->bits / 8;
	unsigned rest = outer->bits % 8;

	if (outer->addr.family != prefix->addr.family)
		return true;
	if (prefix->bits < outer->bits || memcmp(outer->addr.bytes, prefix->addr.bytes, whole) != 0)
		return false;
	return rest == 0 || (outer->addr.bytes[whole] ^ prefix->addr.bytes[whole]) >> (8 - rest) == 0;
}

/** sample_may_match - does the rule match @sample, as far as is seen at once? */
bool
sample_may_match(const struct bg_policy *policy, const struct bg_rule *rule, const struct sample *sample)
{
	if (!holds_port(policy, rule, sample->port))
		return false;
	/* Of several blocks some may hold the sample's together. */
	if (sample->prefix && rule->prefixes.count == 1 && !rule->classes &&
	    !may_hold(bg_policy_at(policy, rule->prefixes), sample->prefix))
		return false;
	return one_may_cover(policy, rule->programs, &sample->program) &&
	       one_may_cover(policy, rule->commands, &sample->command);
}
