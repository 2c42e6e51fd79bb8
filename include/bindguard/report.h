/* SPDX-License-Identifier: MIT
 * report.h - tells what was done to a socket, and what is executed unguarded. Signal-safe. */
#ifndef BINDGUARD_REPORT_H
#define BINDGUARD_REPORT_H

#include "bindguard/guard.h"

BG_SIGSAFE void bg_report_complaints(const struct bg_guard *guard, const struct bg_endpoint *asked);
BG_SIGSAFE void bg_report_unchanged(struct bg_attempt *attempt, int result);
BG_SIGSAFE void bg_report_changed(struct bg_attempt *attempt, const struct bg_change *change, int result);
BG_SIGSAFE void bg_report_undone(struct bg_attempt *attempt, const struct bg_change *from, bool undone, int result);
BG_SIGSAFE void bg_report_executed(const struct bg_guard *guard, const struct bg_executed *executed, int error);

#endif
