/* SPDX-License-Identifier: MIT
 * execution_start.h - executes a program through the command. Signal-safe; for guard alone. */
#ifndef BINDGUARD_GUARD_EXECUTION_START_H
#define BINDGUARD_GUARD_EXECUTION_START_H

#include "bindguard/execution.h"

BG_SIGSAFE enum bg_reach execution_start(const struct bg_guard *guard, const struct bg_execution *execution,
					 int *result);

#endif
