/* SPDX-License-Identifier: MIT
 * cgroup.h - the engine `cgroup` as a command sees it: programs in the kernel that guard all processes of a cgroup. */
#ifndef BINDGUARD_CGROUP_H
#define BINDGUARD_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "bindguard/policy.h"

/** BG_CGROUP_PREFIX - what the names of the cgroups begin with that bg_cgroup_enter() makes; list(1) knows them by it. */
#define BG_CGROUP_PREFIX "bindguard-"
/** BG_CGROUP_NAME - all of such a name: a process ID, and a number by chance. */
#define BG_CGROUP_NAME BG_CGROUP_PREFIX "%u.%u"
/** BG_CGROUP_ERROR_MAX - bytes of a reason, one line without its newline. */
#define BG_CGROUP_ERROR_MAX 512

/** struct bg_cgroup_programs - in the kernel, for as long as they are attached or held. */
struct bg_cgroup_programs;

/**
 * bg_cgroup_load - the programs, with a policy that does nothing.
 * @why: where that cannot be: why, and what to do; BG_CGROUP_ERROR_MAX bytes
 * Return: to bg_cgroup_free(); NULL.
 */
struct bg_cgroup_programs *bg_cgroup_load(char why[BG_CGROUP_ERROR_MAX]);

/** bg_cgroup_set - the policy that they are to hold, all of whose rules they can (bg_cgroup_rule_refused()). */
bool bg_cgroup_set(struct bg_cgroup_programs *programs, const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX]);

/** bg_cgroup_attach - to the cgroup whose folder @folder is. They stay when this process ends, and go with the cgroup. */
bool bg_cgroup_attach(struct bg_cgroup_programs *programs, int folder, char why[BG_CGROUP_ERROR_MAX]);

/** bg_cgroup_detach - what bg_cgroup_attach() did is undone. */
void bg_cgroup_detach(struct bg_cgroup_programs *programs, int folder);

void bg_cgroup_free(struct bg_cgroup_programs *programs);

/**
 * bg_cgroup_enter - put this process, of one thread, into a new cgroup that is guarded by @policy. What it executes stays in it.
 * The cgroup goes with its last process. Another process sees to that; where it is killed, the next bg_cgroup_enter() does.
 * Return: false, with @why, and nothing is left.
 */
bool bg_cgroup_enter(const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX]);

#endif
