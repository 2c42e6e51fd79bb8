/* SPDX-License-Identifier: MIT
 * object.h - the programs of guard.bpf.c and their maps, in the kernel, by their descriptors. */
#ifndef BINDGUARD_CGROUP_OBJECT_H
#define BINDGUARD_CGROUP_OBJECT_H

struct guard_bpf;

/**
 * struct object - all of it.
 * @skeleton: libbpf's
 * @listener, @bind4, @bind6: programs
 * @policies, @globs: maps
 */
struct object {
	struct guard_bpf *skeleton;
	int listener;
	int bind4;
	int bind6;
	int policies;
	int globs;
};

int object_load(struct object *object);
void object_free(struct object *object);

#endif
