/* SPDX-License-Identifier: MIT
 * guard_connect.c - connect(2) under the guard: clients that bound a wildcard first get back what bind(2) took, since
 * a loopback-bound socket reaches no other host (EINVAL, or silence). Signal-safe.
 *
 * Theory of operation. What bind(2) put to loopback is undone (undo.c). An address or a device that the user chose is
 * kept, TCP as UDP: what leaves by another way than the user's is worse than a connect(2) that fails.
 *
 * Rules for connect(2) are asked where there are any, and first: a socket that is given back goes to their target at once
 * (apply_connect.c).
 *
 * A socket that is undone can be a server again: a stream socket by listen(2), which asks the rules; a datagram socket
 * when its association is dissolved (AF_UNSPEC), which disconnect.c does.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/caller.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/apply_connect.h"
#include "guard/disconnect.h"
#include "guard/guard_connect.h"
#include "guard/limit.h"
#include "guard/limit_peer.h"
#include "guard/undo.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE | BG_PROTOCOL_RAW) /* hear without listen(2) */

/** connect_bare - the real connect(2). Return: -errno for -1. */
int
connect_bare(const struct bg_attempt *attempt, const struct bg_peer *peer)
{
	return (int)bg_kernel_result(attempt->guard->real->connect(attempt->fd, peer->name.bytes, peer->size));
}

/** keep_choice - where bind(2) gave the socket an address, its device is none of ours: the program's stays. */
static void
keep_choice(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	if (mark->kind == BG_MARK_ADDRESS && now->interface[0] &&
	    bg_origin_of(attempt, now->interface) == BG_ORIGIN_PROGRAM)
		memcpy(attempt->kept, now->interface, sizeof(attempt->kept));
}

/** is_limited - by a rule at bind(2): its filter stays when it connects. */
static bool
is_limited(const struct bg_mark *mark)
{
	return mark->kind == BG_MARK_LIMITED || (mark->kind == BG_MARK_UNDONE && mark->action == BG_ACTION_LIMIT);
}

/** connect_limited - a datagram socket that is limited becomes a client: it hears its peer, wherever that is. */
static int
connect_limited(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer)
{
	struct bg_change now;
	bool named = undo_read_name(attempt->fd, &now);
	enum limit_peer admitted = limit_peer_admit(attempt->fd, peer);
	int result = connect_bare(attempt, peer);

	limit_peer_settle(attempt->fd, admitted, result >= 0);
	if (result < 0 || mark->kind != BG_MARK_LIMITED)
		return result;
	undo_note(attempt->fd, mark);
	if (admitted == LIMIT_PEER_NONE)
		return result;
	attempt->request.asked = mark->asked;
	attempt->request.form = mark->form;
	attempt->rule = mark->rule;
	if (named && bg_facts_gather(attempt, BG_FACT_PROTOCOL) == BG_FACTS_GATHERED)
		bg_report_undone(attempt, &now, true, result);
	return result;
}

/**
 * find_inherited - a limited datagram socket of which nothing is remembered, since it came by execve(2) or SCM_RIGHTS. Asked for is
 * what it has: a limit changes no address.
 */
static bool
find_inherited(const struct bg_attempt *attempt, struct bg_mark *mark)
{
	struct bg_change now;

	if (!attempt->guard->policy->limits || !bg_limit_is_on(attempt->fd) ||
	    !bg_device_receives_at_once(attempt->fd) || !undo_read_name(attempt->fd, &now))
		return false;
	*mark = (struct bg_mark){.kind = BG_MARK_LIMITED, .action = BG_ACTION_LIMIT, .asked = now.to, .form = now.form};
	return true;
}

