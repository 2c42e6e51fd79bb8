/* SPDX-License-Identifier: MIT
 * guard_bind.c - bind(2) under the guard: decide, apply the verdict, remember what connect(2) may have to undo, report.
 * Signal-safe. */
#include <errno.h>
#include <string.h>

#include "sys/caller.h"
#include "sys/guard.h"
#include "sys/kernel.h"
#include "sys/marks.h"

/** bg_real_bind - the real bind(2) of @change's address. Return: as the call, -errno instead of -1. */
int
bg_real_bind(const struct bg_guard *guard, int fd, const struct bg_change *change)
{
	union bg_sockaddr to;
	unsigned size = bg_sockaddr_encode(&change->to, change->form, &to);

	return (int)bg_kernel_result(guard->real->bind(fd, to.bytes, size));
}

/** is_loopback_change - after @change a socket cannot reach other hosts; connect(2) may have to undo it. */
static bool
is_loopback_change(const struct bg_change *change)
{
	return bg_addr_is_loopback(&change->to.addr) || strcmp(change->interface, "lo") == 0;
}

/** remember - note what was asked for, so that connect(2) to another host can give it back. */
static void
remember(const struct bg_attempt *attempt, enum bg_mark_kind kind)
{
	struct bg_mark mark = {.kind = kind, .asked = attempt->request.asked, .form = attempt->request.form};

	if (bg_kernel_cookie(attempt->fd, &mark.cookie) == 0)
		bg_marks_put(&mark);
}

/**
 * try_change - confine where @change says so, then bind. A bind that fails leaves no device behind.
 * @refused: set to whether it was SO_BINDTODEVICE that failed
 * Return: of the bind, or of SO_BINDTODEVICE.
 */
static int
try_change(const struct bg_attempt *attempt, const struct bg_change *change, bool *refused)
{
	int result;

	*refused = false;
	if (change->interface[0]) {
		/* Before the bind: a datagram socket would otherwise receive from everywhere for a moment. */
		result = bg_kernel_set_device(attempt->fd, change->interface);
		if (result) {
			*refused = true;
			return result;
		}
	}
	result = bg_real_bind(attempt->guard, attempt->fd, change);
	if (result < 0 && change->interface[0])
		bg_release(attempt);
	return result;
}

/**
 * apply_change - do what the verdict says, or its fallback where the host cannot. Return: as bind(2), -errno for -1.
 * A guard that can be applied in no way refuses the call: EACCES, never an open socket.
 */
static int
apply_change(struct bg_attempt *attempt)
{
	const struct bg_verdict *verdict = &attempt->verdict;
	const struct bg_change *done = &verdict->change;
	bool refused;
	int result = try_change(attempt, done, &refused);

	if (verdict->has_fallback && (refused || (!done->interface[0] && result == -EADDRNOTAVAIL))) {
		done = &verdict->fallback;
		attempt->verdict.reason = verdict->fallback_reason;
		result = try_change(attempt, done, &refused);
	}
	if (refused)
		result = -EACCES;
	if (result >= 0 && is_loopback_change(done))
		remember(attempt, done->interface[0] ? BG_MARK_DEVICE : BG_MARK_ADDRESS);
	bg_report_changed(attempt, done, result);
	return result;
}

/** remember_port_zero - rules that speak of port 0 will have to know at listen(2) who had asked for it. */
static void
remember_port_zero(const struct bg_attempt *attempt, int result)
{
	if (result >= 0 && attempt->guard->policy->port_zero && attempt->request.asked.port == 0)
		remember(attempt, BG_MARK_PORT_ZERO);
}

/**
 * bg_guard_bind - bind(2) under the guard.
 * @fd, @addr, @size: the caller's, valid or not; never written to
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_bind(const struct bg_guard *guard, int fd, const void *addr, unsigned size)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_BIND}};
	struct bg_request *request = &attempt.request;
	union bg_sockaddr copy;
	int result;

	if (!bg_caller_read(guard->stack_top, addr, size, &copy) ||
	    !bg_sockaddr_decode(&copy, size, &request->asked, &request->form))
		return (int)bg_kernel_result(guard->real->bind(fd, addr, size));
	if (guard->complaints[0])
		bg_report_complaints(guard, &request->asked);
	if (!bg_attempt_decide(&attempt))
		return (int)bg_kernel_result(guard->real->bind(fd, addr, size));
	if (guard->policy->mode != BG_MODE_ENFORCE ||
	    (attempt.verdict.effect != BG_EFFECT_CHANGE && attempt.verdict.effect != BG_EFFECT_REFUSE)) {
		/* The copy was decided on, so the copy is bound: the caller's memory may change meanwhile. */
		result = (int)bg_kernel_result(guard->real->bind(fd, copy.bytes, size));
		remember_port_zero(&attempt, result);
		bg_report_unchanged(&attempt, result);
		return result;
	}
	if (attempt.verdict.effect == BG_EFFECT_CHANGE)
		return apply_change(&attempt);
	bg_report_changed(&attempt, NULL, -attempt.verdict.error);
	return -attempt.verdict.error;
}
