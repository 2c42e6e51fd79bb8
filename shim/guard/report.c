/* SPDX-License-Identifier: MIT
 * report.c - makes events of what happened and drops those that nobody asked for. Signal-safe. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/facts.h"
#include "bindguard/from.h"
#include "bindguard/kernel.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "bindguard/sink.h"
#include "guard/report_fill.h"

static _Bool complained;
static _Bool client; /* a datagram socket of this process was given back to a client */

/**
 * bg_report_complaints - say once why lockdown is in force; a bind to loopback is none that matters.
 */
void
bg_report_complaints(const struct bg_guard *guard, const struct bg_endpoint *asked)
{
	if (guard->policy->mode == BG_MODE_OFF || bg_addr_is_loopback(&asked->addr))
		return;
	if (!__atomic_exchange_n(&complained, 1, __ATOMIC_RELAXED))
		bg_sink_complaint(guard, guard->complaints, strlen(guard->complaints));
}

/** name_scope - the interface of a link-local address, for the reader, where the socket is bound to it; else its number. */
static void
name_scope(int fd, const struct bg_addr *addr, char scope[BG_IFNAME_MAX])
{
	if (addr->family == BG_IPV6 && addr->scope_id && !bg_scope_is_device(fd, addr->scope_id, scope))
		scope[0] = '\0';
}

/** emit - log @event. */
static void
emit(const struct bg_attempt *attempt, struct bg_event *event)
{
	name_scope(attempt->fd, &event->requested.addr, event->requested_scope);
	name_scope(attempt->fd, &event->result.addr, event->result_scope);
	bg_sink_event(attempt->guard, event);
}

/**
 * result_is_known - is what a successful bind(2) of @change has left known without asking the kernel, to which each question
 * is a system call? TCP and UDP sockets are then where they were to be, unless the kernel chose the port; so is the device,
 * set or seen before.
 */
static bool
result_is_known(const struct bg_attempt *attempt, const struct bg_change *change)
{
	const struct bg_request *request = &attempt->request;

	return request->call == BG_CALL_BIND && change->to.port != 0 &&
	       (request->protocol == BG_PROTOCOL_TCP || request->protocol == BG_PROTOCOL_UDP) &&
	       (change->interface[0] || ((request->known & BG_FACT_DEVICE) && attempt->origin == BG_ORIGIN_NONE));
}

/** is_exposed - other machines reach what is bound to @addr and @device. */
static bool
is_exposed(const struct bg_addr *addr, const char *device)
{
	return !bg_addr_is_loopback(addr) && !bg_device_is_loopback(device);
}

/**
 * leaves_server - does this unchanged call leave a server on an address that other machines reach? Known at listen(2)
 * for what can listen, at a bind(2) to a fixed port for UDP.
 */
static bool
leaves_server(struct bg_attempt *attempt)
{
	const struct bg_request *request = &attempt->request;
	char device[BG_IFNAME_MAX];
	int type;

	if (request->call == BG_CALL_OUTGOING || bg_addr_is_loopback(&request->asked.addr))
		return false;
	if (request->call != BG_CALL_LISTEN) {
		if (request->asked.port == 0 || bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_TYPE, &type) ||
		    type != SOCK_DGRAM || !(bg_facts_protocol(attempt->fd) & BG_PROTOCOL_DATAGRAM))
			return false;
	}
	bg_kernel_get_device(attempt->fd, device);
	return is_exposed(&request->asked.addr, device);
}

/** would_change - observe mode let pass what enforce mode would not. EAFNOSUPPORT: there is nothing to change either. */
static bool
would_change(const struct bg_verdict *verdict, int result)
{
	return (verdict->effect == BG_EFFECT_CHANGE || verdict->effect == BG_EFFECT_REFUSE) && result != -EAFNOSUPPORT;
}

/** stays_reachable - would other machines reach the socket as the bare call has left it, once it serves? */
static bool
stays_reachable(const struct bg_attempt *attempt)
{
	char device[BG_IFNAME_MAX];

	if (attempt->request.call == BG_CALL_OUTGOING)
		return false;
	bg_kernel_get_device(attempt->fd, device);
	return is_exposed(&attempt->request.asked.addr, device);
}

/**
 * bg_report_unchanged - the bare call was made; @result is what it returned. Notable where observe mode would have
 * changed it, or where it leaves a server exposed; but not where bind(2)'s event has told it of this socket.
 */
