/* SPDX-License-Identifier: MIT
 * explain_engine.c - the rules that the engine cgroup cannot hold, and why; other engines hold all. Runs in the launcher only. */
#include "launcher/explain/explain_engine.h"

#include <stdio.h>
#include <string.h>

#include "bindguard/cgroup_rule.h"
#include "launcher/explain/explain_ask.h"

/** explain_engine_read - the argument of --engine. Return: false where @failure is set. */
bool
explain_engine_read(const char *word, enum bg_engine *engine, struct failure *failure)
{
	*engine = BG_ENGINE_UNKNOWN;
	if (strcmp(word, "auto") == 0)
		return true;
	for (int i = BG_ENGINE_PRELOAD; i <= BG_ENGINE_CGROUP; i++) {
		*engine = (enum bg_engine)i;
		if (strcmp(word, bg_engine_word(*engine)) == 0)
			return true;
	}
	command_fail(failure, 0, "unknown engine \"%.60s\", expected auto, preload, seccomp or cgroup", word);
	return false;
}

/** explain_engine_connect - what connect(2) does with the change: the engine cgroup gives nothing back. */
enum explain_connect
explain_engine_connect(const struct explanation *explanation)
{
	enum explain_connect connect = explain_connect(&explanation->bind);

	if (explanation->engine == BG_ENGINE_CGROUP && connect == EXPLAIN_CONNECT_GIVES_BACK)
		return EXPLAIN_CONNECT_KEEPS;
	return connect;
}

/** is_refused - does the engine that was asked about refuse rule number @index? */
static bool
is_refused(const struct explanation *explanation, uint32_t index, char why[BG_CGROUP_WHY_MAX])
{
	return explanation->engine == BG_ENGINE_CGROUP &&
	       bg_cgroup_rule_refused(explanation->config->loaded.policy, index, why);
}

/** explain_engine_print - a line for each such rule, and what comes of it. */
void
explain_engine_print(const struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	char why[BG_CGROUP_WHY_MAX];
	bool any = false;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		if (!is_refused(explanation, i, why))
			continue;
		printf("engine cgroup: cannot hold rule \"%s\" (%s:%u): %s\n",
		       bg_policy_string(policy, policy->rules[i].name), explanation->config->name,
		       policy->rules[i].line, why);
		any = true;
	}
	if (any)
		puts("engine cgroup: `bindguard run -e cgroup` refuses this configuration");
}

/** explain_engine_value - `refused`. */
json_t *
explain_engine_value(const struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	json_t *refused = json_array();
	char why[BG_CGROUP_WHY_MAX];

	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (is_refused(explanation, i, why))
			json_array_append_new(refused, json_pack("{s:s, s:i, s:s}", "name",
								 bg_policy_string(policy, policy->rules[i].name),
								 "line", (int)policy->rules[i].line, "why", why));
	return refused;
}
