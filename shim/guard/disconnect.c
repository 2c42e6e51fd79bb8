/* SPDX-License-Identifier: MIT
 * disconnect.c - connect(2) to AF_UNSPEC under the guard: a datagram socket whose association is dissolved is a server
 * again, open to all, since the kernel takes its device off with its peer (device.c). Signal-safe.
 *
 * Theory of operation. Afterwards the kernel's own state tells what the socket is: it keeps a port that was asked for
 * and forgets one that it chose (a client's), and likewise the address. So no mark is needed, which can be lost: what has
 * a port is decided on as at bind(2). A mark tells what had been asked for where a rule had changed that. The socket is
 * blocked until it is confined; where it cannot be, it is connected again and the call fails.
 */
#include <errno.h>
#include <string.h>

#include "bindguard/decide.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/disconnect.h"
#include "guard/limit.h"
#include "guard/limit_peer.h"

/**
 * read_server - the dissolved socket's name, and what was asked for of it: into the request.
 * Return: BG_FACTS_GATHERED: it can be reached; BG_FACTS_NONE: it cannot; BG_FACTS_BLOCKED: the kernel does not tell.
 */
static enum bg_facts
read_server(struct bg_attempt *attempt, bool marked, const struct bg_mark *mark)
{
	struct bg_request *request = &attempt->request;
	union bg_sockaddr name;
	unsigned size;

	if (bg_kernel_getsockname(attempt->fd, &name, &size))
		return bg_facts_unavailable(attempt->fd, false);
	if (size > sizeof(name) || !bg_sockaddr_decode(&name, size, &request->asked, &request->form) ||
	    request->asked.port == 0)
		return BG_FACTS_NONE;
	if (marked && mark->kind == BG_MARK_ADDRESS) /* bound to the changed address still */
		return BG_FACTS_NONE;
	if (marked && mark->kind != BG_MARK_PORT_ZERO && mark->kind != BG_MARK_AS_ASKED &&
	    mark->kind != BG_MARK_SCOPE) {
		request->asked = mark->asked;
		request->form = mark->form;
	}
	return BG_FACTS_GATHERED;
}

/**
 * follow_rules - confine or limit the socket, as they say. Return: 0, or -errno where they cannot be followed.
 * @blocked: its filter is the one that keeps it blocked
 */
static int
follow_rules(struct bg_attempt *attempt, bool undone, bool blocked)
{
	struct bg_verdict *verdict = &attempt->verdict;
	const struct bg_change *change = &verdict->change;
	int attached = 0;

	attempt->request.known &= BG_FACT_PROTOCOL;
	if (!bg_attempt_decide(attempt))
		return 0;
	if (verdict->effect == BG_EFFECT_REFUSE)
		return -verdict->error;
	if (verdict->effect != BG_EFFECT_CHANGE) {
		/* A limit that came with the socket, by execve(2) or SCM_RIGHTS, may be of no rule here. */
		if (attempt->guard->policy->limits)
			limit_peer_forget(attempt->fd);
		return 0;
	}
	if (change->limited)
		attached = bg_limit_attach(attempt, blocked);
	if (attached < 0 && !verdict->has_fallback)
		return attached;
	if (attached < 0)
		verdict->change = verdict->fallback;
	if (change->interface[0] && bg_origin_confine(attempt, change->interface))
		return -EACCES;
	if (undone)
		bg_report_changed(attempt, change, 0);
	return 0;
}

/** note_guarded - the socket has its device or filter again, and what was asked for can be given back again. */
static void
note_guarded(const struct bg_attempt *attempt, const struct bg_mark *before)
{
	bool limited = attempt->verdict.effect == BG_EFFECT_CHANGE && attempt->verdict.change.limited;
	struct bg_mark mark = *before;

	mark.kind = limited ? BG_MARK_LIMITED : BG_MARK_DEVICE;
	if (limited)
		bg_marks_put(attempt->fd, &mark);
	else if (bg_kernel_get_device(attempt->fd, mark.device) == 0 && mark.device[0])
		bg_marks_put(attempt->fd, &mark);
}

