/* SPDX-License-Identifier: MIT
 * load.c - from environment and file to the policy of this process; lockdown where anything is wrong. Cold. */
#include <stdlib.h>

#include "bindguard/load.h"
#include "load/file.h"
#include "load/override.h"
#include "sys/path.h"

/** from_file - the policy that the file holds, to be freed; NULL and mistakes in @loaded. */
static struct bg_policy *
from_file(struct bg_loaded *loaded, bool secure)
{
	struct file_trust trust = {.uid = bg_effective_user()};
	struct bg_policy *policy;
	size_t size;
	char *text;

	trust.strict = secure || trust.uid == 0;
	text = loaded->path[0] ? file_read(loaded->path, &trust, &size, &loaded->diags) : NULL;

	loaded->unreadable = text == NULL;
	if (!text)
		return NULL;
	policy = bg_load_text(text, size, &loaded->diags);
	free(text);
	return policy;
}

void
bg_load(const struct bg_settings *settings, const struct bg_names *names, struct bg_loaded *loaded)
{
	const char *command = "";
	struct bg_policy *owned = NULL;

	/* Not memset: the room for mistakes is large, and every guarded process comes by here. */
	loaded->policy = bg_policy_default;
	loaded->owned = loaded->unreadable = false;
	loaded->diags.count = loaded->diags.dropped = 0;
	if (settings->unreadable)
		bg_diags_add(&loaded->diags, 0, "cannot be read: /proc/self/environ, expected its variables");
	file_locate(settings, loaded);
	if (loaded->source != BG_SOURCE_BUILTIN)
		owned = from_file(loaded, settings->secure);
	if (override_wanted(settings)) {
		struct bg_policy *copy = override_copy(owned ? owned : bg_policy_default, settings, &loaded->diags);

		free(owned);
		owned = copy;
	}
	if (owned && names) {
		if (override_asks_command(owned))
			command = names->command(names->context);
		override_check_names(owned, names->exe, command, &loaded->diags);
	}
	if (bg_diags_mistakes(&loaded->diags)) {
		free(owned);
		owned = override_lockdown(settings, &loaded->diags);
		loaded->policy = owned ? owned : bg_policy_lockdown;
		loaded->owned = owned != NULL;
		return;
	}
	if (owned) {
		if (names)
			override_narrow(owned, names->exe, command);
		loaded->policy = owned;
		loaded->owned = true;
	}
}

/** bg_loaded_free - free what bg_load() allocated; @loaded itself is the caller's. */
void
bg_loaded_free(struct bg_loaded *loaded)
{
	union {
		const struct bg_policy *in;
		void *out;
	} policy = {.in = loaded->policy};

	if (loaded->owned)
		free(policy.out);
	loaded->owned = false;
	loaded->policy = bg_policy_lockdown;
}
