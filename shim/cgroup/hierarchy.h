/* SPDX-License-Identifier: MIT
 * hierarchy.h - the cgroup that a command gets: where it is made, who is in it, how it goes. */
#ifndef BINDGUARD_CGROUP_HIERARCHY_H
#define BINDGUARD_CGROUP_HIERARCHY_H

#include "bindguard/cgroup.h"

/**
 * struct hierarchy - a new cgroup below that of this process.
 * @parent: folder of this process's cgroup; -1
 * @folder: the new one's, locked (flock(2)) as long as somebody sees to its end; -1
 * @name: in @parent
 */
struct hierarchy {
	int parent;
	int folder;
	char name[64];
};

bool hierarchy_find(struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX]);
bool hierarchy_make(struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX]);
bool hierarchy_enter(const struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX]);
bool hierarchy_is_populated(int events);
bool hierarchy_remove(const struct hierarchy *hierarchy);
void hierarchy_close(struct hierarchy *hierarchy);

#endif
