/* SPDX-License-Identifier: MIT
 * decide.c - the one place that decides: policy and request in, verdict out. Pure.
 *
 * Theory of operation. Facts cost system calls, so decide() starts with what the address alone tells and stops at the
 * first question that only a further fact can answer: verdict->needs names it, the caller gathers it and asks again.
 * The rules are tried in order (first_match); what the matching rule says becomes an effect (settle_*): an address to
 * bind, a device to confine to, an errno, or nothing. A change may carry a fallback for kernels and hosts that cannot
 * do it; the fallback guards as well as the change does, or the call is refused.
 */
#include <errno.h>
#include <string.h>

#include "bindguard/decision.h"

#define LISTENING (BG_PROTOCOL_TCP | BG_PROTOCOL_SCTP | BG_PROTOCOL_DCCP)

/**
 * struct question - what the steps below share.
 * @policy, @request: as given
 * @rule: the rule that matched
 * @verdict: being written
 */
struct question {
	const struct bg_policy *policy;
	const struct bg_request *request;
	const struct bg_rule *rule;
	struct bg_verdict *verdict;
};

/** lacks - is one of @facts not known yet? Then note them all in the verdict. */
static bool
lacks(struct question *q, unsigned facts)
{
	q->verdict->needs = facts & ~q->request->known;
	return q->verdict->needs != 0;
}

/** settle - decided: @effect, because of @reason. */
static void
settle(struct question *q, enum bg_effect effect, enum bg_reason reason)
{
	q->verdict->effect = effect;
	q->verdict->reason = reason;
}

/** refuse - decided: fail with @error; but a call that the kernel itself would refuse gets the kernel's own errno. */
static void
refuse(struct question *q, int error, enum bg_reason reason)
{
	if (lacks(q, BG_FACT_DOMAIN))
		return;
	if (!q->request->domain_fits) {
		settle(q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
		return;
	}
	q->verdict->error = error;
	settle(q, BG_EFFECT_REFUSE, reason);
}

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
	if (q->request->call == BG_CALL_LISTEN || q->rule->action != BG_ACTION_REWRITE || q->rule->to_port == 0)
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

static const char loopback_device[BG_IFNAME_MAX] = "lo";

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
		if (lacks(q, BG_FACT_V6ONLY))
			return;
		if (!q->request->v6only) {
			set_device(q, &verdict->change, loopback_device);
			set_address(q, &verdict->fallback, &ipv4);
			fall_back(q, BG_REASON_NO_CONFINE);
			settle(q, BG_EFFECT_CHANGE, BG_REASON_DUAL_STACK);
			return;
		}
	}
	set_address(q, &verdict->change, q->request->form == BG_FORM_IPV6 ? &ipv6 : &ipv4);
	if (bg_addr_is_wildcard(&q->request->asked.addr)) {
		set_device(q, &verdict->fallback, loopback_device);
		fall_back(q, BG_REASON_NO_LOOPBACK);
	}
	settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
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
	if (!ipv4 || lacks(q, BG_FACT_V6ONLY))
		return NULL;
	return q->request->v6only ? NULL : ipv4; /* a mapped address is EINVAL with IPV6_V6ONLY, ipv6(7) */
}

