/* SPDX-License-Identifier: MIT
 * process_cgroup.h - is a process in a cgroup of the engine `cgroup`? */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_PROCESS_CGROUP_H
#define BINDGUARD_LAUNCHER_SOCKETS_PROCESS_CGROUP_H

#include <stdbool.h>

bool process_cgroup_is_guarded(int pid);

#endif
