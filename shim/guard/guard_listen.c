/* SPDX-License-Identifier: MIT
 * guard_listen.c - listen(2) under the guard: the gate that no wildcard listener passes against the rules, however it
 * came to be one: port 0, autobind (listen without bind), inherited, passed, bound past the symbol. Signal-safe. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/decide.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/apply_listen.h"
#include "guard/replace.h"

/**
 * name_socket - the request of listen(2): the socket's own name is what is asked for.
 * Return: BG_FACTS_NONE where the gate has no say: no Internet socket, or one that cannot listen (UDP: EOPNOTSUPP).
 */
static enum bg_facts
name_socket(struct bg_attempt *attempt)
{
	struct bg_request *request = &attempt->request;
	enum bg_facts facts;
	union bg_sockaddr name;
	struct bg_mark mark;
	unsigned size;

	request->asked.addr = bg_addr_wildcard(BG_IPV4);
	if (bg_kernel_getsockname(attempt->fd, &name, &size))
		return bg_facts_unavailable(attempt->fd, false);
	if (size > sizeof(name) || !bg_sockaddr_decode(&name, size, &request->asked, &request->form) ||
	    request->form == BG_FORM_UNSPEC)
		return BG_FACTS_NONE;
	if (request->asked.port == 0) { /* not bound: listen(2) would bind the wildcard itself, ip(7) */
		request->known |= BG_FACT_PORT_ZERO;
		request->port_was_zero = true;
	}
	/* An address that a rule gave it to connect from is no server's choice. */
	if (bg_facts_departure(attempt->fd, &request->asked.addr, &mark)) {
		request->asked.addr = mark.asked.addr;
		request->form = mark.form;
	}
	facts = bg_facts_gather(attempt, BG_FACT_PROTOCOL);
	return facts == BG_FACTS_GATHERED && !(request->protocol & BG_PROTOCOL_LISTENING) ? BG_FACTS_NONE : facts;
}

/**
 * was_given_back - connect(2) undid what bind(2) had made of this socket, so listen(2) has to decide on it afresh.
 * BG_MARKED_UNKNOWN: perhaps.
 */
static enum bg_marked
was_given_back(int fd)
{
	struct bg_mark mark;
	enum bg_marked marked = bg_marks_find(fd, &mark);

	return marked == BG_MARKED && mark.kind != BG_MARK_UNDONE ? BG_MARKED_NOT : marked;
}

/**
 * gate - ask the rules about a socket that is about to listen. A specific address was bind(2)'s business: what a rule
 * made of it must not be asked about again. Lockdown has no such history and is asked about every address.
 * @facts: what name_socket() said
 */
static bool
gate(struct bg_attempt *attempt, enum bg_facts facts)
{
	const struct bg_guard *guard = attempt->guard;
	struct bg_verdict *verdict = &attempt->verdict;
	enum bg_marked given_back;

	if (facts == BG_FACTS_BLOCKED)
		bg_decide_blocked(verdict);
	else if (!bg_attempt_decide(attempt))
		return false;
	if (bg_addr_is_wildcard(&attempt->request.asked.addr) || guard->policy->lockdown)
		return true;
	if (verdict->action == BG_ACTION_ALLOW || verdict->action == BG_ACTION_LIMIT) /* that waits for listen(2) */
		return true;
	given_back = was_given_back(attempt->fd);
	if (given_back == BG_MARKED_UNKNOWN)
		bg_decide_blocked(verdict);
	if (given_back == BG_MARKED_NOT) {
		memset(verdict, 0, sizeof(*verdict));
		verdict->rule = BG_NO_RULE;
		verdict->reason = BG_REASON_NO_RULE;
	}
	return true;
}

/** enum place - where a socket is that bind(2), or a listen(2) that failed, had put somewhere else than asked. */
enum place {
	PLACE_OTHER,  /* it was not put anywhere, or is there no more */
	PLACE_SAME,   /* there */
	PLACE_CHOSEN, /* there, on a device that the program has chosen since */
};

/** find_place - by name and device, for which the kernel is asked. @device: set to the socket's */
static enum place
find_place(const struct bg_attempt *attempt, const struct bg_mark *mark, char device[BG_IFNAME_MAX])
{
	const struct bg_endpoint *now = &attempt->request.asked, *then = &mark->bound;
	int listens = 0;

	if (mark->kind == BG_MARK_UNDONE || !bg_addr_equal(&now->addr, &then->addr))
		return PLACE_OTHER;
	if ((then->port && now->port != then->port) || bg_kernel_get_device(attempt->fd, device))
		return PLACE_OTHER;
	if (memcmp(device, mark->device, BG_IFNAME_MAX) == 0)
		return PLACE_SAME;
	if (device[0] && !bg_device_is_loopback(device) && !bg_addr_is_link_local(&then->addr) &&
	    bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) == 0 && !listens &&
	    bg_origin_of(attempt, device) == BG_ORIGIN_PROGRAM)
		return PLACE_CHOSEN;
	return mark->device[0] ? PLACE_OTHER : PLACE_SAME;
}

