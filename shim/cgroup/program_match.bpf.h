/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * program_match.bpf.h - which rules are for the executable that makes the call: globs as tokens, walked as in core's glob.c. eBPF.
 *
 * The place in the walk is in map memory: there the verifier does not follow numbers, and is done after one turn of a loop. */
#ifndef BINDGUARD_CGROUP_PROGRAM_MATCH_BPF_H
#define BINDGUARD_CGROUP_PROGRAM_MATCH_BPF_H

#include "cgroup/core.bpf.h"
#include "cgroup/kernel.bpf.h"

#define WALK_STEPS (BG_CGROUP_TOKENS_MAX * BG_CGROUP_NAME_MAX) /* as many as there can be, see glob.c */

/**
 * struct walk - a glob being compared with a name.
 * @name: of the executable
 * @token, @at: where in both
 * @star, @star_at: where to go on if what is behind the last star does not match, -1: there is none
 */
struct walk {
	char name[BG_CGROUP_NAME_MAX];
	uint32_t token;
	uint32_t at;
	int32_t star;
	uint32_t star_at;
	bool matches;
};

/** struct walk_of - for the loop: what the walk is of. */
struct walk_of {
	struct walk *walk;
	const struct bg_cgroup_glob *glob;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BG_CGROUP_GLOBS_MAX);
	__type(key, __u32);
	__type(value, struct bg_cgroup_glob);
} globs SEC(".maps");

/** walk_step - a step of bg_repeat(), as one turn of bg_glob_matches() is. */
static long
walk_step(uint32_t index, void *context)
{
	struct walk_of *of = context;
	struct walk *walk = of->walk;
	uint64_t at = BG_MASKED(walk->at, BG_CGROUP_NAME_MAX), back = BG_MASKED(walk->star_at, BG_CGROUP_NAME_MAX);
	uint64_t number = BG_MASKED(walk->token, BG_CGROUP_TOKENS_MAX);
	const struct bg_token *token = &of->glob->tokens[number];
	uint8_t c = (uint8_t)walk->name[at];

	(void)index;
	if (token->kind == BG_TOKEN_STAR) {
		walk->token = (uint32_t)number + 1;
		walk->star = (int32_t)number + 1;
		walk->star_at = (uint32_t)at;
	} else if (!c && token->kind == BG_TOKEN_END) {
		walk->matches = true;
		return 1;
	} else if (c && token->kind == BG_TOKEN_SET && (token->set[c >> 3] >> (c & 7) & 1)) {
		walk->token = (uint32_t)number + 1;
		walk->at = (uint32_t)at + 1;
	} else if (walk->star >= 0 && walk->name[back]) {
		walk->star_at = walk->at = (uint32_t)back + 1;
		walk->token = (uint32_t)walk->star;
	} else {
		return 1;
	}
	return 0;
}

/** struct match - for the loop over the globs. @skipped: a bit a rule, taken off where one of its globs matches */
struct match {
	struct walk *walk;
	uint64_t *skipped;
};

/** match_glob - a step of bg_repeat(): glob number @index. */
static long
match_glob(uint32_t index, void *context)
{
	struct match *match = context;
	struct walk_of of = {.walk = match->walk, .glob = bpf_map_lookup_elem(&globs, &index)};
	uint64_t rule;

	if (!of.glob)
		return 1;
	match->walk->token = match->walk->at = match->walk->star_at = 0;
	match->walk->star = -1;
	match->walk->matches = false;
	bg_repeat(0, WALK_STEPS, walk_step, &of);
	if (!match->walk->matches)
		return 0;
	rule = BG_RULE_INDEX(of.glob->rule);
	match->skipped[rule / 64] &= ~(1ull << (rule % 64));
	return 0;
}

/** program_match - of the rules for some programs only, @skipped keeps those that are not for who makes the call. */
static __always_inline void
program_match(const struct bg_cgroup_policy *policy, struct walk *walk, uint64_t skipped[BG_CGROUP_WORDS])
{
	struct match match = {.walk = walk, .skipped = skipped};

	kernel_program(walk->name, sizeof(walk->name));
	bg_repeat(0, policy->glob_count, match_glob, &match);
}

#endif
