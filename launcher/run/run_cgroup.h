/* SPDX-License-Identifier: MIT
 * run_cgroup.h - CMD under the engine cgroup. */
#ifndef BINDGUARD_LAUNCHER_RUN_RUN_CGROUP_H
#define BINDGUARD_LAUNCHER_RUN_RUN_CGROUP_H

#include "launcher/run/run.h"

int run_cgroup_start(const struct run *run, const char *path, struct failure *failure);

#endif
