/* SPDX-License-Identifier: MIT
 * limits.h - CMD's limits are not the supervisor's. */
#ifndef BINDGUARD_SECCOMP_LIMITS_H
#define BINDGUARD_SECCOMP_LIMITS_H

#include "bindguard/attr.h"

unsigned long limits_raise(void);

#endif
