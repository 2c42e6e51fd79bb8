/* SPDX-License-Identifier: MIT
 * narrow.c - the rules that can match the program of a call, kept for its next ones: what the rules are many of is mostly
 * other programs' (the preload drops those at load). Runs in the supervisor, during a call.
 */
#include <stdlib.h>
#include <string.h>

#include "launcher/supervise/supervisor.h"
#include "load/override.h"

/** make_narrowed - the policy for @exe and @command, with both behind it. Return: NULL where memory is short. */
static struct bg_policy *
make_narrowed(const struct supervisor *supervisor, struct narrowed *narrowed)
{
	const struct bg_policy *whole = supervisor->policy;
	size_t exe_size = strlen(supervisor->exe) + 1, command_size = strlen(supervisor->command) + 1;
	char *memory = malloc(whole->size + exe_size + command_size);

	if (!memory)
		return NULL;
	narrowed->policy = (struct bg_policy *)(void *)memory;
	narrowed->exe = memcpy(memory + whole->size, supervisor->exe, exe_size);
	narrowed->command = memcpy(memory + whole->size + exe_size, supervisor->command, command_size);
	memcpy(memory, whole, whole->size);
	override_narrow(narrowed->policy, narrowed->exe, narrowed->command);
	return narrowed->policy;
}

/**
 * narrow_to_target - from now on the guard has the rules that can match the target of the call under way. What runs there
 * is asked each time: execve(2) changes it. Where memory is short the guard has all rules, and asks each for the program.
 */
void
narrow_to_target(struct supervisor *supervisor)
{
	struct narrowed *kept = supervisor->narrowed, fresh;

	supervisor->guard.policy = supervisor->policy;
	if (!supervisor->by_program)
		return;
	target_exe(supervisor->call.tid, supervisor->exe, sizeof(supervisor->exe));
	target_command(supervisor->call.tid, supervisor->command, sizeof(supervisor->command));
	for (size_t i = 0; i < NARROWED && kept[i].policy; i++)
		if (strcmp(kept[i].exe, supervisor->exe) == 0 && strcmp(kept[i].command, supervisor->command) == 0) {
			supervisor->guard.policy = kept[i].policy;
			return;
		}
	if (!make_narrowed(supervisor, &fresh))
		return;
	kept += supervisor->next_narrowed++ % NARROWED;
	free(kept->policy);
	*kept = fresh;
	supervisor->guard.policy = fresh.policy;
}
