/* SPDX-License-Identifier: MIT
 * watch.h - a process beside CMD that tells when the library is not in it. */
#ifndef BINDGUARD_LAUNCHER_RUN_WATCH_H
#define BINDGUARD_LAUNCHER_RUN_WATCH_H

#include "bindguard/attr.h"

int watch_start(const char *library, const char *program);
void watch_cancel(int watch);

#endif
