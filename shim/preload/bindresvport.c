/* SPDX-License-Identifier: MIT
 * bindresvport.c - the exported bindresvport(3): libc chooses a reserved port and binds past the symbol bind. Not
 * async-signal-safe in libc either. */
#include <netinet/in.h>
#include <string.h>

#include "preload/preload.h"
#include "sys/caller.h"
#include "sys/kernel.h"

/** real_call - the next library's function. Return: -errno instead of -1. */
static int
real_call(int fd, void *in)
{
	int (*next)(int, void *) = bg_guard_get()->real->bindresvport;

	return next ? (int)bg_kernel_result(next(fd, in)) : -ENOSYS;
}

/**
 * read_request - what is asked for: the address of @in, or the wildcard for NULL, and a port that is not the caller's
 * choice, which rules know as 0. Return: false where libc's own answer counts.
 */
static bool
read_request(const struct bg_guard *guard, const void *in, struct bg_request *request)
{
	union bg_sockaddr copy;

	request->form = BG_FORM_IPV4;
	request->asked.addr = bg_addr_wildcard(BG_IPV4);
	if (!in)
		return true;
	if (!bg_caller_read(guard->stack_top, in, sizeof(struct sockaddr_in), &copy) ||
	    !bg_sockaddr_decode(&copy, sizeof(struct sockaddr_in), &request->asked, &request->form))
		return false;
	request->asked.port = 0;
	return request->form == BG_FORM_IPV4;
}

/** change_call - bind with the address and device of the verdict; the caller's @in gets the port, as always. */
static int
change_call(struct bg_attempt *attempt, void *in)
{
	const struct bg_change *change = &attempt->verdict.change;
	union bg_sockaddr changed;
	int result = 0;

	bg_sockaddr_encode(&change->to, BG_FORM_IPV4, &changed);
	if (change->interface[0] && bg_kernel_set_device(attempt->fd, change->interface))
		result = -EACCES;
	if (result == 0)
		result = real_call(attempt->fd, &changed);
	if (result >= 0 && in)
		memcpy((char *)in + offsetof(struct sockaddr_in, sin_port),
		       changed.bytes + offsetof(struct sockaddr_in, sin_port), sizeof(in_port_t));
	bg_report_changed(attempt, change, result);
	return result;
}

/** guarded - decide, apply, report. Return: as the call, -errno instead of -1. */
static int
guarded(const struct bg_guard *guard, int fd, void *in)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_BINDRESVPORT}};
	int result;

	if (!read_request(guard, in, &attempt.request))
		return real_call(fd, in);
	bg_report_complaints(guard, &attempt.request.asked);
	if (!bg_attempt_decide(&attempt))
		return real_call(fd, in);
	if (guard->policy->mode == BG_MODE_ENFORCE && attempt.verdict.effect == BG_EFFECT_REFUSE) {
		bg_report_changed(&attempt, NULL, -attempt.verdict.error);
		return -attempt.verdict.error;
	}
	if (guard->policy->mode == BG_MODE_ENFORCE && attempt.verdict.effect == BG_EFFECT_CHANGE)
		return change_call(&attempt, in);
	result = real_call(fd, in);
	bg_report_unchanged(&attempt, result);
	return result;
}

BG_EXPORT int
bindresvport(int fd, struct sockaddr_in *in)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;

	if (guard->policy->mode == BG_MODE_OFF)
		return bg_return(real_call(fd, in), saved_errno);
	return bg_return(guarded(guard, fd, in), saved_errno);
}
