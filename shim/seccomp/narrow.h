/* SPDX-License-Identifier: MIT
 * narrow.h - the rules that can match the program of the call under way. */
#ifndef BINDGUARD_SECCOMP_NARROW_H
#define BINDGUARD_SECCOMP_NARROW_H

#include "seccomp/supervisor.h"

bool narrow_to_target(struct supervisor *supervisor);

#endif
