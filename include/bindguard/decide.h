/* SPDX-License-Identifier: MIT
 * decide.h - what the policy says of a call. Pure; the one place that decides. */
#ifndef BINDGUARD_DECIDE_H
#define BINDGUARD_DECIDE_H

#include "bindguard/decision.h"

/** BG_DECIDE_ROUNDS - no request takes more rounds of facts (one a bit of enum bg_fact, and the answer). */
#define BG_DECIDE_ROUNDS 10

/**
 * bg_decide - what the policy says of a call. Total: every input has a verdict.
 * @verdict: written whole. Where verdict->needs is not 0 the caller gathers those facts, sets them in request->known,
 *           and asks again; at most BG_DECIDE_ROUNDS times.
 */
BG_SIGSAFE void bg_decide(const struct bg_policy *policy, const struct bg_request *request, struct bg_verdict *verdict);

/**
 * bg_decide_blocked - the verdict where something forbids to gather what @request needs: refuse with EACCES, since what
 * cannot be guarded must not be open.
 */
BG_SIGSAFE void bg_decide_blocked(struct bg_verdict *verdict);

#endif
