/* SPDX-License-Identifier: MIT
 * run_engine.c - which engine guards CMD, from what was asked for and what CMD is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/seccomp.h"
#include "bindguard/supervision.h"
#include "launcher/run/run.h"
#include "launcher/run/run_engine.h"

/** run_read_engine - the argument of --engine. */
int
run_read_engine(const char *word, enum bg_engine *engine, struct failure *failure)
{
	static const char *const words[] = {[BG_ENGINE_UNKNOWN] = "auto",
					    [BG_ENGINE_PRELOAD] = "preload",
					    [BG_ENGINE_SECCOMP] = "seccomp",
					    [BG_ENGINE_CGROUP] = "cgroup"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i] || strcmp(words[i], word) != 0)
			continue;
		*engine = (enum bg_engine)i;
		return STATUS_GOOD;
	}
	return command_fail(failure, STATUS_RUN_FAILED,
			    "unknown engine \"%.60s\", expected auto, preload, seccomp or cgroup", word);
}

/** run_describe - CMD in words: `./serve` or `./serve, which runs /usr/bin/node`; of these, the one that is to be told about. */
void
run_describe(const struct run *run, const struct inspection *inspection, char text[RUN_DESCRIPTION_MAX])
{
	const char *program = inspection->unreachable[0] ? inspection->subject
			      : inspection->levels	 ? inspection->path
							 : "";

	snprintf(text, RUN_DESCRIPTION_MAX, "%.200s%s%.300s", run->argv[0], program[0] ? ", which runs " : "", program);
}

/**
 * refuse - CMD would not run as it does without us, and no choice of ours is better than another: neither engine guards
 * what gains privileges and lets it have them.
 */
static int
refuse(const struct run *run, const struct inspection *inspection, const char *why, struct failure *failure)
{
	char program[RUN_DESCRIPTION_MAX];

	run_describe(run, inspection, program);
	return command_fail(
		failure, STATUS_RUN_FAILED, "no preload reaches %s: %s; not started: %s%s", program,
		inspection->unreachable, why,
		inspection->privileged
			? " (put bindguard behind it; or --engine seccomp starts it guarded and without its "
			  "privileges, --engine preload UNGUARDED)"
			: " (--engine preload starts it UNGUARDED)");
}

/**
 * run_choose_engine - what is to guard CMD, from what was asked for and what CMD is. With mode off nothing is, so nothing
 * needs the engine seccomp and what that costs. There can be but one supervisor: where an outer one guards, it guards CMD.
 * @engine: BG_ENGINE_PRELOAD, BG_ENGINE_SECCOMP, BG_ENGINE_CGROUP; BG_ENGINE_NONE: none of ours, an outer supervisor
 */
int
run_choose_engine(const struct run *run, const struct inspection *inspection, enum bg_engine *engine,
		  struct failure *failure)
{
	char why[256];

	*engine = run->engine;
	if (run->engine == BG_ENGINE_UNKNOWN)
		*engine = inspection->unreachable[0] && !run->off ? BG_ENGINE_SECCOMP : BG_ENGINE_PRELOAD;
	if (*engine == BG_ENGINE_PRELOAD || *engine == BG_ENGINE_CGROUP)
		return STATUS_GOOD;
	if (!inspection->escapes && bg_supervision_guards(getpid(), run->enforces))
		*engine = BG_ENGINE_NONE;
	if (*engine == BG_ENGINE_NONE || run->engine == BG_ENGINE_SECCOMP)
		return STATUS_GOOD;
	if (inspection->privileged)
		return refuse(run, inspection, "the engine seccomp takes its privileges away", failure);
	if (inspection->escapes)
		return refuse(run, inspection, "the engine seccomp does not let it gain its privileges", failure);
	if (bg_seccomp_possible(why, sizeof(why)))
		return STATUS_GOOD;
	return refuse(run, inspection, why, failure);
}
