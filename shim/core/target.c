/* SPDX-License-Identifier: MIT
 * target.c - the half of decide() that turns a matching rule's target into an address to bind or a device to confine to.
 * Pure. */
#include <errno.h>
#include <string.h>

#include "bindguard/from.h"
#include "core/question.h"
#include "core/target.h"

/** is_ipv6_wildcard - the address is an IPv6 wildcard, which serves IPv4 too unless IPV6_V6ONLY is set. */
static bool
is_ipv6_wildcard(const struct bg_request *request)
{
	return request->form == BG_FORM_IPV6 && bg_addr_is_wildcard(&request->asked.addr);
}

/** wanted_port - the port to hand to the kernel. A bound socket's port cannot be changed any more. */
static uint16_t
wanted_port(const struct question *q)
{
	if (bg_call_is_late(q->request->call) || q->rule->action != BG_ACTION_REWRITE || q->rule->to_port == 0)
		return q->request->asked.port;
	return q->rule->to_port;
}

/** set_address - make @change "bind @addr, in the form that the socket takes". */
static void
set_address(const struct question *q, struct bg_change *change, const struct bg_addr *addr)
{
	memset(change, 0, sizeof(*change));
	change->to.addr = *addr;
	change->to.port = wanted_port(q);
	if (addr->family == BG_IPV6)
		change->form = BG_FORM_IPV6;
	else if (q->request->form == BG_FORM_IPV6 || q->request->form == BG_FORM_MAPPED)
		change->form = BG_FORM_MAPPED;
	else
		change->form = BG_FORM_IPV4;
}

/** set_device - make @change "the address asked for, on a socket confined to @interface". */
static void
set_device(const struct question *q, struct bg_change *change, const char *interface)
{
	set_address(q, change, &q->request->asked.addr);
	change->form = q->request->form;
	memcpy(change->interface, interface, BG_IFNAME_MAX);
}

/** fall_back - the change just set has another way to the same end; it is in verdict->fallback. */
static void
fall_back(struct question *q, enum bg_reason reason)
{
	q->verdict->has_fallback = true;
	q->verdict->fallback_reason = reason;
}

static const char loopback_device[BG_IFNAME_MAX + 1] = "lo"; /* eBPF has no place for tables of 16 bytes */

/**
 * to_loopback - rewrite to 127.0.0.1 or ::1; a dual-stack wildcard is confined to lo, since no address is both.
 * Where the loopback address is missing (disable_ipv6, lo down) confinement guards as well, and where the kernel
 * refuses SO_BINDTODEVICE (before Linux 5.7, or by seccomp) a dual-stack socket keeps ::ffff:127.0.0.1.
 */
