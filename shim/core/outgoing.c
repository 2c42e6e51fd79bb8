/* SPDX-License-Identifier: MIT
 * outgoing.c - the half of decide() that says from where a socket connects: bound to an address, or confined to a device, before
 * it does. Pure.
 *
 * Theory of operation. What a program has chosen is kept: a device, and for a rewrite an address. All else can be bound as long
 * as it has no port. A socket that has one (it was bound to a wildcard, or sends already) cannot be bound again: it is
 * confined to the device that has the target, which the source address follows.
 */
#include <errno.h>
#include <string.h>

#include "core/outgoing.h"

/** keep_address - make @change "nothing is bound", in the form that the socket takes. */
static void
keep_address(const struct bg_request *request, struct bg_change *change)
{
	memset(change, 0, sizeof(*change));
	change->form = request->form;
	change->to.addr = bg_addr_wildcard((enum bg_family)request->asked.addr.family);
}

/** confine - make it "confined to @device, where that is one", for @reason. */
static void
confine(struct question *q, const char *device, enum bg_reason reason)
{
	const struct bg_request *request = q->request;

	if (!device[0]) {
		question_refuse(q, EADDRNOTAVAIL, request->target_unasked ? BG_REASON_UNASKED : BG_REASON_NO_ADDRESS);
		if (request->target_unasked)
			q->verdict->error = EACCES;
		return;
	}
	keep_address(request, &q->verdict->change);
	memcpy(q->verdict->change.interface, device, BG_IFNAME_MAX);
	question_settle(q, BG_EFFECT_CHANGE, reason);
}

/**
 * find_target - the rule's address of the destination's family. Return: NULL where a fact is missing, or the call is refused.
 */
static const struct bg_addr *
find_target(struct question *q)
{
	const struct bg_request *request = q->request;
	const struct bg_rule *rule = q->rule;
	bool ipv4 = request->asked.addr.family == BG_IPV4;
	const struct bg_addr *target = ipv4 ? &rule->ipv4 : &rule->ipv6;

	if (rule->target == BG_TARGET_ADDRESS) {
		if (ipv4 ? rule->has_ipv4 : rule->has_ipv6)
			return target;
		question_refuse(q, EACCES, BG_REASON_FAMILY);
		return NULL;
	}
	memcpy(q->verdict->interface, rule->interface, BG_IFNAME_MAX);
	if (question_lacks(q, BG_FACT_TARGET_ADDR))
		return NULL;
	target = ipv4 ? &request->target_ipv4 : &request->target_ipv6;
	if (target->family)
		return target;
	if (request->target_unasked & request->asked.addr.family)
		question_refuse(q, EACCES, BG_REASON_UNASKED);
	else
		question_refuse(q, EADDRNOTAVAIL, BG_REASON_NO_ADDRESS);
	return NULL;
}

/** rewrite - the rule says rewrite. */
static void
rewrite(struct question *q)
{
	const struct bg_request *request = q->request;
	struct bg_verdict *verdict = q->verdict;
	const struct bg_addr *target;
	bool wildcard;

	if (question_lacks(q, BG_FACT_LOCAL))
		return;
	wildcard = bg_addr_is_wildcard(&request->local.addr);
	if (!wildcard && request->local_chosen) {
		question_settle(q, BG_EFFECT_NONE, BG_REASON_OWN_ADDRESS);
		return;
	}
	target = find_target(q);
	if (!target)
		return;
	if (!wildcard && request->local.port && bg_addr_equal(&request->local.addr, target)) {
		question_settle(q, BG_EFFECT_NONE, BG_REASON_ALREADY_THERE);
		return;
	}
	keep_address(request, &verdict->change);
	verdict->change.to.addr = *target;
	if (!request->local.port) {
		question_settle(q, BG_EFFECT_CHANGE, BG_REASON_RULE);
		return;
	}
	if (q->rule->target == BG_TARGET_INTERFACE) {
		confine(q, q->rule->interface, BG_REASON_AT_LISTEN);
		return;
	}
	if (!question_lacks(q, BG_FACT_TARGET_DEVICE))
		confine(q, request->target_device, BG_REASON_AT_LISTEN);
}

/** outgoing_change - the rule says rewrite or confine. */
void
outgoing_change(struct question *q)
{
	if (question_lacks(q, BG_FACT_DOMAIN | BG_FACT_DEVICE))
		return;
	if (!q->request->domain_fits)
		question_settle(q, BG_EFFECT_NONE, BG_REASON_NOT_INTERNET);
	else if (q->request->device[0])
		question_settle(q, BG_EFFECT_NONE, BG_REASON_OWN_DEVICE);
	else if (q->rule->action == BG_ACTION_CONFINE)
		confine(q, q->rule->interface, BG_REASON_RULE);
	else
		rewrite(q);
}
