/* SPDX-License-Identifier: MIT
 * run_cgroup.c - starts CMD under the engine cgroup: this process enters a guarded cgroup and becomes CMD, so its pid, its
 * terminal, its signals and its exit status are those of a bare start. */
#include "launcher/run/run_cgroup.h"

#include <stdlib.h>
#include <string.h>

#include "bindguard/cgroup.h"
#include "bindguard/cgroup_rule.h"
#include "launcher/config.h"
#include "launcher/note.h"
#include "launcher/program/program.h"

/** refuse_rules - are there rules that the engine cannot hold? All of them are told. */
static int
refuse_rules(const struct run *run, struct bg_loaded *loaded, struct failure *failure)
{
	const struct bg_mistakes_style style = {.prefix = "", .most = BG_DIAGS_MAX};
	const struct bg_policy *policy = loaded->policy;
	char why[BG_CGROUP_WHY_MAX];
	unsigned count = 0;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct bg_rule *rule = &policy->rules[i];

		if (!bg_cgroup_rule_refused(policy, i, why))
			continue;
		bg_diags_add(&loaded->diags, rule->line, "rule \"%s\" cannot be held by the engine cgroup: %s",
			     bg_policy_string(policy, rule->name), why);
		count++;
	}
	if (count == 0 || config_list_mistakes(loaded, &style, STATUS_RUN_FAILED, failure) != STATUS_GOOD)
		return count ? STATUS_RUN_FAILED : STATUS_GOOD;
	return command_fail(failure, STATUS_RUN_FAILED,
			    "%s was not started: the engine cgroup cannot hold %s (--engine seccomp can)", run->argv[0],
			    count == 1 ? "this rule" : "these rules");
}

/** enter - the cgroup, guarded by the configuration of CMD's environment. */
static int
enter(const struct run *run, struct bg_loaded *loaded, struct failure *failure)
{
	char why[BG_CGROUP_ERROR_MAX] = "";
	int status;

	if (loaded->policy->mode == BG_MODE_OBSERVE)
		return command_fail(
			failure, STATUS_RUN_FAILED,
			"engine cgroup: mode observe only logs, and this engine logs nothing: use --engine seccomp");
	if (run->log && strcmp(run->log, "none") != 0)
		return command_fail(failure, STATUS_RUN_FAILED,
				    "engine cgroup: it logs nothing, expected no --log, or --engine seccomp");
	status = refuse_rules(run, loaded, failure);
	if (status != STATUS_GOOD)
		return status;
	if (!bg_cgroup_enter(loaded->policy, why))
		return command_fail(failure, STATUS_RUN_FAILED, "engine cgroup: %s", why);
	return STATUS_GOOD;
}

/** run_cgroup_start - become CMD, the program at @path, under the engine. Return: why not, a status. */
int
run_cgroup_start(const struct run *run, const char *path, struct failure *failure)
{
	struct bg_loaded *loaded = run->off ? NULL : malloc(sizeof(*loaded));
	struct bg_settings settings;
	int status = STATUS_GOOD;

	if (!run->off && !loaded)
		return command_fail(failure, STATUS_RUN_FAILED, "out of memory");
	if (loaded) {
		bg_settings_read(false, &settings);
		bg_load(&settings, NULL, loaded);
		status = enter(run, loaded, failure);
		bg_loaded_free(loaded);
		free(loaded);
	}
	if (status != STATUS_GOOD)
		return status;
	if (run->verbose)
		note_print("engine: cgroup%s", run->off ? ", which does nothing" : "");
	if (!run->quiet && !run->off)
		note_print("the engine cgroup guards %s, and logs nothing of what it changes", run->argv[0]);
	return program_start(path, run->argv, failure);
}