/** guard_again - the association is gone: guard what is a server now. Return: 0, or -errno where it cannot be. */
static int
guard_again(struct bg_attempt *attempt, bool marked, const struct bg_mark *mark, bool blocked)
{
	switch (read_server(attempt, marked, mark)) {
	case BG_FACTS_NONE: return 0; /* a limit stays: another thread may be binding the socket at this moment */
	case BG_FACTS_GATHERED: return follow_rules(attempt, marked && mark->kind == BG_MARK_UNDONE, blocked);
	default: bg_decide_blocked(&attempt->verdict); return -attempt->verdict.error;
	}
}

/** dissolve - disconnect a datagram socket. Return: as connect(2), -errno for -1; EACCES where it cannot be confined. */
static int
dissolve(struct bg_attempt *attempt, const struct bg_peer *unspecified)
{
	struct bg_mark mark = {.cookie = 0};
	enum bg_marked found = bg_marks_find(attempt->fd, &mark);
	bool marked = found == BG_MARKED;
	struct bg_peer before;
	enum bg_blocked blocked;
	int result, error = 0;

	blocked = found == BG_MARKED_UNKNOWN ? BG_BLOCKED_NOT : bg_device_block(attempt->fd);
	if (blocked == BG_BLOCKED_NOT)
		return bg_attempt_refuse(attempt);
	bg_device_read_peer(attempt->fd, &before);
	result = bg_kernel_connect(attempt->fd, &unspecified->name, unspecified->size);
	if (result >= 0)
		error = guard_again(attempt, marked, &mark, blocked == BG_BLOCKED || blocked == BG_BLOCKED_HELD);
	if (error) {
		/* Without a peer to go back to it stays blocked. */
		if (bg_device_restore_peer(attempt->fd, &before))
			bg_device_unblock(attempt->fd, blocked);
		else if (blocked != BG_BLOCKED)
			bg_device_drop_all(attempt->fd);
		bg_report_changed(attempt,
				  attempt->verdict.effect == BG_EFFECT_CHANGE ? &attempt->verdict.change : NULL, error);
		return error;
	}
	if (result >= 0 && marked && mark.kind == BG_MARK_UNDONE)
		note_guarded(attempt, &mark);
	if (attempt->verdict.effect == BG_EFFECT_CHANGE && attempt->verdict.change.limited)
		return result; /* its filter has taken the place of the one that kept it blocked */
	bg_device_unblock(attempt->fd, blocked);
	if (attempt->verdict.effect == BG_EFFECT_CHANGE && attempt->verdict.change.interface[0])
		bg_device_hold(attempt->fd, attempt->verdict.change.interface);
	return result;
}

/**
 * is_held_raw - a raw socket that a rule has put to an address or a device, or did before connect(2)? The kernel would take
 * either off with its peer, and what it then hears cannot be confined by what getsockname(2) says of it.
 */
static bool
is_held_raw(const struct bg_attempt *attempt)
{
	struct bg_mark mark;

	return (attempt->request.protocol & BG_PROTOCOL_RAW) && bg_marks_get(attempt->fd, &mark) &&
	       (mark.kind == BG_MARK_ADDRESS || mark.kind == BG_MARK_DEVICE || mark.kind == BG_MARK_UNDONE);
}

/**
 * bg_guard_disconnect - connect(2) to AF_UNSPEC.
 * @unspecified: the address, as the caller gave it
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_disconnect(struct bg_attempt *attempt, const struct bg_peer *unspecified)
{
	enum bg_facts facts = BG_FACTS_NONE;

	if (bg_device_receives_at_once(attempt->fd))
		facts = bg_facts_gather(attempt, BG_FACT_PROTOCOL);
	if (facts == BG_FACTS_BLOCKED || (facts == BG_FACTS_GATHERED && is_held_raw(attempt)))
		return bg_attempt_refuse(attempt);
	if (facts == BG_FACTS_GATHERED && (attempt->request.protocol & BG_PROTOCOL_DATAGRAM))
		return dissolve(attempt, unspecified);
	return (int)bg_kernel_result(
		attempt->guard->real->connect(attempt->fd, unspecified->name.bytes, unspecified->size));
}
