/* SPDX-License-Identifier: MIT
 * override.c - BINDGUARD_MODE, _TO, _FROM, _CONFINE, _PIN, _LOG, _LOG_FORMAT and _LOG_EVENTS over a copy of the file's policy.
 * Cold. */
#include "load/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/build.h"

/** override_wanted - does the environment say anything at all? */
bool
override_wanted(const struct bg_settings *settings)
{
	return settings->mode || settings->to || settings->from || settings->confine || settings->pin ||
	       settings->log || settings->log_format || settings->log_events;
}

/** set_word - one variable that takes a word; the mistake names the variable. */
static void
set_word(const char *variable, const struct word *words, const char *value, uint8_t *field, struct bg_diags *diags)
{
	int word = value ? word_check(diags, 0, variable, words, value) : -1;

	if (word >= 0)
		*field = (uint8_t)word;
}

/** set_log - BINDGUARD_LOG: a word or an absolute path, which goes behind the policy. */
static void
set_log(struct bg_policy *policy, const char *value, struct bg_diags *diags)
{
	char why[BG_DIAG_TEXT_MAX];

	if (!log_to_parse(value, &policy->log_to, why, sizeof(why))) {
		bg_diag_blame(bg_diags_add(diags, 0, "BINDGUARD_LOG: %s", why), "BINDGUARD_LOG", 0);
	} else if (policy->log_to == BG_LOG_FILE) {
		policy->log_path = (struct bg_span){.offset = policy->size, .count = (uint32_t)strlen(value)};
		memcpy((char *)policy + policy->size, value, strlen(value) + 1);
		policy->size += ((uint32_t)strlen(value) + 8) & ~7u;
	}
}

/** parse_target - BINDGUARD_TO into @rule. Return: false and @why where it makes no sense. */
static bool
parse_target(const char *value, struct bg_rule *rule, char *why, size_t why_size)
{
	char text[2 * BG_ADDR_TEXT_MAX];
	char *comma;

	if (strlen(value) >= sizeof(text)) {
		snprintf(why, why_size, "too long, expected a target");
		return false;
	}
	memcpy(text, value, strlen(value) + 1);
	comma = strchr(text, ',');
	if (comma)
		*comma = '\0';
	return target_add(rule, text, 1, why, why_size) && (!comma || target_add(rule, comma + 1, 2, why, why_size));
}

/** parse_from - BINDGUARD_FROM into @rule; its places go behind the policy. Return: false and @why where it makes no sense. */
static bool
parse_from(struct bg_policy *policy, const char *value, struct bg_rule *rule, char *why, size_t why_size)
{
	struct bg_from *from = (struct bg_from *)(void *)((char *)policy + policy->size);

	rule->from.offset = policy->size;
	for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		char text[BG_ADDR_TEXT_MAX];
		size_t length = strcspn(at, ",");

		if (rule->from.count == BG_FROM_MAX) {
			snprintf(why, why_size, "more than %d places", BG_FROM_MAX);
			return false;
		}
		snprintf(text, sizeof(text), "%.*s", (int)(length < sizeof(text) ? length : sizeof(text) - 1), at);
		if (!from_parse(text, &from[rule->from.count++], why, why_size))
			return false;
	}
	policy->size += (uint32_t)((rule->from.count * sizeof(*from) + 7) & ~(size_t)7);
	return true;
}

/** parse_confine - BINDGUARD_CONFINE into @rule. Return: false and @why where it makes no sense. */
static bool
parse_confine(const char *value, struct bg_rule *rule, char *why, size_t why_size)
{
	const char *mistake = interface_mistake(value);

	if (mistake)
		snprintf(why, why_size, "interface \"%.60s\" %s, expected a name of 1 to 15 bytes such as lo or eth0",
			 value, mistake);
	else
		snprintf(rule->interface, sizeof(rule->interface), "%s", value);
	return !mistake;
}

/** put_place - in the place of the loopback of @rule what @place has. Return: false where that cannot be: another port. */
static bool
put_place(struct bg_rule *rule, const struct bg_rule *place)
{
	if (place->action != BG_ACTION_REWRITE && rule->to_port)
		return false;
	rule->action = place->action;
	rule->target = place->target;
	rule->has_ipv4 = place->has_ipv4, rule->ipv4 = place->ipv4;
	rule->has_ipv6 = place->has_ipv6, rule->ipv6 = place->ipv6;
	memcpy(rule->interface, place->interface, sizeof(rule->interface));
	rule->from = place->from;
	return true;
}

/** put_places - @place takes the place of loopback in every rule that rewrites to it. */
static void
put_places(struct bg_policy *policy, const char *variable, const struct bg_rule *place, struct bg_diags *diags)
{
	unsigned replaced = 0;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		struct bg_rule *rule = &policy->rules[i];

		if (rule->action != BG_ACTION_REWRITE || rule->target != BG_TARGET_LOOPBACK)
			continue;
		if (!put_place(rule, place))
			bg_diag_blame(
				bg_diags_add(diags, 0,
					     "%s: rule \"%s\" has to_port, expected a rule without, or BINDGUARD_TO",
					     variable, bg_policy_string(policy, rule->name)),
				variable, 0);
		policy->limits |= rule->action == BG_ACTION_LIMIT;
		replaced++;
	}
	if (replaced == 0)
		bg_diag_blame(bg_diags_add(diags, 0,
					   "%s is set but no rule says to = {\"loopback\"}, expected such a rule",
					   variable),
			      variable, 0);
}

/** struct places - the variables that say where servers go, of which one may be set. */
struct places {
	const char *variable;
	const char *value;
};

