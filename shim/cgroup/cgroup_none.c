/* SPDX-License-Identifier: MIT
 * cgroup_none.c - in the place of the engine `cgroup`, where it was not built: says so. */
#include "bindguard/cgroup.h"

#include <stdio.h>

/** refuse - the one answer. */
static bool
refuse(char why[BG_CGROUP_ERROR_MAX])
{
	snprintf(why, BG_CGROUP_ERROR_MAX,
		 "this bindguard was built without it (clang, bpftool or libbpf were not there): use --engine seccomp");
	return false;
}

struct bg_cgroup_programs *
bg_cgroup_load(char why[BG_CGROUP_ERROR_MAX])
{
	refuse(why);
	return NULL;
}

bool
bg_cgroup_set(struct bg_cgroup_programs *programs, const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX])
{
	(void)programs;
	(void)policy;
	return refuse(why);
}

bool
bg_cgroup_attach(struct bg_cgroup_programs *programs, int folder, char why[BG_CGROUP_ERROR_MAX])
{
	(void)programs;
	(void)folder;
	return refuse(why);
}

void
bg_cgroup_detach(struct bg_cgroup_programs *programs, int folder)
{
	(void)programs;
	(void)folder;
}

void
bg_cgroup_free(struct bg_cgroup_programs *programs)
{
	(void)programs;
}

bool
bg_cgroup_enter(const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX])
{
	(void)policy;
	return refuse(why);
}
