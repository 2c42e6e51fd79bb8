/* SPDX-License-Identifier: MIT
 * guard_connect.h - the real connect(2), for what has prepared a socket for it. Signal-safe. */
#ifndef BINDGUARD_GUARD_GUARD_CONNECT_H
#define BINDGUARD_GUARD_GUARD_CONNECT_H

#include "bindguard/guard.h"

BG_SIGSAFE int connect_bare(const struct bg_attempt *attempt, const struct bg_peer *peer);

#endif
