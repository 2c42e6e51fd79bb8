/* SPDX-License-Identifier: MIT
 * object.c - loads guard.bpf.c, which is part of the command, by the skeleton that bpftool makes of it. Runs in the command. */
#include "cgroup/object.h"

#include <errno.h>

#include "cgroup/guard.skel.h"

/** object_load - into the kernel. Return: 0, an errno value, and @object is empty. */
int
object_load(struct object *object)
{
	struct guard_bpf *skeleton = guard_bpf__open();
	int error = skeleton ? -guard_bpf__load(skeleton) : errno;

	object->skeleton = skeleton;
	if (error) {
		object_free(object);
		return error;
	}
	object->listener = bpf_program__fd(skeleton->progs.listener);
	object->bind4 = bpf_program__fd(skeleton->progs.bind4);
	object->bind6 = bpf_program__fd(skeleton->progs.bind6);
	object->policies = bpf_map__fd(skeleton->maps.policies);
	object->globs = bpf_map__fd(skeleton->maps.globs);
	return 0;
}

/** object_free - let go of it: what is attached stays in the kernel. */
void
object_free(struct object *object)
{
	guard_bpf__destroy(object->skeleton);
	object->skeleton = NULL;
}
