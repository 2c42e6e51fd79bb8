/* SPDX-License-Identifier: MIT
 * bindresvport.c - the exported bindresvport(3): libc chooses a reserved port and binds past the symbol bind. It is
 * not async-signal-safe in libc either, so it may look its successor up when called. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>

#include "bindguard/apply.h"
#include "bindguard/caller.h"
#include "bindguard/facts.h"
#include "bindguard/kernel.h"
#include "bindguard/report.h"
#include "preload/preload.h"

/** real_call - the next library's function; musl has none. Return: -errno instead of -1. */
static int
real_call(int fd, void *in)
{
	int (*next)(int, void *) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "bindresvport");

	if (!symbol) {
		dlerror();
		return -ENOSYS;
	}
	memcpy(&next, &symbol, sizeof(next));
	return (int)bg_kernel_result(next(fd, in));
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

/**
 * bind_reserved - the bind of a change: libc's, which chooses the port. No rule does: `to_port` needs a `port` that is not
 * 0 (bindguard.conf(5)), and the port asked for is 0. The caller's address gets the port, as always.
 */
static int
bind_reserved(const struct bg_attempt *attempt, const struct bg_change *change)
{
	union bg_sockaddr changed;
	int result;

	bg_sockaddr_encode(&change->to, BG_FORM_IPV4, &changed);
	result = real_call(attempt->fd, &changed);
	if (result >= 0 && attempt->out)
		memcpy((char *)attempt->out + offsetof(struct sockaddr_in, sin_port),
		       changed.bytes + offsetof(struct sockaddr_in, sin_port), sizeof(in_port_t));
	return result;
}

/** guarded - decide, apply, report. Return: as the call, -errno instead of -1. */
static int
guarded(const struct bg_guard *guard, int fd, void *in)
{
	struct bg_attempt attempt = {
		.guard = guard, .fd = fd, .request = {.call = BG_CALL_BINDRESVPORT}, .bind = bind_reserved, .out = in};
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
		return bg_apply_change(&attempt);
	if (!bg_apply_prepare(&attempt))
		return bg_attempt_refuse(&attempt);
	result = real_call(fd, in);
	bg_apply_nothing(&attempt, result);
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
