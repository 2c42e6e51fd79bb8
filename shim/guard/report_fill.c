/* SPDX-License-Identifier: MIT
 * report_fill.c - what an event tells, gathered from the call, the socket and the process. Signal-safe. */
#include "guard/report_fill.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bindguard/facts.h"
#include "bindguard/kernel.h"

/** report_fill_process - time and process of @event. Asked at each event: fork(2) changes them. */
void
report_fill_process(struct bg_event *event, const struct bg_guard *guard)
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

/** report_fill_call - what was asked and decided, and by whom where that is not this process. */
void
report_fill_call(struct bg_event *event, struct bg_attempt *attempt)
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
	if (attempt->guard->target_access)
		attempt->guard->target_access->describe(attempt->guard, event);
}

/** report_fill_result - what the socket is bound to now, the real port included; @planned where it cannot be asked. */
void
report_fill_result(struct bg_event *event, int fd, const struct bg_change *planned)
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

/** report_plan_result - the address of @change: it was tried and failed, observe mode did not try it, or it is there for sure. */
void
report_plan_result(struct bg_event *event, const struct bg_change *change)
{
	event->has_result = true;
	event->result = change->to;
	event->result_form = change->form;
	memcpy(event->interface, change->interface, sizeof(event->interface));
}

/** report_fill_from - the places that @change limits the socket to. */
void
report_fill_from(struct bg_event *event, const struct bg_attempt *attempt, const struct bg_change *change)
{
	const struct bg_policy *policy = attempt->guard->policy;
	const struct bg_rule *rule = &policy->rules[attempt->verdict.rule];

	if (!change->limited)
		return;
	event->from = bg_policy_at(policy, rule->from);
	event->from_count = rule->from.count;
}