/** to_address - rewrite to one of the rule's addresses. */
static void
to_address(struct question *q)
{
	const struct bg_rule *rule = q->rule;
	const struct bg_addr *target =
		pick(q, rule->has_ipv4 ? &rule->ipv4 : NULL, rule->has_ipv6 ? &rule->ipv6 : NULL);

	if (q->verdict->needs)
		return;
	if (!target) {
		refuse(q, EACCES, BG_REASON_FAMILY);
		return;
	}
	set_address(q, &q->verdict->change, target);
	settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/** to_interface - rewrite to the address that the rule's interface has now. */
static void
to_interface(struct question *q)
{
	const struct bg_request *request = q->request;
	const struct bg_addr *target;

	memcpy(q->verdict->interface, q->rule->interface, BG_IFNAME_MAX);
	if (lacks(q, BG_FACT_TARGET_ADDR))
		return;
	target = pick(q, request->target_ipv4.family ? &request->target_ipv4 : NULL,
		      request->target_ipv6.family ? &request->target_ipv6 : NULL);
	if (q->verdict->needs)
		return;
	if (!target) {
		refuse(q, EADDRNOTAVAIL, BG_REASON_NO_ADDRESS);
		return;
	}
	set_address(q, &q->verdict->change, target);
	settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
}

/** to_device - at listen the address is taken: confine to the device that has the target instead. */
static void
to_device(struct question *q)
{
	char device[BG_IFNAME_MAX];

	if (q->rule->target == BG_TARGET_LOOPBACK) {
		memcpy(device, loopback_device, sizeof(device));
	} else if (q->rule->target == BG_TARGET_INTERFACE) {
		memcpy(device, q->rule->interface, sizeof(device));
	} else {
		to_address(q);
		if (q->verdict->needs || q->verdict->effect != BG_EFFECT_CHANGE)
			return;
		if (lacks(q, BG_FACT_TARGET_DEVICE))
			return;
		memcpy(device, q->request->target_device, sizeof(device));
	}
	if (!device[0]) {
		refuse(q, EACCES, BG_REASON_NO_ADDRESS);
		return;
	}
	set_device(q, &q->verdict->change, device);
	settle(q, BG_EFFECT_CHANGE, BG_REASON_AT_LISTEN);
}

/** waits - a socket that can listen is bound to port 0: a client or a server? listen(2) will tell. */
static bool
waits(struct question *q)
{
	if (q->request->call == BG_CALL_LISTEN || q->request->asked.port != 0)
		return false;
	if (lacks(q, BG_FACT_PROTOCOL))
		return true;
	if (!(q->request->protocol & LISTENING))
		return false;
	settle(q, BG_EFFECT_WAIT, BG_REASON_PORT_ZERO);
	return true;
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
		settle(q, BG_EFFECT_NONE, BG_REASON_ALREADY_THERE);
		return;
	}
	q->verdict->change.to.addr = request->asked.addr;
	q->verdict->change.form = request->form;
}

/** change_call - the rule says rewrite or confine. */
static void
change_call(struct question *q)
{
	if (waits(q) || lacks(q, BG_FACT_DEVICE))
		return;
	/* A device that the program chose is a choice as explicit as an address. */
	if (q->request->device[0]) {
		settle(q, BG_EFFECT_NONE, BG_REASON_OWN_DEVICE);
		return;
	}
	if (q->rule->action == BG_ACTION_CONFINE) {
		set_device(q, &q->verdict->change, q->rule->interface);
		settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
		return;
	}
	if (q->request->call == BG_CALL_LISTEN)
		to_device(q);
	else if (q->rule->target == BG_TARGET_LOOPBACK)
		to_loopback(q);
	else if (q->rule->target == BG_TARGET_ADDRESS)
		to_address(q);
	else
		to_interface(q);
	keep_if_there(q);
}

/** first_match - the index of the rule that decides, BG_NO_RULE where none does; verdict->needs may be set instead. */
static uint32_t
first_match(struct question *q)
{
	for (uint32_t i = 0; i < q->policy->rule_count; i++) {
		unsigned needs = 0;
		enum bg_match match = bg_rule_match(q->policy, &q->policy->rules[i], q->request, &needs);

		if (match == BG_MATCH_UNKNOWN)
			q->verdict->needs = needs;
		if (match == BG_MATCH_UNKNOWN || match == BG_MATCH_YES)
			return i;
	}
	return BG_NO_RULE;
}

/** is_wellformed - could the kernel take this address at all, as far as is known? Asks for SO_DOMAIN for AF_UNSPEC. */
static bool
is_wellformed(struct question *q)
{
	if (q->request->form != BG_FORM_UNSPEC)
		return true;
	if (!bg_addr_is_wildcard(&q->request->asked.addr))
		return false;
	return lacks(q, BG_FACT_DOMAIN) || q->request->domain_fits;
}

void
bg_decide(const struct bg_policy *policy, const struct bg_request *request, struct bg_verdict *verdict)
{
	struct question q = {.policy = policy, .request = request, .verdict = verdict};

	memset(verdict, 0, sizeof(*verdict));
	verdict->rule = BG_NO_RULE;
	verdict->action = BG_ACTION_ALLOW;
	if (!is_wellformed(&q))
		settle(&q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
	if (verdict->needs || verdict->reason == BG_REASON_NOT_INTERNET)
		return;
	verdict->rule = first_match(&q);
	if (verdict->needs)
		return;
	if (verdict->rule == BG_NO_RULE) {
		settle(&q, BG_EFFECT_NONE, BG_REASON_NO_RULE);
		return;
	}
	q.rule = &policy->rules[verdict->rule];
	verdict->action = q.rule->action;
	if (verdict->action == BG_ACTION_DENY)
		refuse(&q, q.rule->error, BG_REASON_RULE);
	else if (verdict->action != BG_ACTION_ALLOW)
		change_call(&q);
	else
		settle(&q, BG_EFFECT_NONE, BG_REASON_RULE);
}
