/* SPDX-License-Identifier: MIT
 * override.c - BINDGUARD_MODE, _TO, _LOG, _LOG_FORMAT and _LOG_EVENTS over a copy of the file's policy, and the rules
 * of other programs dropped. Cold. */
#include "load/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/decision.h"
#include "load/build.h"

/** override_wanted - does the environment say anything at all? */
bool
override_wanted(const struct bg_settings *settings)
{
	return settings->mode || settings->to || settings->log || settings->log_format || settings->log_events;
}

/** set_word - one variable that takes a word; the mistake names the variable. */
static void
set_word(const char *variable, const struct word *words, const char *value, uint8_t *field, struct bg_diags *diags)
{
	int word;

	if (value && word_check(diags, 0, variable, words, value, &word))
		*field = (uint8_t)word;
}

/** set_log - BINDGUARD_LOG: a word or an absolute path, which goes behind the policy. */
static void
set_log(struct bg_policy *policy, const char *value, struct bg_diags *diags)
{
	char why[BG_DIAG_TEXT_MAX];
	int word = word_value(log_to_words, value);

	if (word >= 0) {
		policy->log_to = (uint8_t)word;
	} else if (log_path_check(value, why, sizeof(why))) {
		policy->log_to = BG_LOG_FILE;
		policy->log_path = (struct bg_span){.offset = policy->size, .count = (uint32_t)strlen(value)};
		memcpy((char *)policy + policy->size, value, strlen(value) + 1);
		policy->size += ((uint32_t)strlen(value) + 8) & ~7u;
	} else {
		bg_diags_add(diags, 0, "BINDGUARD_LOG: %s", why);
	}
}

/** set_target - BINDGUARD_TO: takes the place of loopback in every rule that rewrites to it. */
static void
set_target(struct bg_policy *policy, const char *value, struct bg_diags *diags)
{
	char text[2 * BG_ADDR_TEXT_MAX], why[BG_DIAG_TEXT_MAX];
	struct bg_rule target = {.target = BG_TARGET_LOOPBACK};
	const char *values[2] = {text, NULL};
	unsigned replaced = 0;
	char *comma;

	snprintf(text, sizeof(text), "%s", value);
	comma = strchr(text, ',');
	if (comma) {
		*comma = '\0';
		values[1] = comma + 1;
	}
	if (strlen(value) >= sizeof(text) || !target_parse(&target, values, values[1] ? 2 : 1, why, sizeof(why))) {
		bg_diags_add(diags, 0, "BINDGUARD_TO: %s",
			     strlen(value) >= sizeof(text) ? "too long, expected a target" : why);
		return;
	}
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		struct bg_rule *rule = &policy->rules[i];

		if (rule->action != BG_ACTION_REWRITE || rule->target != BG_TARGET_LOOPBACK)
			continue;
		rule->target = target.target;
		rule->has_ipv4 = target.has_ipv4;
		rule->has_ipv6 = target.has_ipv6;
		rule->ipv4 = target.ipv4;
		rule->ipv6 = target.ipv6;
		memcpy(rule->interface, target.interface, sizeof(rule->interface));
		replaced++;
	}
	if (replaced == 0)
		bg_diags_add(diags, 0,
			     "BINDGUARD_TO is set but no rule says to = {\"loopback\"}, expected such a rule");
}

/**
 * override_copy - a copy of @policy with the environment laid over it.
 * Return: to be freed; mistakes are added to @diags. NULL where memory is short (added too).
 */
struct bg_policy *
override_copy(const struct bg_policy *policy, const struct bg_settings *settings, struct bg_diags *diags)
{
	struct bg_policy *copy = calloc(1, policy->size + BG_LOG_PATH_MAX + 8);

	if (!copy) {
		bg_diags_add(diags, 0, "out of memory");
		return NULL;
	}
	memcpy(copy, policy, policy->size);
	set_word("BINDGUARD_MODE", mode_words, settings->mode, &copy->mode, diags);
	set_word("BINDGUARD_LOG_FORMAT", log_format_words, settings->log_format, &copy->log_format, diags);
	set_word("BINDGUARD_LOG_EVENTS", log_events_words, settings->log_events, &copy->log_events, diags);
	if (settings->log)
		set_log(copy, settings->log, diags);
	if (settings->to)
		set_target(copy, settings->to, diags);
	return copy;
}

/** is_word - is @value one of @words? NULL is unset, and none. */
static bool
is_word(const struct word *words, const char *value)
{
	return value && word_value(words, value) >= 0;
}

/**
 * override_lockdown - the lockdown policy, with the log where the environment says. Who broke the file may not be who reads
 * the log: what is refused meanwhile must be found there. A variable that makes no sense counts as unset; it is among the
 * mistakes already. Neither mode nor target: a half-understood configuration must not open anything.
 * Return: to be freed. NULL: nothing valid is set, or memory is short; bg_policy_lockdown does as it is.
 */
struct bg_policy *
override_lockdown(const struct bg_settings *settings, struct bg_diags *diags)
{
	struct bg_settings log = {0};
	char why[BG_DIAG_TEXT_MAX];

	if (is_word(log_to_words, settings->log) || (settings->log && log_path_check(settings->log, why, sizeof(why))))
		log.log = settings->log;
	if (is_word(log_format_words, settings->log_format))
		log.log_format = settings->log_format;
	if (is_word(log_events_words, settings->log_events))
		log.log_events = settings->log_events;
	return override_wanted(&log) ? override_copy(bg_policy_lockdown, &log, diags) : NULL;
}

/** override_asks_command - does a rule of @policy ask for the command line? */
bool
override_asks_command(const struct bg_policy *policy)
{
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].commands.count > 0)
			return true;
	return false;
}

/**
 * override_check_names - rules that ask for a name that could not be read would be dropped in silence, and with them what
 * they guard: a mistake. @exe: "", @command: NULL where it was asked for and could not be
 */
void
override_check_names(const struct bg_policy *policy, const char *exe, const char *command, struct bg_diags *diags)
{
	bool programs = false;

	for (uint32_t i = 0; i < policy->rule_count; i++)
		programs |= policy->rules[i].programs.count > 0;
	if (programs && !exe[0])
		bg_diags_add(diags, 0, "rules ask for the program: /proc/self/exe cannot be read, expected its path");
	if (!command)
		bg_diags_add(diags, 0, "rules ask for the command: /proc/self/cmdline cannot be read, expected words");
}

/** override_narrow - drop the rules that cannot match this program, so that no call asks about them. */
void
override_narrow(struct bg_policy *policy, const char *exe, const char *command)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (bg_rule_match_program(policy, &policy->rules[i], exe, command) == BG_MATCH_YES)
			policy->rules[kept++] = policy->rules[i];
	policy->rule_count = kept;
}
