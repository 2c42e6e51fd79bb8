/* SPDX-License-Identifier: MIT
 * unreachable.h - which rules can never match. Cold; only the command asks, a guarded program never does. */
#ifndef BINDGUARD_LOAD_UNREACHABLE_H
#define BINDGUARD_LOAD_UNREACHABLE_H

#include "bindguard/decision.h"

uint32_t unreachable_behind(const struct bg_policy *policy, uint32_t index);
bool unreachable_no_wildcard(const struct bg_policy *policy, uint32_t index, bool clients);

#endif
