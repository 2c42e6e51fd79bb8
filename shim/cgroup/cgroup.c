/* SPDX-License-Identifier: MIT
 * cgroup.c - loads the programs of the engine `cgroup`, hands them a policy, attaches them; puts this process into a cgroup of its
 * own. Runs in the command before CMD does.
 *
 * The programs are attached to the cgroup by bpf(2)'s older way, and not by a link, which would go with the process that holds it:
 * whatever is killed, what runs in the cgroup is guarded for as long as the cgroup is there. */
#include "bindguard/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "cgroup/hierarchy.h"
#include "cgroup/keeper.h"
#include "cgroup/map_fill.h"
#include "cgroup/object.h"
#include "cgroup/possible.h"

struct bg_cgroup_programs {
	struct object object;
};

/** be_quiet - libbpf prints nothing: what is wrong is one line of ours. */
static int
be_quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/** fail - why not: @what: @error, an errno value. */
static bool
fail(char why[BG_CGROUP_ERROR_MAX], const char *what, int error)
{
	snprintf(why, BG_CGROUP_ERROR_MAX, "%s: %s; use --engine seccomp", what, strerror(error));
	return false;
}

struct bg_cgroup_programs *
bg_cgroup_load(char why[BG_CGROUP_ERROR_MAX])
{
	struct bg_cgroup_programs *programs;
	int error;

	if (!possible_here(why))
		return NULL;
	programs = calloc(1, sizeof(*programs));
	libbpf_set_print(be_quiet);
	error = programs ? object_load(&programs->object) : ENOMEM;
	if (!error)
		return programs;
	free(programs);
	snprintf(
		why, BG_CGROUP_ERROR_MAX,
		"the kernel refuses its programs (bpf(2): %s): allow it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, or use "
		"--engine seccomp",
		strerror(error));
	return NULL;
}

bool
bg_cgroup_set(struct bg_cgroup_programs *programs, const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX])
{
	struct bg_cgroup_policy *value = calloc(1, sizeof(*value));
	struct bg_cgroup_glob *globs = calloc(BG_CGROUP_GLOBS_MAX, sizeof(*globs));
	uint32_t key = 0;
	int error = value && globs ? 0 : -ENOMEM;

	if (!error) {
		map_fill(policy, value, globs);
		for (uint32_t i = 0; i < value->glob_count && !error; i++)
			error = bpf_map_update_elem(programs->object.globs, &i, &globs[i], BPF_ANY);
	}
	if (!error)
		error = bpf_map_update_elem(programs->object.policies, &key, value, BPF_ANY);
	free(value);
	free(globs);
	return error ? fail(why, "the rules cannot be handed to the kernel", -error) : true;
}

/** struct place_of - where a program goes. */
struct place_of {
	int program;
	enum bpf_attach_type type;
};

#define PROGRAMS 3

/** places_of - each program's; that of listen(2) first, which what bind(2) leaves to it relies on. */
static void
places_of(const struct object *object, struct place_of places[PROGRAMS])
{
	places[0] = (struct place_of){object->listener, BPF_CGROUP_SOCK_OPS};
	places[1] = (struct place_of){object->bind4, BPF_CGROUP_INET4_BIND};
	places[2] = (struct place_of){object->bind6, BPF_CGROUP_INET6_BIND};
}

bool
bg_cgroup_attach(struct bg_cgroup_programs *programs, int folder, char why[BG_CGROUP_ERROR_MAX])
{
	struct place_of places[PROGRAMS];

	places_of(&programs->object, places);
	for (size_t i = 0; i < PROGRAMS; i++) {
		int error = bpf_prog_attach(places[i].program, folder, places[i].type, BPF_F_ALLOW_MULTI);

		if (!error)
			continue;
		while (i-- > 0)
			bpf_prog_detach2(places[i].program, folder, places[i].type);
		if (error == -EPERM)
			snprintf(why, BG_CGROUP_ERROR_MAX,
				 "a cgroup above has a program that lets no other in: start CMD elsewhere, or use "
				 "--engine "
				 "seccomp");
		else
			fail(why, "the programs cannot be attached to a cgroup", -error);
		return false;
	}
	return true;
}

void
bg_cgroup_detach(struct bg_cgroup_programs *programs, int folder)
{
	struct place_of places[PROGRAMS];

	places_of(&programs->object, places);
	for (size_t i = 0; i < PROGRAMS; i++)
		bpf_prog_detach2(places[i].program, folder, places[i].type);
}

void
bg_cgroup_free(struct bg_cgroup_programs *programs)
{
	if (programs)
		object_free(&programs->object);
	free(programs);
}

bool
bg_cgroup_enter(const struct bg_policy *policy, char why[BG_CGROUP_ERROR_MAX])
{
	struct bg_cgroup_programs *programs = bg_cgroup_load(why);
	struct hierarchy hierarchy = {.parent = -1, .folder = -1};
	bool good = programs && bg_cgroup_set(programs, policy, why) && hierarchy_find(&hierarchy, why);
	bool made = good && hierarchy_make(&hierarchy, why);

	good = made && bg_cgroup_attach(programs, hierarchy.folder, why) && keeper_start(&hierarchy, why);
	/* The keeper removes it from here on, when nobody is in it any more. */
	if (made && !good)
		hierarchy_remove(&hierarchy);
	good = good && hierarchy_enter(&hierarchy, why);
	bg_cgroup_free(programs);
	hierarchy_close(&hierarchy);
	return good;
}
