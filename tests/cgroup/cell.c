/* SPDX-License-Identifier: MIT
 * cell.c - makes a cgroup below that of the test, and attaches the engine's programs to it. Where no cgroup v2 is mounted it mounts
 * one, in a mount namespace of the test's own. */
#include "cgroup/cell.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgroup/hierarchy.h"

static struct hierarchy hierarchy = {.parent = -1, .folder = -1};
static struct bg_cgroup_programs *programs;
static bool guards;

/** mount_own - a cgroup2 file system, for this process and its children. */
static bool
mount_own(char why[BG_CGROUP_ERROR_MAX])
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", "/mnt", "cgroup2", 0, NULL) == 0 && hierarchy_find(&hierarchy, why);
}

/** load - the programs, and the folder of our cgroup. A machine that cannot have them skips the program: tests/skipped.txt. */
static void
load(void)
{
	char why[BG_CGROUP_ERROR_MAX] = "";

	programs = bg_cgroup_load(why);
	if (programs && (hierarchy_find(&hierarchy, why) || mount_own(why)))
		return;
	fprintf(stderr, "skipped: the engine cgroup is not possible here: %s\n", why);
	_exit(77);
}

/** cell_set_up - the cgroup, unguarded yet. */
void
cell_set_up(void)
{
	char why[BG_CGROUP_ERROR_MAX] = "";

	load();
	if (hierarchy_make(&hierarchy, why))
		return;
	fprintf(stderr, "no cgroup: %s\n", why);
	abort();
}

/** cell_open - nobody guards it. */
void
cell_open(void)
{
	if (guards)
		bg_cgroup_detach(programs, hierarchy.folder);
	guards = false;
}

/** cell_guard - by @policy, in the place of what was there. */
void
cell_guard(const struct bg_policy *policy)
{
	char why[BG_CGROUP_ERROR_MAX] = "";

	cell_open();
	guards = bg_cgroup_set(programs, policy, why) && bg_cgroup_attach(programs, hierarchy.folder, why);
	if (guards)
		return;
	fprintf(stderr, "the cgroup is not guarded: %s\n", why);
	abort();
}

/** cell_enter - this process, a child of the test, is in it then. */
bool
cell_enter(void)
{
	char why[BG_CGROUP_ERROR_MAX];

	return hierarchy_enter(&hierarchy, why);
}

/** cell_tear_down - its processes have ended. */
void
cell_tear_down(void)
{
	cell_open();
	for (int i = 0; i < 100 && !hierarchy_remove(&hierarchy); i++)
		usleep(10000);
	hierarchy_close(&hierarchy);
	bg_cgroup_free(programs);
}
