/* SPDX-License-Identifier: MIT
 * load.c - from environment and file to the policy of this process; lockdown where anything is wrong. Cold. */
#include <stdlib.h>

#include "bindguard/file.h"
#include "bindguard/load.h"
#include "bindguard/path.h"
#include "bindguard/rule.h"
#include "load/override.h"

/** from_file - the policy that the file holds, to be freed; NULL and mistakes in @loaded. */
static struct bg_policy *
from_file(struct bg_loaded *loaded, bool secure)
{
	struct bg_file_trust trust = {.uid = bg_effective_user()};
	struct bg_policy *policy;
	size_t size;
	char *text;

	trust.strict = secure || trust.uid == 0;
	text = loaded->path[0] ? bg_file_read(loaded->path, &trust, &size, &loaded->diags) : NULL;

	loaded->unreadable = text == NULL;
	if (!text)
		return NULL;
	policy = bg_load_text(text, size, &loaded->diags);
	free(text);
	return policy;
}

/**
 * drop_others - the rules of @policy that cannot match the program @names. Ones that ask for a name that could not be read
 * would go in silence, and with them what they guard: a mistake.
 */
static void
drop_others(struct bg_policy *policy, const struct bg_names *names, struct bg_diags *diags)
{
	bool programs = false, commands = false;
	const char *command = "";

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		programs |= policy->rules[i].programs.count > 0;
		commands |= policy->rules[i].commands.count > 0;
	}
	if (commands)
		command = names->command(names->context);
	if (programs && !names->exe[0])
		bg_diags_add(diags, 0, "rules ask for the program: /proc/self/exe cannot be read, expected its path");
	if (command)
		bg_policy_narrow(policy, names->exe, command);
	else
		bg_diags_add(diags, 0, "rules ask for the command: /proc/self/cmdline cannot be read, expected words");
}

void
bg_load(const struct bg_settings *settings, const struct bg_names *names, struct bg_loaded *loaded)
{
	struct bg_policy *owned = NULL;

	/* Not memset: the room for mistakes is large, and every guarded process comes by here. */
	loaded->policy = bg_policy_default;
	loaded->unreadable = false;
	loaded->diags.count = loaded->diags.dropped = 0;
	if (settings->unreadable)
		bg_diag_blame(
			bg_diags_add(&loaded->diags, 0, "cannot be read: /proc/self/environ, expected its variables"),
			"", 0);
	bg_file_locate(settings, loaded);
	if (loaded->source != BG_SOURCE_BUILTIN)
		owned = from_file(loaded, settings->secure);
	if (override_wanted(settings)) {
		struct bg_policy *copy = override_copy(owned ? owned : bg_policy_default, settings, &loaded->diags);

		free(owned);
		owned = copy;
	}
	if (owned && names)
		drop_others(owned, names, &loaded->diags);
	if (bg_diags_mistakes(&loaded->diags)) {
		free(owned);
		owned = override_lockdown(settings, &loaded->diags);
		loaded->policy = bg_load_fallback(settings);
	}
	if (owned)
		loaded->policy = owned;
	loaded->owned = owned != NULL;
}

const struct bg_policy *
bg_load_fallback(const struct bg_settings *settings)
{
	static const struct bg_policy off = {.size = sizeof(off), .mode = BG_MODE_OFF};
	int mode = bg_settings_mode(settings);

	return mode == BG_MODE_OFF || mode == BG_MODE_OBSERVE ? &off : bg_policy_lockdown;
}

/** bg_loaded_free - free what bg_load() allocated; @loaded itself is the caller's. */
void
bg_loaded_free(struct bg_loaded *loaded)
{
	if (loaded->owned)
		free((void *)(uintptr_t)loaded->policy);
	loaded->owned = false;
	loaded->policy = bg_policy_lockdown;
}
