/* SPDX-License-Identifier: MIT
 * sample.h - a little of what a rule matches: what does not match this does not cover the rule. Cold. */
#ifndef BINDGUARD_LOAD_SAMPLE_H
#define BINDGUARD_LOAD_SAMPLE_H

#include "bindguard/policy.h"

/**
 * struct pattern - a glob of the sample.
 * @text: of @length bytes, at least one, and a terminator
 * @wild: it has wildcard characters
 */
struct pattern {
	const char *text;
	uint32_t length;
	bool wild;
};

/**
 * struct sample - what stands first in each key.
 * @port: of the first range; 0 where there is none
 * @program, @command: the first glob; "*" where there is none
 * @prefix: the first address block; NULL where there is none, or where `family` may exclude it
 */
struct sample {
	uint16_t port;
	struct pattern program;
	struct pattern command;
	const struct bg_prefix *prefix;
};

void sample_take(const struct bg_policy *policy, const struct bg_rule *rule, struct sample *sample);
bool sample_may_match(const struct bg_policy *policy, const struct bg_rule *rule, const struct sample *sample);

#endif
