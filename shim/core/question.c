/* SPDX-License-Identifier: MIT
 * question.c - the steps of a decision: a fact is missing, it is settled, it is refused. Pure. */
#include "core/question.h"

/** question_lacks - is one of @facts not known yet? Then note them all in the verdict. */
bool
question_lacks(struct question *q, unsigned facts)
{
	q->verdict->needs = facts & ~q->request->known;
	return q->verdict->needs != 0;
}

/** question_settle - decided: @effect, because of @reason. */
void
question_settle(struct question *q, enum bg_effect effect, enum bg_reason reason)
{
	q->verdict->effect = effect;
	q->verdict->reason = reason;
}

/** question_refuse - decided: fail with @error; but a call that the kernel itself would refuse gets the kernel's own errno. */
void
question_refuse(struct question *q, int error, enum bg_reason reason)
{
	if (question_lacks(q, BG_FACT_DOMAIN))
		return;
	if (!q->request->domain_fits) {
		question_settle(q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
		return;
	}
	q->verdict->error = error;
	question_settle(q, BG_EFFECT_REFUSE, reason);
}
