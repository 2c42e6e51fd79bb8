/* SPDX-License-Identifier: MIT
 * process_mode.h - the mode of the guard in another process. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_PROCESS_MODE_H
#define BINDGUARD_LAUNCHER_SOCKETS_PROCESS_MODE_H

#include "bindguard/policy.h"
#include <stdbool.h>

bool process_mode_find(int pid, enum bg_mode *mode);

#endif
