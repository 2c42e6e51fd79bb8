/* SPDX-License-Identifier: MIT
 * apply_connect.c - does what rules say of where a connect(2) goes from: binds the socket before, confines it, or refuses.
 * Signal-safe.
 *
 * Theory of operation. What leaves by another way than the rule's is worse than a connect(2) that fails, so where the address or
 * the device cannot be had the call fails. What a socket was given here stays when the network refuses: it is tried again
 * from the same place. It is no choice of the program, though, which a mark tells: listen(2) and a dissolved association
 * decide on it afresh, and to loopback, where its device does not lead, it goes without.
 */
#include "guard/apply_connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/facts.h"
#include "bindguard/kernel.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/guard_connect.h"
#include "guard/limit_peer.h"
#include "guard/replace.h"
#include "guard/undo.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE | BG_PROTOCOL_RAW) /* hear without listen(2) */

/** APART - a frame of its own: not on the stack while the rules are asked, which goes deepest (tests/preload/stack_test.c). */
#define APART __attribute__((noinline))

/** binds - has @change an address? */
static bool
binds(const struct bg_change *change)
{
	return !bg_addr_is_wildcard(&change->to.addr);
}

/** settled - what an event tells of @result: that a connect(2) goes on is no failure. */
static int
settled(int result)
{
	return result == -EINPROGRESS || result == -EINTR ? 0 : result;
}

/** note_departure - where the socket goes from is ours. @mark: what was remembered of it */
static void
note_departure(const struct bg_attempt *attempt, const struct bg_change *change, struct bg_mark *mark)
{
	mark->kind = BG_MARK_UNDONE;
	if (binds(change))
		mark->bound = change->to;
	if (change->interface[0]) {
		mark->scoped = true;
		memcpy(mark->device, change->interface, sizeof(mark->device));
	}
	bg_marks_put(attempt->fd, mark);
}

/** first_mark - of a socket of which nothing is remembered: what it has now counts as asked for. */
static void
first_mark(const struct bg_attempt *attempt, struct bg_mark *mark)
{
	struct bg_change now;
	int v6only = 1;

	memset(mark, 0, sizeof(*mark));
	mark->action = (uint8_t)attempt->verdict.action;
	mark->rule = attempt->guard->policy->rules[attempt->verdict.rule].name.offset;
	mark->form = attempt->request.form;
	mark->asked.addr = bg_addr_wildcard((enum bg_family)attempt->request.asked.addr.family);
	if (undo_read_name(attempt->fd, &now)) {
		mark->asked = now.to;
		mark->form = now.form;
	}
	mark->dual_stack = mark->form != BG_FORM_IPV4 &&
			   bg_kernel_getint(attempt->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only) == 0 && !v6only;
}

/**
 * bind_source - to the address of @change, and port 0. A stream socket takes its port when it connects (IP_BIND_ADDRESS_NO_PORT,
 * Linux 4.2): else no two connections could share one, and a busy client would run out of them. Return: 0 or -errno.
 */
static int
bind_source(const struct bg_attempt *attempt, const struct bg_change *change)
{
	int fd = attempt->fd, late = 0, on = 1, result;
	union bg_sockaddr to;
	unsigned size = bg_sockaddr_encode(&change->to, change->form, &to);

	bg_kernel_getint(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late);
	if (!(attempt->request.protocol & DATAGRAM))
		bg_kernel_setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	result = bg_kernel_bind(fd, &to, size);
	if (!(attempt->request.protocol & DATAGRAM))
		bg_kernel_setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof(late));
	return result;
}

/** confine - to the device of @change. Return: 0, ENODEV where there is none, else EACCES. */
static int
confine(struct bg_attempt *attempt, const struct bg_change *change)
{
	int error = bg_origin_confine(attempt, change->interface);

	if (error && attempt->origin == BG_ORIGIN_ENVIRONMENT)
		attempt->verdict.reason = BG_REASON_ENVIRONMENT;
	return error == 0 || error == -ENODEV ? error : -EACCES;
}

/** is_ipv6_only - a socket that reaches no IPv4 host, and is told so by the kernel. */
static bool
is_ipv6_only(const struct bg_attempt *attempt)
{
	int v6only = 0;

	return attempt->request.form == BG_FORM_MAPPED &&
	       bg_kernel_getint(attempt->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only) == 0 && v6only;
}

/** change_in_place - bind or confine the socket, and connect it. */
APART static int
change_in_place(struct bg_attempt *attempt, const struct bg_mark *before, const struct bg_peer *peer)
{
	const struct bg_change *change = &attempt->verdict.change;
	enum limit_peer admitted = LIMIT_PEER_NONE;
	struct bg_mark mark;
	int result;

	if (is_ipv6_only(attempt))
		return connect_bare(attempt, peer);
	if (before && before->kind != BG_MARK_SCOPE)
		mark = *before;
	else
		first_mark(attempt, &mark);
	result = binds(change) ? bind_source(attempt, change) : confine(attempt, change);
	if (result == 0) {
		note_departure(attempt, change, &mark);
		if (before && before->action == BG_ACTION_LIMIT)
			admitted = limit_peer_admit(attempt->fd, peer);
		result = connect_bare(attempt, peer);
		limit_peer_settle(attempt->fd, admitted, result >= 0);
	}
	bg_report_changed(attempt, change, settled(result));
	return result;
}