/** find_place - the one that is set; a second one is a mistake, and none is NULL. */
static const char *
find_place(const struct bg_settings *settings, struct bg_diags *diags)
{
	const struct places places[] = {{"BINDGUARD_TO", settings->to},
					{"BINDGUARD_FROM", settings->from},
					{"BINDGUARD_CONFINE", settings->confine},
					{"BINDGUARD_PIN", settings->pin}};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (found && places[i].value) {
			bg_diag_blame(bg_diags_add(diags, 0, "%s: %s is set, too, expected one of them", found,
						   places[i].variable),
				      found, 0);
			return NULL;
		}
		if (places[i].value)
			found = places[i].variable;
	}
	return found;
}

/** set_pin - BINDGUARD_PIN: the interface in the rules of conf/pin.conf, which @policy is a copy of. */
static bool
set_pin(struct bg_policy *policy, const char *value, char *why, size_t why_size)
{
	struct bg_rule place = {.target = BG_TARGET_LOOPBACK}; /* all of the name is compared, also behind its end */

	if (!parse_confine(value, &place, why, why_size))
		return false;
	if (strcmp(value, "lo") == 0) {
		snprintf(why, why_size, "interface \"lo\" leads to no other host, expected one that does, such as wg0");
		return false;
	}
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].action == BG_ACTION_CONFINE)
			memcpy(policy->rules[i].interface, place.interface, sizeof(place.interface));
	return true;
}

/** set_place - BINDGUARD_TO, _FROM, _CONFINE or _PIN. */
static void
set_place(struct bg_policy *policy, const struct bg_settings *settings, struct bg_diags *diags)
{
	const char *variable = find_place(settings, diags);
	struct bg_rule place = {.target = BG_TARGET_LOOPBACK};
	char why[BG_DIAG_TEXT_MAX] = "";
	bool good;

	if (!variable)
		return;
	place.action = settings->to ? BG_ACTION_REWRITE : settings->from ? BG_ACTION_LIMIT : BG_ACTION_CONFINE;
	if (settings->pin)
		good = set_pin(policy, settings->pin, why, sizeof(why));
	else if (settings->to)
		good = parse_target(settings->to, &place, why, sizeof(why));
	else if (settings->from)
		good = parse_from(policy, settings->from, &place, why, sizeof(why));
	else
		good = settings->confine && parse_confine(settings->confine, &place, why, sizeof(why));
	if (!good)
		bg_diag_blame(bg_diags_add(diags, 0, "%s: %s", variable, why), variable, 0);
	else if (!settings->pin)
		put_places(policy, variable, &place, diags);
}

/** copy_pin - the rules of conf/pin.conf into @copy, with the mode and the log of @policy. */
static void
copy_pin(struct bg_policy *copy, const struct bg_policy *policy)
{
	memcpy(copy, bg_policy_pin, bg_policy_pin->size);
	copy->mode = policy->mode;
	copy->log_to = policy->log_to;
	copy->log_format = policy->log_format;
	copy->log_events = policy->log_events;
	if (policy->log_to != BG_LOG_FILE)
		return;
	copy->log_path = (struct bg_span){.offset = copy->size, .count = policy->log_path.count};
	memcpy((char *)copy + copy->size, bg_policy_string(policy, policy->log_path), policy->log_path.count + 1);
	copy->size += (policy->log_path.count + 8) & ~7u;
}

/**
 * override_copy - a copy of @policy with the environment laid over it.
 * @diags: mistakes are added; NULL: nobody asks
 * Return: to be freed. NULL where memory is short, added too.
 */
struct bg_policy *
override_copy(const struct bg_policy *policy, const struct bg_settings *settings, struct bg_diags *diags)
{
	const struct bg_policy *base = settings->pin ? bg_policy_pin : policy;
	struct bg_policy *copy =
		calloc(1, base->size + 2 * (BG_LOG_PATH_MAX + 8) + BG_FROM_MAX * sizeof(struct bg_from));

	if (!copy) {
		bg_diag_blame(bg_diags_add(diags, 0, "out of memory"), "", 0);
		return NULL;
	}
	if (settings->pin)
		copy_pin(copy, policy);
	else
		memcpy(copy, policy, policy->size);
	set_word("BINDGUARD_MODE", mode_words, settings->mode, &copy->mode, diags);
	set_word("BINDGUARD_LOG_FORMAT", log_format_words, settings->log_format, &copy->log_format, diags);
	set_word("BINDGUARD_LOG_EVENTS", log_events_words, settings->log_events, &copy->log_events, diags);
	if (settings->log)
		set_log(copy, settings->log, diags);
	if (settings->to || settings->from || settings->confine || settings->pin)
		set_place(copy, settings, diags);
	return copy;
}

/**
 * override_lockdown - the lockdown policy, with the log where the environment says. Who broke the file may not be who reads
 * the log: what is refused meanwhile must be found there. And in the mode that it says: who asks for `off` or `observe` has
 * asked that nothing be changed. A variable that makes no sense counts as unset; it is among the mistakes already. Not the
 * place: a half-understood configuration must not open anything.
 * Return: to be freed. NULL: nothing valid is set, or memory is short; bg_load_fallback() does as it is.
 */
struct bg_policy *
override_lockdown(const struct bg_settings *settings, struct bg_diags *diags)
{
	struct bg_settings valid = *settings;
	struct bg_policy *copy;

	valid.to = valid.from = valid.confine = valid.pin = NULL;
	if (!override_wanted(&valid))
		return NULL;
	copy = override_copy(bg_policy_lockdown, &valid, NULL);
	if (!copy)
		bg_diag_blame(bg_diags_add(diags, 0, "out of memory"), "", 0);
	if (copy && memcmp(copy, bg_policy_lockdown, bg_policy_lockdown->size) == 0) {
		free(copy);
		copy = NULL;
	}
	return copy;
}
