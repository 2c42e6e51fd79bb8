/* SPDX-License-Identifier: MIT
 * replace.h - exchanges a socket for another in its place. Signal-safe. */
#ifndef BINDGUARD_GUARD_REPLACE_H
#define BINDGUARD_GUARD_REPLACE_H

#include "bindguard/guard.h"

BG_SIGSAFE int bg_replace(const struct bg_attempt *attempt, const struct bg_endpoint *bind_to, enum bg_form form,
			  bool dual_stack, const struct bg_peer *peer);

#endif
