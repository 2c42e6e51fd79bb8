/* SPDX-License-Identifier: MIT
 * keys_log.c - checks `mode` and the keys of `log`. Cold. */
#include "load/build.h"

/** set_log_to - a word or an absolute path. */
static void
set_log_to(struct build *build, const struct statement *statement, const char *value)
{
	char why[BG_DIAG_TEXT_MAX];
	int word = word_value(log_to_words, value);

	if (word >= 0) {
		build->policy->log_to = (uint8_t)word;
	} else if (log_path_check(value, why, sizeof(why))) {
		build->policy->log_to = BG_LOG_FILE;
		build->policy->log_path = build_string(build, value);
	} else {
		bg_diags_add(build->diags, statement->value_lines[0], "%s", why);
	}
}

/** keys_log - one statement outside the rules. */
void
keys_log(struct build *build, const struct statement *statement)
{
	struct bg_policy *policy = build->policy;
	const char *value = statement->count ? statement->values[0] : "";
	int word;

	if (statement->count != 1) {
		bg_diags_add(build->diags, statement->line, "%s has %u values, expected one",
			     survey_key_name(statement->key), statement->count);
		return;
	}
	if (statement->key == KEY_LOG_TO)
		set_log_to(build, statement, value);
	else if (statement->key == KEY_MODE &&
		 word_check(build->diags, statement->value_lines[0], "mode", mode_words, value, &word))
		policy->mode = (uint8_t)word;
	else if (statement->key == KEY_LOG_FORMAT &&
		 word_check(build->diags, statement->value_lines[0], "format", log_format_words, value, &word))
		policy->log_format = (uint8_t)word;
	else if (statement->key == KEY_LOG_EVENTS &&
		 word_check(build->diags, statement->value_lines[0], "events", log_events_words, value, &word))
		policy->log_events = (uint8_t)word;
}