void
bg_report_unchanged(struct bg_attempt *attempt, int result)
{
	const struct bg_policy *policy = attempt->guard->policy;
	struct bg_verdict *verdict = &attempt->verdict;
	struct bg_event event = {0};

	if (policy->log_to == BG_LOG_NONE || verdict->reason == BG_REASON_NOT_INTERNET)
		return;
	event.changed = would_change(verdict, result) && !attempt->told;
	event.exposed = result >= 0 && (event.changed ? stays_reachable(attempt) : leaves_server(attempt));
	if ((attempt->told || (!event.changed && !event.exposed)) && policy->log_events != BG_LOG_ALL)
		return;
	if (attempt->told && verdict->effect != BG_EFFECT_NONE)
		verdict->reason = BG_REASON_RULE;
	report_fill_process(&event, attempt->guard);
	report_fill_call(&event, attempt);
	event.error = result < 0 ? -result : 0;
	if (event.changed && verdict->effect == BG_EFFECT_CHANGE) {
		report_plan_result(&event, &verdict->change);
		report_fill_from(&event, attempt, &verdict->change);
	} else if (event.changed) {
		event.error = verdict->error;
	} else if (result >= 0) {
		struct bg_change planned = {.to = event.requested, .form = event.requested_form};

		report_fill_result(&event, attempt->fd, &planned);
	}
	emit(attempt, &event);
}

/** is_client - has a datagram socket of the program been given back? With @note, from now on one has. */
static bool
is_client(const struct bg_guard *guard, bool note)
{
	if (guard->target_access)
		return guard->target_access->client(guard, note);
	if (note)
		__atomic_store_n(&client, 1, __ATOMIC_RELAXED);
	return __atomic_load_n(&client, __ATOMIC_RELAXED);
}

/**
 * goes_without_saying - a program whose datagram socket was given back is known to be a client that binds fixed ports: a
 * line for each of its sockets (a resolver has one a query) would bury the others. Where other machines reach the socket,
 * the call failed, or connect(2) made a server of it, it is told nevertheless; a stream socket always: it may listen.
 */
static bool
goes_without_saying(const struct bg_attempt *attempt, const struct bg_event *event)
{
	return attempt->guard->policy->log_events != BG_LOG_ALL && (event->protocol & BG_PROTOCOL_DATAGRAM) &&
	       event->has_result && !event->error && !event->exposed && event->call != BG_CALL_CONNECT &&
	       event->call != BG_CALL_OUTGOING && is_client(attempt->guard, false);
}

/**
 * bg_report_changed - the verdict was applied.
 * @change: what was tried last, NULL: the call was refused
 * @result: what the program gets, -errno for failure
 */
void
bg_report_changed(struct bg_attempt *attempt, const struct bg_change *change, int result)
{
	struct bg_event event = {0};

	/* EAFNOSUPPORT: the socket is of another family, the bare call would have failed just so. */
	if (attempt->guard->policy->log_to == BG_LOG_NONE || result == -EAFNOSUPPORT)
		return;
	report_fill_process(&event, attempt->guard);
	report_fill_call(&event, attempt);
	event.changed = true;
	event.error = result < 0 ? -result : 0;
	if (change && (result < 0 || result_is_known(attempt, change)))
		report_plan_result(&event, change);
	else if (change)
		report_fill_result(&event, attempt->fd, change);
	if (change)
		report_fill_from(&event, attempt, change);
	event.exposed = result >= 0 && event.call != BG_CALL_OUTGOING &&
			is_exposed(&event.result.addr, event.interface) &&
			!(event.from && bg_from_is_machine(event.from, event.from_count));
	if (!goes_without_saying(attempt, &event))
		emit(attempt, &event);
}

/**
 * bg_report_undone - connect(2) took back what bind(2) had done, for a client. Notable where it could not.
 * @from: what the socket was bound to until now
 * @undone: it could; @result: what the program gets, which is the network's answer then
 */
void
bg_report_undone(struct bg_attempt *attempt, const struct bg_change *from, bool undone, int result)
{
	const struct bg_policy *policy = attempt->guard->policy;
	struct bg_event event = {0};

	if (undone && (attempt->request.protocol & BG_PROTOCOL_DATAGRAM))
		is_client(attempt->guard, true);
	if (policy->log_to == BG_LOG_NONE || (undone && policy->log_events != BG_LOG_ALL))
		return;
	attempt->verdict.rule = BG_NO_RULE;
	attempt->verdict.action = BG_ACTION_UNDO;
	attempt->verdict.reason = BG_REASON_RULE;
	report_fill_process(&event, attempt->guard);
	report_fill_call(&event, attempt);
	event.requested = from->to;
	event.requested_form = from->form;
	event.has_result = true;
	event.result = attempt->request.asked;
	event.result_form = attempt->request.form;
	event.changed = true;
	event.error = result < 0 ? -result : 0;
	if (undone)
		bg_kernel_get_device(attempt->fd, event.interface);
	event.exposed = undone && is_exposed(&event.result.addr, event.interface);
	emit(attempt, &event);
}

/**
 * bg_report_executed - a program is executed that no engine guards; or, told where all is to be, one that seccomp does.
 * @error: it was refused with that; 0: it was not
 */
void
bg_report_executed(const struct bg_guard *guard, const struct bg_executed *executed, int error)
{
	const struct bg_policy *policy = guard->policy;
	struct bg_event event = {.call = BG_CALL_EXEC, .executed = executed, .error = error};

	if (policy->log_to == BG_LOG_NONE || (executed->through && policy->log_events != BG_LOG_ALL))
		return;
	report_fill_process(&event, guard);
	bg_sink_event(guard, &event);
}
