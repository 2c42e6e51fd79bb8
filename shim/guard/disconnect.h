/* SPDX-License-Identifier: MIT
 * disconnect.h - connect(2) to AF_UNSPEC under the guard. Signal-safe. */
#ifndef BINDGUARD_GUARD_DISCONNECT_H
#define BINDGUARD_GUARD_DISCONNECT_H

#include "bindguard/guard.h"

BG_SIGSAFE int bg_guard_disconnect(struct bg_attempt *attempt, const struct bg_peer *unspecified);

#endif
