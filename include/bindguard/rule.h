/* SPDX-License-Identifier: MIT
 * rule.h - does one rule match one request? Pure. */
#ifndef BINDGUARD_RULE_H
#define BINDGUARD_RULE_H

#include "bindguard/decision.h"

/** bg_base_name - what is behind the last '/' of @path: of an executable, what a `program` glob without a slash matches. */
BG_SIGSAFE const char *bg_base_name(const char *path);

/**
 * bg_rule_match - one rule against one request. decide() and `bindguard explain` both ask here.
 * @needs: where BG_MATCH_UNKNOWN is returned, the facts that are missing; else untouched
 */
BG_SIGSAFE enum bg_match bg_rule_match(const struct bg_policy *policy, const struct bg_rule *rule,
				       const struct bg_request *request, unsigned *needs);

/** bg_rule_match_program - the `program` and `command` keys alone; load uses it to drop rules of other programs. */
BG_SIGSAFE enum bg_match bg_rule_match_program(const struct bg_policy *policy, const struct bg_rule *rule,
					       const char *exe, const char *command);

/** bg_policy_narrow - drop the rules that cannot match this program, so that no call asks about them. */
BG_SIGSAFE void bg_policy_narrow(struct bg_policy *policy, const char *exe, const char *command);

#endif