/** change_and_undo - what bind(2) put to loopback is exchanged for a socket at the rule's target, with the port asked for. */
APART static int
change_and_undo(struct bg_attempt *attempt, const struct bg_mark *before, const struct bg_change *now,
		const struct bg_peer *peer)
{
	static const struct bg_peer nobody;
	const struct bg_change *change = &attempt->verdict.change;
	bool datagram = attempt->request.protocol & DATAGRAM;
	struct bg_endpoint to = undo_wanted(before, now);
	enum bg_form form = before->form;
	struct bg_mark mark = *before;
	int result;

	if (binds(change)) {
		to.addr = change->to.addr;
		form = change->form;
	}
	memcpy(attempt->kept, change->interface, sizeof(attempt->kept));
	result = bg_replace(attempt, &to, form, mark.dual_stack, datagram ? peer : &nobody);
	if (result == -EPERM)
		result = -EACCES;
	if (result >= 0) {
		memset(&mark.bound, 0, sizeof(mark.bound));
		note_departure(attempt, change, &mark);
		if (!datagram)
			result = connect_bare(attempt, peer);
	}
	bg_report_changed(attempt, change, settled(result));
	return result;
}

/**
 * leave_device - the socket goes to loopback, where the device that a rule gave it at an earlier connect(2) does not lead.
 * Return: whether the call is made, as undo_in_place().
 */
APART static bool
leave_device(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now,
	     const struct bg_peer *peer, int *result)
{
	static const struct bg_peer nobody;
	enum limit_peer admitted = LIMIT_PEER_NONE;
	bool made;

	if (bg_facts_gather(attempt, BG_FACT_PROTOCOL) != BG_FACTS_GATHERED)
		return false;
	if (attempt->request.protocol & DATAGRAM) {
		if (mark->action == BG_ACTION_LIMIT)
			admitted = limit_peer_admit(attempt->fd, peer);
		made = undo_in_place(attempt, now, peer, result);
		limit_peer_settle(attempt->fd, admitted, made && *result >= 0);
		return made;
	}
	if (undo_is_idle(attempt->fd) && bg_kernel_set_device(attempt->fd, ""))
		bg_replace(attempt, now->to.port ? &now->to : NULL, now->form, mark->dual_stack, &nobody);
	return false;
}

/**
 * ask_of_undone - the rules are asked about the socket as it is when bind(2) is undone: bound to nothing, and on no device but one
 * that the program has chosen since.
 */
static void
ask_of_undone(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	struct bg_request *request = &attempt->request;

	request->known |= BG_FACT_LOCAL | BG_FACT_DEVICE;
	request->local.addr = bg_addr_wildcard((enum bg_family)request->asked.addr.family);
	if (mark->kind == BG_MARK_ADDRESS && now->interface[0] &&
	    bg_origin_of(attempt, now->interface) == BG_ORIGIN_PROGRAM)
		memcpy(request->device, now->interface, sizeof(request->device));
}

/**
 * stays - is the socket one that a rule has put somewhere at bind(2), and that is not undone? Or there already? The device of a
 * datagram socket is gone where its association was dissolved, and its port with that (device.c).
 */
static bool
stays(const struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	const char *device = attempt->verdict.change.interface;
	char present[BG_IFNAME_MAX];

	if (mark && (mark->kind == BG_MARK_ADDRESS || (mark->kind == BG_MARK_DEVICE && now->interface[0])))
		return true;
	return device[0] && attempt->origin != BG_ORIGIN_NONE && bg_kernel_get_device(attempt->fd, present) == 0 &&
	       memcmp(present, device, sizeof(present)) == 0;
}

/**
 * apply_connect - ask the rules about a connect(2), and do what they say.
 * @mark: what is remembered of the socket, NULL: nothing
 * Return: false where they change nothing, and the call is to be made as without them; else @result is what the program gets.
 */
bool
apply_connect(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer, int *result)
{
	struct bg_request *request = &attempt->request;
	struct bg_verdict *verdict = &attempt->verdict;
	struct bg_change now;
	bool undo;

	if (!bg_sockaddr_decode(&peer->name, peer->size, &request->asked, &request->form))
		return false;
	if (mark && !undo_read_name(attempt->fd, &now))
		mark = NULL;
	undo = mark && undo_is_due(mark, &now, peer);
	request->call = BG_CALL_OUTGOING;
	if (undo)
		ask_of_undone(attempt, mark, &now);
	if (!bg_attempt_decide(attempt)) {
		request->call = BG_CALL_CONNECT;
		return false;
	}
	if (attempt->guard->policy->mode != BG_MODE_ENFORCE)
		return false;
	if (verdict->effect == BG_EFFECT_REFUSE) {
		*result = -verdict->error;
		bg_report_changed(attempt, NULL, *result);
		return true;
	}
	if (verdict->effect != BG_EFFECT_CHANGE)
		return mark && mark->kind == BG_MARK_UNDONE && mark->scoped && bg_addr_is_here(&request->asked.addr) &&
		       memcmp(mark->device, now.interface, sizeof(mark->device)) == 0 &&
		       leave_device(attempt, mark, &now, peer, result);
	if (bg_facts_gather(attempt, BG_FACT_PROTOCOL) != BG_FACTS_GATHERED) {
		*result = bg_attempt_refuse(attempt);
		return true;
	}
	if ((!(request->protocol & DATAGRAM) && !undo_is_idle(attempt->fd)) || (!undo && stays(attempt, mark, &now))) {
		verdict->effect = BG_EFFECT_NONE;
		verdict->reason = BG_REASON_ALREADY_THERE;
		return false;
	}
	*result = undo ? change_and_undo(attempt, mark, &now, peer) : change_in_place(attempt, mark, peer);
	return true;
}
