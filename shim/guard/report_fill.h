/* SPDX-License-Identifier: MIT
 * report_fill.h - what an event tells, gathered from the call, the socket and the process. Signal-safe. */
#ifndef BINDGUARD_GUARD_REPORT_FILL_H
#define BINDGUARD_GUARD_REPORT_FILL_H

#include "bindguard/event.h"
#include "bindguard/guard.h"

BG_SIGSAFE void report_fill_process(struct bg_event *event, const struct bg_guard *guard);
BG_SIGSAFE void report_fill_call(struct bg_event *event, struct bg_attempt *attempt);
BG_SIGSAFE void report_fill_result(struct bg_event *event, int fd, const struct bg_change *planned);
BG_SIGSAFE void report_plan_result(struct bg_event *event, const struct bg_change *change);
BG_SIGSAFE void report_fill_from(struct bg_event *event, const struct bg_attempt *attempt,
				 const struct bg_change *change);

#endif
