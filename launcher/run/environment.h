/* SPDX-License-Identifier: MIT
 * environment.h - the configuration that CMD gets through its environment. */
#ifndef BINDGUARD_LAUNCHER_RUN_ENVIRONMENT_H
#define BINDGUARD_LAUNCHER_RUN_ENVIRONMENT_H

#include "launcher/run/run.h"

int environment_set(const struct run *run, struct failure *failure);
int environment_check(struct run *run, bool warn, struct failure *failure);

#endif
