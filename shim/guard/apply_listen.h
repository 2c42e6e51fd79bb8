/* SPDX-License-Identifier: MIT
 * apply_listen.h - does what a verdict says to a socket that is about to listen. Signal-safe. */
#ifndef BINDGUARD_GUARD_APPLY_LISTEN_H
#define BINDGUARD_GUARD_APPLY_LISTEN_H

#include "bindguard/guard.h"

BG_SIGSAFE int bg_apply_listen(struct bg_attempt *attempt, int backlog);

#endif
