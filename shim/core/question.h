/* SPDX-License-Identifier: MIT
 * question.h - a decision under way, for decide.c (which rule, which effect) and target.c (which address). Pure. */
#ifndef BINDGUARD_CORE_QUESTION_H
#define BINDGUARD_CORE_QUESTION_H

#include "bindguard/decision.h"

/**
 * struct question - what the steps below share.
 * @policy, @request: as given
 * @rule: the rule that matched
 * @verdict: being written
 */
struct question {
	const struct bg_policy *policy;
	const struct bg_request *request;
	const struct bg_rule *rule;
	struct bg_verdict *verdict;
};

BG_SIGSAFE bool question_lacks(struct question *q, unsigned facts);
BG_SIGSAFE void question_settle(struct question *q, enum bg_effect effect, enum bg_reason reason);
BG_SIGSAFE void question_refuse(struct question *q, int error, enum bg_reason reason);

#endif