static void
to_loopback(struct question *q)
{
	struct bg_verdict *verdict = q->verdict;
	struct bg_addr ipv4 = bg_addr_loopback(BG_IPV4), ipv6 = bg_addr_loopback(BG_IPV6);

	if (is_ipv6_wildcard(q->request)) {
		if (question_lacks(q, BG_FACT_V6ONLY))
			return;
		if (!q->request->v6only) {
			set_device(q, &verdict->change, loopback_device);
			set_address(q, &verdict->fallback, &ipv4);
			fall_back(q, BG_REASON_NO_CONFINE);
			question_settle(q, BG_EFFECT_CHANGE, BG_REASON_DUAL_STACK);
			return;
		}
	}
	set_address(q, &verdict->change, q->request->form == BG_FORM_IPV6 ? &ipv6 : &ipv4);
	if (bg_addr_is_wildcard(&q->request->asked.addr)) {
		set_device(q, &verdict->fallback, loopback_device);
		fall_back(q, BG_REASON_NO_LOOPBACK);
	}
	question_settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/**
 * pick - which of a rule's targets the socket can take: its own family's; a dual-stack socket else the IPv4 one.
 * Return: NULL where there is none. May leave verdict->needs set: then nothing is decided.
 */
static const struct bg_addr *
pick(struct question *q, const struct bg_addr *ipv4, const struct bg_addr *ipv6)
{
	if (q->request->form != BG_FORM_IPV6)
		return ipv4;
	if (ipv6)
		return ipv6;
	if (!ipv4 || question_lacks(q, BG_FACT_V6ONLY))
		return NULL;
	return q->request->v6only ? NULL : ipv4; /* a mapped address is EINVAL with IPV6_V6ONLY, ipv6(7) */
}

/** is_dual_stack - a wildcard of both families? May leave verdict->needs set: then nothing is decided. */
static bool
is_dual_stack(struct question *q)
{
	return is_ipv6_wildcard(q->request) && !question_lacks(q, BG_FACT_V6ONLY) && !q->request->v6only;
}

/** lost_family - why a dual-stack socket at @addr serves less than was asked for. */
static enum bg_reason
lost_family(const struct bg_addr *addr)
{
	return addr->family == BG_IPV6 ? BG_REASON_NO_IPV4 : BG_REASON_NO_IPV6;
}

/** to_address - rewrite to one of the rule's addresses. */
static void
to_address(struct question *q)
{
	bool dual_stack = is_dual_stack(q);
	const struct bg_rule *rule = q->rule;
	const struct bg_addr *target =
		pick(q, rule->has_ipv4 ? &rule->ipv4 : NULL, rule->has_ipv6 ? &rule->ipv6 : NULL);

	if (q->verdict->needs)
		return;
	if (!BG_OPAQUE(target)) {
		question_refuse(q, EACCES, BG_REASON_FAMILY);
		return;
	}
	set_address(q, &q->verdict->change, target);
	question_settle(q, BG_EFFECT_CHANGE, dual_stack ? lost_family(target) : BG_REASON_RULE);
}

/** is_unasked - could a family not be asked for that the socket would take before @target, or for want of one? */
static bool
is_unasked(const struct bg_request *request, const struct bg_addr *target)
{
	unsigned families = BG_IPV4;

	if (request->form == BG_FORM_IPV6)
		families = target ? BG_IPV6 : BG_IPV6 | BG_IPV4;
	return request->target_unasked & families;
}

/**
 * to_interface - rewrite to the address that the rule's interface has now. A dual-stack wildcard is confined to it, since no
 * address serves both families; where the kernel refuses that, it gets an address of one, and the reason says so.
 */
static void
to_interface(struct question *q)
{
	const struct bg_request *request = q->request;
	bool dual_stack = is_dual_stack(q);
	const struct bg_addr *target;

	memcpy(q->verdict->interface, q->rule->interface, BG_IFNAME_MAX);
	if (q->verdict->needs || question_lacks(q, BG_FACT_TARGET_ADDR))
		return;
	target = pick(q, request->target_ipv4.family ? &request->target_ipv4 : NULL,
		      request->target_ipv6.family ? &request->target_ipv6 : NULL);
	if (q->verdict->needs)
		return;
	if (dual_stack && target) {
		set_device(q, &q->verdict->change, q->rule->interface);
		set_address(q, &q->verdict->fallback, target);
		fall_back(q, lost_family(target));
		question_settle(q, BG_EFFECT_CHANGE, BG_REASON_DUAL_STACK);
		return;
	}
	if (is_unasked(request, target)) {
		question_refuse(q, EACCES, BG_REASON_UNASKED);
		return;
	}
	if (!BG_OPAQUE(target)) {
		question_refuse(q, EADDRNOTAVAIL, BG_REASON_NO_ADDRESS);
		return;
	}
	set_address(q, &q->verdict->change, target);
	question_settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/** to_device - the address is taken: confine to the device that has the target instead. */
static void
to_device(struct question *q)
{
	char device[BG_IFNAME_MAX];

	if (q->rule->target == BG_TARGET_LOOPBACK) {
		memcpy(device, loopback_device, BG_IFNAME_MAX);
	} else if (q->rule->target == BG_TARGET_INTERFACE) {
		memcpy(device, q->rule->interface, sizeof(device));
	} else {
		to_address(q);
		if (q->verdict->needs || q->verdict->effect != BG_EFFECT_CHANGE)
			return;
		/* All of 127.0.0.0/8 is lo's, which the kernel lists as one address. */
		if (bg_addr_is_loopback(&q->verdict->change.to.addr)) {
			memcpy(device, loopback_device, BG_IFNAME_MAX);
		} else {
			if (question_lacks(q, BG_FACT_TARGET_DEVICE))
				return;
			memcpy(device, q->request->target_device, sizeof(device));
		}
	}
	if (!device[0]) {
		question_refuse(q, EACCES, q->request->target_unasked ? BG_REASON_UNASKED : BG_REASON_NO_ADDRESS);
		return;
	}
	set_device(q, &q->verdict->change, device);
	question_settle(q, BG_EFFECT_CHANGE, BG_REASON_AT_LISTEN);
}

/** keep_if_there - a rewrite to where the program goes anyway changes nothing. */
static void
keep_if_there(struct question *q)
{
	const struct bg_request *request = q->request;
	const struct bg_change *change = &q->verdict->change;
	bool there;

	if (q->verdict->needs || q->verdict->effect != BG_EFFECT_CHANGE || change->interface[0])
		return;
	there = q->rule->target == BG_TARGET_LOOPBACK ? bg_addr_is_loopback(&request->asked.addr)
						      : bg_addr_equal(&request->asked.addr, &change->to.addr);
	if (!there)
		return;
	if (change->to.port == request->asked.port) {
		q->verdict->has_fallback = false;
		question_settle(q, BG_EFFECT_NONE, BG_REASON_ALREADY_THERE);
		return;
	}
	q->verdict->change.to.addr = request->asked.addr;
	q->verdict->change.form = request->form;
}

/**
 * fits - does the socket's family take the address? A device or a filter would stick to a socket of any family, whose bind(2)
 * then fails. May leave verdict->needs set: then nothing is decided.
 */
static bool
fits(struct question *q)
{
	if (question_lacks(q, BG_FACT_DOMAIN))
		return false;
	if (!q->request->domain_fits)
		question_settle(q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
	return q->request->domain_fits;
}

/** target_confine - the rule says confine: the address stays as asked, the socket gets the rule's device. */
void
target_confine(struct question *q)
{
	if (!fits(q))
		return;
	set_device(q, &q->verdict->change, q->rule->interface);
	question_settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/**
 * target_limit - the rule says limit: the address stays as asked, the socket gets a filter. Where it takes none, this machine
 * can be had by a device, but for its own addresses; other places cannot.
 */
void
target_limit(struct question *q)
{
	struct bg_verdict *verdict = q->verdict;

	if (!fits(q))
		return;
	set_address(q, &verdict->change, &q->request->asked.addr);
	verdict->change.form = q->request->form;
	verdict->change.limited = true;
	if (bg_from_is_machine(bg_policy_at(q->policy, q->rule->from), q->rule->from.count)) {
		set_device(q, &verdict->fallback, loopback_device);
		fall_back(q, BG_REASON_LO_INSTEAD);
	}
	question_settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/** target_rewrite - the rule says rewrite. A bound socket keeps its address: it is confined instead. */
void
target_rewrite(struct question *q)
{
	if (bg_call_is_late(q->request->call))
		to_device(q);
	else if (q->rule->target == BG_TARGET_LOOPBACK)
		to_loopback(q);
	else if (q->rule->target == BG_TARGET_ADDRESS)
		to_address(q);
	else
		to_interface(q);
	keep_if_there(q);
}
