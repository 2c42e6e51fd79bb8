/* SPDX-License-Identifier: MIT
 * keys_log.c - checks `mode` and the keys of `log`. Cold. */
#include "load/build.h"

/** set_log_to - a word or an absolute path. */
static void
set_log_to(struct build *build, const struct value *value)
{
	char why[BG_DIAG_TEXT_MAX];

	if (!log_to_parse(value->text, &build->policy->log_to, why, sizeof(why)))
		bg_diags_add(build->diags, value->line, "%s", why);
	else if (build->policy->log_to == BG_LOG_FILE)
		build->policy->log_path = build_string(build, value->text);
}

/** keys_log - a value outside the rules. */
void
keys_log(struct build *build, const struct value *value)
{
	struct bg_policy *policy = build->policy;

	if (!build_only_value(build, value))
		return;
	switch (value->key) {
	case KEY_MODE: build_word(build, value, mode_words, &policy->mode); break;
	case KEY_LOG_TO: set_log_to(build, value); break;
	case KEY_LOG_FORMAT: build_word(build, value, log_format_words, &policy->log_format); break;
	case KEY_LOG_EVENTS: build_word(build, value, log_events_words, &policy->log_events); break;
	default: break;
	}
}
