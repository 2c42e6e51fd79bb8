/* SPDX-License-Identifier: MIT
 * possible.h - can the engine `cgroup` work here? */
#ifndef BINDGUARD_CGROUP_POSSIBLE_H
#define BINDGUARD_CGROUP_POSSIBLE_H

#include "bindguard/cgroup.h"

bool possible_here(char why[BG_CGROUP_ERROR_MAX]);

#endif
