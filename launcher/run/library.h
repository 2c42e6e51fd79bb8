/* SPDX-License-Identifier: MIT
 * library.h - finds the library, and has it preloaded. */
#ifndef BINDGUARD_LAUNCHER_RUN_LIBRARY_H
#define BINDGUARD_LAUNCHER_RUN_LIBRARY_H

#include "launcher/command.h"
#include <limits.h>

int library_find(char path[PATH_MAX], struct failure *failure);
int library_preload(const char *library, struct failure *failure);
int library_calm_sanitizer(const char *sanitizer, struct failure *failure);

#endif
