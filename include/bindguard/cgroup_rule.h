/* SPDX-License-Identifier: MIT
 * cgroup_rule.h - which rules the engine `cgroup` cannot hold in the kernel. Pure. */
#ifndef BINDGUARD_CGROUP_RULE_H
#define BINDGUARD_CGROUP_RULE_H

#include "bindguard/cgroup_map.h"

/** BG_CGROUP_WHY_MAX - bytes of bg_cgroup_rule_refused()'s text, terminator included. */
#define BG_CGROUP_WHY_MAX 200

/**
 * bg_cgroup_rule_refused - can the engine not hold rule number @index of @policy?
 * @why: set to why, and what to do, as a clause: "`command` cannot be read in the kernel: ..."; "" where it can
 */
bool bg_cgroup_rule_refused(const struct bg_policy *policy, uint32_t index, char why[BG_CGROUP_WHY_MAX]);

/**
 * bg_cgroup_rule_tokens - @glob as the kernel walks it, each byte asked of bg_glob_matches().
 * @tokens: may be NULL: only count
 * Return: how many there are, the end included; more than BG_CGROUP_TOKENS_MAX: @tokens has the first of them
 */
uint32_t bg_cgroup_rule_tokens(const char *glob, struct bg_token tokens[BG_CGROUP_TOKENS_MAX]);

#endif
