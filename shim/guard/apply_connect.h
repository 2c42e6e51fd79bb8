/* SPDX-License-Identifier: MIT
 * apply_connect.h - does what rules say of where a connect(2) goes from. Signal-safe. */
#ifndef BINDGUARD_GUARD_APPLY_CONNECT_H
#define BINDGUARD_GUARD_APPLY_CONNECT_H

#include "bindguard/guard.h"

BG_SIGSAFE bool apply_connect(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer,
			      int *result);

#endif