/** let_reuse - SO_REUSEADDR. */
static void
let_reuse(int fd, int on)
{
	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

/**
 * give_back - the program has bound the socket to @device after bind(2), a choice that would have kept bind(2) from changing
 * anything: make it so. Return: 0, or -errno and everything is as it was.
 *
 * A duplicate of the descriptor keeps the old socket, with which the new one conflicts when it listens, but where both have
 * SO_REUSEADDR: until then it is on (attempt->reuse).
 */
static int
give_back(struct bg_attempt *attempt, const struct bg_mark *mark, const char device[BG_IFNAME_MAX])
{
	static const struct bg_peer nobody;
	struct bg_change wanted = {.to = mark->asked, .form = mark->form};
	struct bg_request *request = &attempt->request;
	int error, reuse = 0;

	if (wanted.to.port == 0)
		wanted.to.port = request->asked.port;
	if (wanted.to.port != request->asked.port || !bg_addr_equal(&wanted.to.addr, &request->asked.addr)) {
		memcpy(wanted.interface, device, sizeof(wanted.interface));
		memcpy(attempt->kept, device, sizeof(attempt->kept));
		bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_REUSEADDR, &reuse);
		let_reuse(attempt->fd, 1);
		error = bg_replace(attempt, &wanted.to, wanted.form, mark->dual_stack, &nobody);
		if (error) {
			let_reuse(attempt->fd, reuse);
			bg_report_changed(attempt, &wanted, error);
			return error;
		}
		attempt->exchanged = true;
		attempt->reuse = reuse;
	}
	request->asked = wanted.to;
	request->form = wanted.form;
	attempt->told = false;
	return 0;
}

/**
 * settle - what bind(2) decided is not asked again: listen(2) sees another address and port than those the rules were
 * asked about, and would find another rule. Sets what an event needs to know of bind(2)'s. A device that the program has chosen
 * since is no reason where the socket cannot be had as asked for: then it stays where bind(2) put it.
 */
static bool
settle(struct bg_attempt *attempt)
{
	struct bg_verdict *verdict = &attempt->verdict;
	char device[BG_IFNAME_MAX];
	struct bg_mark mark;
	enum place place;

	if (!bg_marks_get(attempt->fd, &mark))
		return false;
	if (mark.kind == BG_MARK_AS_ASKED)
		attempt->told = mark.told;
	if (attempt->guard->policy->mode != BG_MODE_ENFORCE)
		return false;
	place = find_place(attempt, &mark, device);
	if (place == PLACE_OTHER)
		return false;
	attempt->told = mark.told;
	attempt->rule = mark.rule;
	memset(verdict, 0, sizeof(*verdict));
	verdict->rule = BG_NO_RULE;
	verdict->action = (enum bg_action)mark.action;
	verdict->reason = BG_REASON_ALREADY_THERE;
	if (place == PLACE_CHOSEN && give_back(attempt, &mark, device) == 0)
		verdict->reason = BG_REASON_OWN_DEVICE;
	return true;
}

/**
 * look_again - a socket that had another address before listen(2) may have a wildcard after it: an MPTCP socket whose
 * connect(2) failed gets a new subflow. Confine it now; where that cannot be, end the listening.
 * Proved by tests/preload/kernel_facts_test.c.
 * Return: true where the call has been dealt with and @result is what the program gets.
 */
static bool
look_again(struct bg_attempt *attempt, int *result)
{
	struct bg_verdict *verdict = &attempt->verdict;
	enum bg_facts facts;

	attempt->request.known = 0;
	facts = name_socket(attempt);
	if (facts == BG_FACTS_NONE || !bg_addr_is_wildcard(&attempt->request.asked.addr) || !gate(attempt, facts) ||
	    (verdict->effect != BG_EFFECT_CHANGE && verdict->effect != BG_EFFECT_REFUSE))
		return false;
	if (verdict->change.limited && verdict->has_fallback) /* MPTCP takes no filter */
		verdict->change = verdict->fallback;
	if (verdict->effect == BG_EFFECT_REFUSE || verdict->change.limited ||
	    bg_origin_confine(attempt, verdict->change.interface)) {
		syscall(SYS_shutdown, attempt->fd, SHUT_RDWR);
		*result = -(verdict->effect == BG_EFFECT_REFUSE ? verdict->error : EACCES);
	}
	bg_report_changed(attempt, verdict->effect == BG_EFFECT_CHANGE ? &verdict->change : NULL, *result);
	return true;
}

/**
 * bg_guard_listen - listen(2) under the guard.
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_listen(const struct bg_guard *guard, int fd, int backlog)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_LISTEN}};
	enum bg_facts facts = name_socket(&attempt);
	bool specific;
	int result;

	if (facts == BG_FACTS_NONE)
		return (int)bg_kernel_result(guard->real->listen(fd, backlog));
	if (guard->complaints[0])
		bg_report_complaints(guard, &attempt.request.asked);
	if ((facts != BG_FACTS_GATHERED || !settle(&attempt)) && !gate(&attempt, facts))
		return (int)bg_kernel_result(guard->real->listen(fd, backlog));
	if (guard->policy->mode == BG_MODE_ENFORCE) {
		if (attempt.verdict.effect == BG_EFFECT_CHANGE)
			return bg_apply_listen(&attempt, backlog);
		if (attempt.verdict.effect == BG_EFFECT_REFUSE) {
			bg_report_changed(&attempt, NULL, -attempt.verdict.error);
			return -attempt.verdict.error;
		}
	}
	specific = !bg_addr_is_wildcard(&attempt.request.asked.addr);
	result = (int)bg_kernel_result(guard->real->listen(fd, backlog));
	if (attempt.exchanged)
		let_reuse(fd, attempt.reuse);
	if (result >= 0 && specific && guard->policy->mode == BG_MODE_ENFORCE && look_again(&attempt, &result))
		return result;
	bg_report_unchanged(&attempt, result);
	return result;
}
