/* SPDX-License-Identifier: MIT
 * guard_bind.c - bind(2) under the guard: read the address, decide, and bind that or what apply.c makes of it.
 * Signal-safe. */
#include "bindguard/apply.h"
#include "bindguard/caller.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/limit.h"

/**
 * blind - the address cannot be looked at: nobody knows what this call would open. Only of a socket that is known not to
 * be of the Internet the kernel may decide.
 */
static int
blind(struct bg_attempt *attempt, const void *addr, unsigned size)
{
	const struct bg_guard *guard = attempt->guard;

	if (guard->policy->mode != BG_MODE_ENFORCE || bg_facts_unavailable(attempt->fd, false) == BG_FACTS_NONE)
		return (int)bg_kernel_result(guard->real->bind(attempt->fd, addr, size));
	attempt->request.asked.addr = bg_addr_wildcard(BG_IPV4);
	return bg_attempt_refuse(attempt);
}

/**
 * bg_guard_bind - bind(2) under the guard.
 * @fd, @addr, @size: the caller's, valid or not; never written to
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_bind(const struct bg_guard *guard, int fd, const void *addr, unsigned size)
{
	union bg_sockaddr copy;
	struct bg_attempt attempt = {.guard = guard,
				     .fd = fd,
				     .caller = &copy,
				     .size = size,
				     .request = {.call = BG_CALL_BIND},
				     .bind = bg_real_bind};
	struct bg_request *request = &attempt.request;
	enum bg_caller caller;
	struct bg_scope scope;
	int result;

	caller = bg_caller_copy(guard->stack_top, addr, size, &copy);
	if (caller == BG_CALLER_BLOCKED)
		return blind(&attempt, addr, size);
	if (caller == BG_CALLER_BARE || !bg_sockaddr_decode(&copy, size, &request->asked, &request->form))
		return (int)bg_kernel_result(guard->real->bind(fd, addr, size));
	if (guard->complaints[0])
		bg_report_complaints(guard, &request->asked);
	if (!bg_attempt_decide(&attempt))
		return (int)bg_kernel_result(guard->real->bind(fd, addr, size));
	if (guard->policy->mode != BG_MODE_ENFORCE ||
	    (attempt.verdict.effect != BG_EFFECT_CHANGE && attempt.verdict.effect != BG_EFFECT_REFUSE)) {
		if (!bg_apply_prepare(&attempt))
			return bg_attempt_refuse(&attempt);
		/* The copy was decided on, so the copy is bound: the caller's memory may change meanwhile. */
		bg_scope_before(fd, &request->asked, &scope);
		result = (int)bg_kernel_result(guard->real->bind(fd, copy.bytes, size));
		bg_scope_after(fd, &scope);
		if (result >= 0)
			bg_limit_release(&attempt, request->asked.port);
		bg_apply_nothing(&attempt, result);
		bg_report_unchanged(&attempt, result);
		return result;
	}
	if (attempt.verdict.effect == BG_EFFECT_CHANGE)
		return bg_apply_change(&attempt);
	bg_report_changed(&attempt, NULL, -attempt.verdict.error);
	return -attempt.verdict.error;
}
