/* SPDX-License-Identifier: MIT
 * report.c - makes events of what happened and drops those that nobody asked for. Signal-safe. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/kernel.h"
#include "sys/origin.h"
#include "sys/sink.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)

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

/** fill_process - time and process of @event. Asked at each event: fork(2) changes them. */
static void
fill_process(struct bg_event *event, const struct bg_guard *guard)
{
	const struct bg_policy *policy = guard->policy;
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	event->time_s = now.tv_sec;
	event->time_us = (uint32_t)(now.tv_nsec / 1000);
	event->pid = (int32_t)syscall(SYS_getpid);
	if (policy->log_format == BG_LOG_JSON || policy->log_to == BG_LOG_JOURNAL) { /* text tells neither */
		event->ppid = (int32_t)syscall(SYS_getppid);
		event->uid = (uint32_t)syscall(SYS_getuid);
	}
	event->program = guard->program;
	event->exe = guard->exe;
	event->engine = guard->engine;
	event->mode = policy->mode;
}

/** fill_call - what was asked and decided, and by whom where that is not this process. */
static void
fill_call(struct bg_event *event, struct bg_attempt *attempt)
{
	const struct bg_policy *policy = attempt->guard->policy;
	const struct bg_verdict *verdict = &attempt->verdict;

	if (!(attempt->request.known & BG_FACT_PROTOCOL))
		attempt->request.protocol = bg_facts_protocol(attempt->fd);
	event->call = attempt->request.call;
	event->fd = attempt->fd;
	event->protocol = attempt->request.protocol;
	event->requested = attempt->request.asked;
	event->requested_form = attempt->request.form;
	event->action = verdict->action;
	event->reason = verdict->reason;
	if (attempt->rule)
		event->rule = bg_policy_string(policy, (struct bg_span){.offset = attempt->rule});
	else if (verdict->rule != BG_NO_RULE)
		event->rule = bg_policy_string(policy, policy->rules[verdict->rule].name);
	if (verdict->reason == BG_REASON_NO_ADDRESS)
		memcpy(event->interface, verdict->interface, sizeof(event->interface));
	if (attempt->guard->outside)
		attempt->guard->outside->describe(attempt->guard, event);
}

/** fill_result - what the socket is bound to now, the real port included; @planned where it cannot be asked. */
static void
fill_result(struct bg_event *event, int fd, const struct bg_change *planned)
{
	union bg_sockaddr name;
	unsigned size;

	event->has_result = true;
	if (bg_kernel_getsockname(fd, &name, &size) == 0 && size <= sizeof(name) &&
	    bg_sockaddr_decode(&name, size, &event->result, &event->result_form)) {
		bg_kernel_get_device(fd, event->interface);
		return;
	}
	event->result = planned->to;
	event->result_form = planned->form;
	memcpy(event->interface, planned->interface, sizeof(event->interface));
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

/** plan_result - the address of @change: it was tried and failed, observe mode did not try it, or it is there for sure. */
static void
plan_result(struct bg_event *event, const struct bg_change *change)
{
	event->has_result = true;
	event->result = change->to;
	event->result_form = change->form;
	memcpy(event->interface, change->interface, sizeof(event->interface));
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

	if (bg_addr_is_loopback(&request->asked.addr))
		return false;
	if (request->call != BG_CALL_LISTEN) {
		if (request->asked.port == 0 || bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_TYPE, &type) ||
		    type != SOCK_DGRAM)
			return false;
		if (!(bg_facts_protocol(attempt->fd) & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)))
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
	fill_process(&event, attempt->guard);
	fill_call(&event, attempt);
	event.error = result < 0 ? -result : 0;
	if (event.changed && verdict->effect == BG_EFFECT_CHANGE) {
		plan_result(&event, &verdict->change);
	} else if (event.changed) {
		event.error = verdict->error;
	} else if (result >= 0) {
		struct bg_change planned = {.to = event.requested, .form = event.requested_form};

		fill_result(&event, attempt->fd, &planned);
	}
	emit(attempt, &event);
}

/** is_client - has a datagram socket of the program been given back? With @note, from now on one has. */
static bool
is_client(const struct bg_guard *guard, bool note)
{
	if (guard->outside)
		return guard->outside->client(guard, note);
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
	return attempt->guard->policy->log_events != BG_LOG_ALL && (event->protocol & DATAGRAM) && event->has_result &&
	       !event->error && !event->exposed && event->call != BG_CALL_CONNECT && is_client(attempt->guard, false);
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
	fill_process(&event, attempt->guard);
	fill_call(&event, attempt);
	event.changed = true;
	event.error = result < 0 ? -result : 0;
	if (change && (result < 0 || result_is_known(attempt, change)))
		plan_result(&event, change);
	else if (change)
		fill_result(&event, attempt->fd, change);
	event.exposed = result >= 0 && is_exposed(&event.result.addr, event.interface);
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

	if (undone && (attempt->request.protocol & DATAGRAM))
		is_client(attempt->guard, true);
	if (policy->log_to == BG_LOG_NONE || (undone && policy->log_events != BG_LOG_ALL))
		return;
	attempt->verdict.rule = BG_NO_RULE;
	attempt->verdict.action = BG_ACTION_UNDO;
	attempt->verdict.reason = BG_REASON_RULE;
	fill_process(&event, attempt->guard);
	fill_call(&event, attempt);
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
