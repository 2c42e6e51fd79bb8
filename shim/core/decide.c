/* SPDX-License-Identifier: MIT
 * decide.c - the one place that decides: policy and request in, verdict out. Pure.
 *
 * Theory of operation. Facts cost system calls, so decide() starts with what the address alone tells and stops at the
 * first question that only a further fact can answer: verdict->needs names it, the caller gathers it and asks again.
 * The rules are tried in order (first_match); what the matching rule says becomes an effect: an address to bind or a
 * device to confine to (target.c), an errno, or nothing. A change may carry a fallback for kernels and hosts that cannot
 * do it; the fallback guards as well as the change does, or the call is refused.
 */
#include <errno.h>
#include <string.h>

#include "bindguard/decide.h"
#include "bindguard/rule.h"
#include "core/outgoing.h"
#include "core/question.h"
#include "core/target.h"

/**
 * waits - a socket that can listen is bound to a wildcard and port 0: a client or a server? listen(2) will tell. A specific
 * address does not wait: listen(2) asks about wildcards only, and a client gets it back at connect(2). A limit always waits:
 * a client would not hear who it connects to. The protocol of port 0 is known: no rule matches it without (rule.c).
 */
static bool
waits(struct question *q)
{
	bool limits = BG_KNOWS_LIMITS && q->rule->action == BG_ACTION_LIMIT, zero = q->request->asked.port == 0;

	if (bg_call_is_late(q->request->call))
		return false;
	if (!limits && (!zero || !bg_addr_is_wildcard(&q->request->asked.addr)))
		return false;
	if (limits && question_lacks(q, BG_FACT_PROTOCOL))
		return true;
	if (!(q->request->protocol & BG_PROTOCOL_LISTENING))
		return false;
	question_settle(q, BG_EFFECT_WAIT, zero ? BG_REASON_PORT_ZERO : BG_REASON_LISTENS);
	return true;
}

/** change_call - the rule says rewrite, confine or limit. */
static void
change_call(struct question *q)
{
	if (BG_KNOWS_CONNECT && q->request->call == BG_CALL_OUTGOING) {
		outgoing_change(q);
		return;
	}
	if (waits(q) || question_lacks(q, BG_FACT_DEVICE))
		return;
	/* A device that the program chose is a choice as explicit as an address. */
	if (q->request->device[0]) {
		question_settle(q, BG_EFFECT_NONE, BG_REASON_OWN_DEVICE);
		return;
	}
	if (BG_KNOWS_LIMITS && q->rule->action == BG_ACTION_LIMIT)
		target_limit(q);
	else if (q->rule->action == BG_ACTION_CONFINE)
		target_confine(q);
	else
		target_rewrite(q);
}

/**
 * struct search - for the rule that decides.
 * @found: its index
 * @needs: facts that are missing to tell whether it is that
 */
struct search {
	const struct question *q;
	uint32_t found;
	unsigned needs;
};

/** try_rule - does rule number @index decide, or cannot be asked yet? A step of bg_repeat(). */
static long
try_rule(uint32_t index, void *context)
{
	struct search *search = context;
	const struct question *q = search->q;
	const struct bg_rule *rule = &q->policy->rules[BG_RULE_INDEX(index)];
	enum bg_match match;

	if (bg_rule_is_skipped(q->request, index))
		return 0;
	match = bg_rule_match(q->policy, rule, q->request, &search->needs);
	if (match != BG_MATCH_YES && match != BG_MATCH_UNKNOWN)
		return 0;
	search->found = index;
	return 1;
}

/** first_match - the index of the rule that decides, BG_NO_RULE where none does; verdict->needs may be set instead. */
static uint32_t
first_match(struct question *q)
{
	struct search search = {.q = q, .found = BG_NO_RULE};

	bg_repeat(q->request->first, q->policy->rule_count, try_rule, &search);
	q->verdict->needs = search.needs;
	return search.found;
}

/** is_wellformed - could the kernel take this address at all, as far as is known? Asks for SO_DOMAIN for AF_UNSPEC. */
static bool
is_wellformed(struct question *q)
{
	if (q->request->form != BG_FORM_UNSPEC)
		return true;
	if (!bg_addr_is_wildcard(&q->request->asked.addr))
		return false;
	return question_lacks(q, BG_FACT_DOMAIN) || q->request->domain_fits;
}

void
bg_decide(const struct bg_policy *policy, const struct bg_request *request, struct bg_verdict *verdict)
{
	struct question q = {.policy = policy, .request = request, .verdict = verdict};
	uint32_t found;

	memset(verdict, 0, sizeof(*verdict));
	verdict->rule = BG_NO_RULE;
	verdict->action = BG_ACTION_ALLOW;
	if (!is_wellformed(&q))
		question_settle(&q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
	if (verdict->needs || verdict->reason == BG_REASON_NOT_INTERNET)
		return;
	found = first_match(&q);
	verdict->rule = found;
	if (verdict->needs)
		return;
	if (found == BG_NO_RULE) {
		question_settle(&q, BG_EFFECT_NONE, BG_REASON_NO_RULE);
		return;
	}
	q.rule = &policy->rules[BG_RULE_INDEX(found)];
	verdict->action = q.rule->action;
	if (verdict->action == BG_ACTION_DENY)
		question_refuse(&q, q.rule->error, BG_REASON_RULE);
	else if (verdict->action != BG_ACTION_ALLOW)
		change_call(&q);
	else
		question_settle(&q, BG_EFFECT_NONE, BG_REASON_RULE);
}

void
bg_decide_blocked(struct bg_verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	verdict->rule = BG_NO_RULE;
	verdict->action = BG_ACTION_DENY;
	verdict->effect = BG_EFFECT_REFUSE;
	verdict->reason = BG_REASON_BLOCKED;
	verdict->error = EACCES;
}
