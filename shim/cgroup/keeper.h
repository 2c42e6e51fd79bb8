/* SPDX-License-Identifier: MIT
 * keeper.h - the process that sees to the end of a cgroup. */
#ifndef BINDGUARD_CGROUP_KEEPER_H
#define BINDGUARD_CGROUP_KEEPER_H

#include "cgroup/hierarchy.h"

bool keeper_start(const struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX]);

#endif
