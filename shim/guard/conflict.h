/* SPDX-License-Identifier: MIT
 * conflict.h - would the bind that the program asked for fail, since its address is in use? Signal-safe. */
#ifndef BINDGUARD_GUARD_CONFLICT_H
#define BINDGUARD_GUARD_CONFLICT_H

#include "bindguard/guard.h"

BG_SIGSAFE bool bg_conflict_at_bind(const struct bg_attempt *attempt, const struct bg_change *change);

#endif
