/* SPDX-License-Identifier: MIT
 * apply_listen.c - does what a verdict says to a socket that is about to listen: device or filter; and reports. Signal-safe. */
#include "guard/apply_listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/limit.h"
#include "guard/replace.h"

/**
 * take_back - listen(2) failed after the socket was confined: leave it as it was. Without privilege a bound socket keeps
 * its device until connect(2) gives it back: exchanged, it would be another than its duplicates in other processes. So
 * does one that is not bound and fails with EINVAL: a connect(2) is, or was, under way, which a new one knows nothing of.
 * @result: of listen(2), -errno
 */
static void
take_back(const struct bg_attempt *attempt, int result)
{
	static const struct bg_peer nobody;
	const struct bg_verdict *verdict = &attempt->verdict;
	struct bg_mark mark = {.kind = BG_MARK_DEVICE,
			       .action = (uint8_t)verdict->action,
			       .rule = attempt->guard->policy->rules[verdict->rule].name.offset,
			       .asked = attempt->request.asked,
			       .bound = attempt->request.asked,
			       .form = attempt->request.form};

	if (bg_kernel_set_device(attempt->fd, "") == 0)
		return;
	memcpy(mark.device, verdict->change.interface, sizeof(mark.device));
	if (mark.asked.port || result == -EINVAL || bg_replace(attempt, NULL, mark.form, false, &nobody))
		bg_marks_put(attempt->fd, &mark);
}

/** confine_and_listen - apply a BG_EFFECT_CHANGE. Return: as listen(2), -errno for -1; EACCES where it cannot confine. */
static int
confine_and_listen(struct bg_attempt *attempt, int backlog)
{
	const struct bg_change *change = &attempt->verdict.change;
	int result = bg_origin_confine(attempt, change->interface);

	if (result) {
		if (attempt->origin == BG_ORIGIN_ENVIRONMENT)
			attempt->verdict.reason = BG_REASON_ENVIRONMENT;
		bg_report_changed(attempt, change, -EACCES);
		return -EACCES;
	}
	result = (int)bg_kernel_result(attempt->guard->real->listen(attempt->fd, backlog));
	if (result < 0)
		take_back(attempt, result);
	bg_report_changed(attempt, change, result);
	return result;
}

/** listens - already, by another thread's doing or in another process. */
static bool
listens(int fd)
{
	int listens = 0;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) == 0 && listens;
}

/**
 * limit_and_listen - likewise with a filter. Where the socket takes none it is confined, if that is as good. One that has the
 * filter already has been told of: programs listen again to change the backlog.
 */
static int
limit_and_listen(struct bg_attempt *attempt, int backlog)
{
	struct bg_verdict *verdict = &attempt->verdict;
	int attached = bg_limit_attach(attempt, false), result;

	if (attached < 0 && verdict->has_fallback) {
		verdict->change = verdict->fallback;
		verdict->reason = verdict->fallback_reason;
		return confine_and_listen(attempt, backlog);
	}
	result = attached < 0 ? attached : (int)bg_kernel_result(attempt->guard->real->listen(attempt->fd, backlog));
	if (result >= 0)
		bg_limit_lock(attempt->fd);
	else if (attached == 0 && !listens(attempt->fd))
		bg_limit_detach(attempt->fd);
	if (attached != 1 || result < 0 || attempt->guard->policy->log_events == BG_LOG_ALL)
		bg_report_changed(attempt, &verdict->change, result);
	return result;
}

/**
 * bg_apply_listen - apply a BG_EFFECT_CHANGE, and listen. Return: as listen(2), -errno for -1. EACCES where the socket can
 * neither be confined nor limited as the rule says, EADDRNOTAVAIL where an interface of `from` is not here.
 */
int
bg_apply_listen(struct bg_attempt *attempt, int backlog)
{
	return attempt->verdict.change.limited ? limit_and_listen(attempt, backlog)
					       : confine_and_listen(attempt, backlog);
}
