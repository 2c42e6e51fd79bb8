/* SPDX-License-Identifier: MIT
 * from.h - the places that a limited socket hears, as words. Pure. */
#ifndef BINDGUARD_FROM_H
#define BINDGUARD_FROM_H

#include "bindguard/line.h"
#include "bindguard/policy.h"

/** bg_from_append - as the configuration has it: `machine`, `wg0`, `192.0.2.1`, `10.0.0.0/8`. */
BG_SIGSAFE void bg_from_append(struct bg_line *line, const struct bg_from *from, enum bg_escape escape);

/** bg_from_is_machine - do all of @from name this machine alone: `machine`, lo, or a block of loopback addresses? */
BG_SIGSAFE bool bg_from_is_machine(const struct bg_from *from, uint32_t count);

#endif
