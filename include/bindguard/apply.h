/* SPDX-License-Identifier: MIT
 * apply.h - does what a verdict says to a socket that is being bound. Signal-safe. */
#ifndef BINDGUARD_APPLY_H
#define BINDGUARD_APPLY_H

#include "bindguard/guard.h"
#include "bindguard/marks.h"

BG_SIGSAFE int bg_real_bind(const struct bg_attempt *attempt, const struct bg_change *change);
BG_SIGSAFE int bg_apply_change(struct bg_attempt *attempt);
BG_SIGSAFE bool bg_apply_prepare(struct bg_attempt *attempt);
BG_SIGSAFE void bg_apply_nothing(const struct bg_attempt *attempt, int result);
BG_SIGSAFE void bg_apply_remember(const struct bg_attempt *attempt, enum bg_mark_kind kind,
				  const struct bg_change *done);

#endif
