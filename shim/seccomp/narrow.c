/* SPDX-License-Identifier: MIT
 * narrow.c - the rules that can match the program of a call, kept for its next ones: what the rules are many of is mostly
 * other programs' (the preload drops those at load). Runs in the supervisor, during a call.
 */
#include <stdlib.h>
#include <string.h>

#include "bindguard/rule.h"
#include "seccomp/narrow.h"
#include "seccomp/supervisor.h"

/** make_program_policy - the policy for @exe and @command, with both behind it. Return: NULL where memory is short. */
static struct bg_policy *
make_program_policy(const struct supervisor *supervisor, struct program_policy *made)
{
	const struct bg_policy *whole = supervisor->policy;
	size_t exe_size = strlen(supervisor->exe) + 1, command_size = strlen(supervisor->command) + 1;
	char *memory = malloc(whole->size + exe_size + command_size);

	if (!memory)
		return NULL;
	made->policy = (struct bg_policy *)(void *)memory;
	made->exe = memcpy(memory + whole->size, supervisor->exe, exe_size);
	made->command = memcpy(memory + whole->size + exe_size, supervisor->command, command_size);
	memcpy(memory, whole, whole->size);
	bg_policy_narrow(made->policy, made->exe, made->command);
	return made->policy;
}

/** find_kept - the rules that are kept for the names in @supervisor, NULL where none are. */
static const struct bg_policy *
find_kept(const struct supervisor *supervisor)
{
	const struct program_policy *kept = supervisor->program_policies;

	for (size_t i = 0; i < PROGRAM_POLICIES && kept[i].policy; i++)
		if (strcmp(kept[i].exe, supervisor->exe) == 0 && strcmp(kept[i].command, supervisor->command) == 0)
			return kept[i].policy;
	return NULL;
}

/** keep - @fresh, in the place of the oldest. */
static void
keep(struct supervisor *supervisor, const struct program_policy *fresh)
{
	struct program_policy *kept =
		&supervisor->program_policies[supervisor->next_program_policy++ % PROGRAM_POLICIES];

	free(kept->policy);
	*kept = *fresh;
}

/**
 * narrow_to_target - from now on the guard has the rules that can match the target of the call under way. What runs there
 * is asked each time: execve(2) changes it. Where memory is short the guard has all rules, and asks each for the program.
 * Return: false where a name that rules ask for cannot be read: nobody knows which of them are for it.
 */
bool
narrow_to_target(struct supervisor *supervisor)
{
	pid_t tid = supervisor->call.tid;
	const struct bg_policy *kept;
	struct program_policy fresh;
	bool known;

	supervisor->guard.policy = supervisor->policy;
	supervisor->exe[0] = supervisor->command[0] = '\0';
	if (!supervisor->by_program && !supervisor->by_command)
		return true;
	known = !supervisor->by_program || target_exe(tid, supervisor->exe, sizeof(supervisor->exe));
	known &= !supervisor->by_command || target_command(tid, supervisor->command, sizeof(supervisor->command));
	if (!known)
		return supervisor->policy->mode != BG_MODE_ENFORCE;
	kept = find_kept(supervisor);
	if (!kept && (kept = make_program_policy(supervisor, &fresh)))
		keep(supervisor, &fresh);
	if (kept)
		supervisor->guard.policy = kept;
	return true;
}
