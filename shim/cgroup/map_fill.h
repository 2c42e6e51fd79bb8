/* SPDX-License-Identifier: MIT
 * map_fill.h - a policy as the programs in the kernel read it. */
#ifndef BINDGUARD_CGROUP_MAP_FILL_H
#define BINDGUARD_CGROUP_MAP_FILL_H

#include "bindguard/cgroup_map.h"

void map_fill(const struct bg_policy *policy, struct bg_cgroup_policy *value,
	      struct bg_cgroup_glob globs[BG_CGROUP_GLOBS_MAX]);

#endif
