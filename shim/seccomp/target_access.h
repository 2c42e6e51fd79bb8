/* SPDX-License-Identifier: MIT
 * target_access.h - how the guard reaches a program that is another process. */
#ifndef BINDGUARD_SECCOMP_TARGET_ACCESS_H
#define BINDGUARD_SECCOMP_TARGET_ACCESS_H

#include "seccomp/supervisor.h"

void target_access_use(struct supervisor *supervisor);

#endif