/** reconsider - a marked socket connects: undo what bind(2) did where it stands in the way. */
static int
reconsider(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer)
{
	struct bg_change now;
	bool undone;
	int result;

	if (!undo_read_name(attempt->fd, &now) || !undo_is_due(mark, &now, peer) ||
	    bg_facts_gather(attempt, BG_FACT_PROTOCOL) != BG_FACTS_GATHERED)
		return connect_bare(attempt, peer);
	if (!(attempt->request.protocol & DATAGRAM) && !undo_is_idle(attempt->fd))
		return connect_bare(attempt, peer);
	attempt->request.asked = undo_wanted(mark, &now);
	attempt->request.form = mark->form;
	attempt->rule = mark->rule;
	keep_choice(attempt, mark, &now);
	if (attempt->request.protocol & DATAGRAM)
		result = undo_datagram(attempt, mark, &now, peer);
	else
		result = undo_stream(attempt, mark, &now);
	undone = result >= 0;
	if (undone && !(attempt->request.protocol & DATAGRAM))
		result = connect_bare(attempt, peer);
	bg_report_undone(attempt, &now, undone, result == -EINPROGRESS || result == -EINTR ? 0 : result);
	return result;
}

/**
 * blind - the address cannot be looked at: nobody knows where this call goes. Only of a socket that is known not to be of the
 * Internet the kernel may decide.
 */
static int
blind(struct bg_attempt *attempt, const void *addr, unsigned size)
{
	if (bg_facts_unavailable(attempt->fd, false) == BG_FACTS_NONE)
		return (int)bg_kernel_result(attempt->guard->real->connect(attempt->fd, addr, size));
	attempt->request.call = BG_CALL_OUTGOING;
	attempt->request.asked.addr = bg_addr_wildcard(BG_IPV4);
	return bg_attempt_refuse(attempt);
}

/** connect_marked - what bind(2) has made of the socket may have to be undone. @mark: NULL: nothing */
static int
connect_marked(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer)
{
	if (!mark)
		return connect_bare(attempt, peer);
	return is_limited(mark) ? connect_limited(attempt, mark, peer) : reconsider(attempt, mark, peer);
}

/** connect_outgoing - the rules have a say in where this connect(2) goes from. @mark: as above */
static int
connect_outgoing(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer)
{
	int result;

	if (apply_connect(attempt, mark, peer, &result))
		return result;
	if (mark) {
		attempt->request = (struct bg_request){.call = BG_CALL_CONNECT};
		attempt->origin = BG_ORIGIN_NONE;
		return connect_marked(attempt, mark, peer);
	}
	result = connect_bare(attempt, peer);
	if (attempt->request.call == BG_CALL_OUTGOING)
		bg_report_unchanged(attempt, result == -EINPROGRESS || result == -EINTR ? 0 : result);
	return result;
}

/**
 * bg_guard_connect - connect(2) under the guard. The caller has seen that some socket is marked, or that rules are for it.
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_connect(const struct bg_guard *guard, int fd, const void *addr, unsigned size)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_CONNECT}};
	bool enforces = guard->policy->mode == BG_MODE_ENFORCE, outgoing = guard->policy->outgoing;
	enum bg_caller caller = BG_CALLER_BARE;
	struct bg_peer peer = {.size = size};
	struct bg_mark mark, *known = NULL;
	sa_family_t family = AF_UNSPEC;

	if (enforces || (outgoing && guard->policy->mode == BG_MODE_OBSERVE))
		caller = bg_caller_copy(guard->stack_top, addr, size, &peer.name);
	if (caller == BG_CALLER_BLOCKED && enforces && outgoing)
		return blind(&attempt, addr, size);
	if (caller == BG_CALLER_COPIED)
		memcpy(&family, peer.name.bytes, sizeof(family));
	if (caller != BG_CALLER_COPIED || (family == AF_UNSPEC && !enforces))
		return (int)bg_kernel_result(guard->real->connect(fd, addr, size));
	if (family == AF_UNSPEC)
		return bg_guard_disconnect(&attempt, &peer);
	if (enforces && (bg_marks_get(fd, &mark) || find_inherited(&attempt, &mark)))
		known = &mark;
	if (outgoing)
		return connect_outgoing(&attempt, known, &peer);
	if (!known)
		return (int)bg_kernel_result(guard->real->connect(fd, addr, size));
	return connect_marked(&attempt, known, &peer);
}
