/* SPDX-License-Identifier: MIT
 * unreachable.h - which rules can never match. Runs in the launcher only: a guarded program never asks. */
#ifndef BINDGUARD_LAUNCHER_UNREACHABLE_H
#define BINDGUARD_LAUNCHER_UNREACHABLE_H

#include "bindguard/decision.h"

uint32_t unreachable_behind(const struct bg_policy *policy, uint32_t index);
bool unreachable_no_wildcard(const struct bg_policy *policy, uint32_t index, bool clients);

#endif
