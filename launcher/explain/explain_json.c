/* SPDX-License-Identifier: MIT
 * explain_json.c - prints an explanation as one JSON object, whose schema bindguard-json(5) has. Runs in the launcher only. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/from.h"
#include "bindguard/rule.h"
#include "bindguard/words.h"
#include "launcher/explain/explain_ask.h"
#include "launcher/explain/explain_call.h"
#include "launcher/explain/explain_engine.h"
#include "launcher/explain/explain_json.h"
#include "launcher/explain/explanation.h"

/**
 * text_value - @text as a JSON string. Names and paths are bytes that others chose: where they are not UTF-8, each byte
 * above ASCII becomes the character of its number, as in events (bindguard.conf(5)).
 */
static json_t *
text_value(const char *text)
{
	json_t *value = json_string(text);
	char *latin = value ? NULL : malloc(2 * strlen(text) + 1);
	char *to = latin;

	if (!latin)
		return value;
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte >= 0x80)
			*to++ = (char)(0xc0 | byte >> 6);
		*to++ = (char)(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
	}
	*to = '\0';
	value = json_string(latin);
	free(latin);
	return value;
}

/** text_or_null - null for "". */
static json_t *
text_or_null(const char *text)
{
	return *text ? text_value(text) : json_null();
}

/** addr_value - an address in the form that the kernel gets or got it. */
static json_t *
addr_value(const struct bg_addr *addr, enum bg_form form)
{
	char text[BG_ADDR_TEXT_MAX + BG_IFNAME_MAX + 8], plain[BG_ADDR_TEXT_MAX], scope[BG_IFNAME_MAX];
	struct bg_addr bare = *addr;

	explain_scope(addr, scope);
	bare.scope_id = 0;
	bg_addr_format(&bare, plain);
	snprintf(text, sizeof(text), "%s%s%s%s", form == BG_FORM_MAPPED && addr->family == BG_IPV4 ? "::ffff:" : "",
		 plain, *scope ? "%" : "", scope);
	return text_value(text);
}

/** rule_name - null where no rule decided. */
static json_t *
rule_name(const struct bg_policy *policy, uint32_t index)
{
	return index == BG_NO_RULE ? json_null() : text_value(bg_policy_string(policy, policy->rules[index].name));
}

/** config_value - `config`. */
static json_t *
config_value(const struct config *config)
{
	static const char *const modes[] = {"enforce", "observe", "off"};

	return json_pack("{s:o, s:s, s:s}", "path", text_or_null(config->loaded.path), "source",
			 config_source_word(config), "mode", modes[config->loaded.policy->mode]);
}

/** request_value - `request`. */
static json_t *
request_value(const struct explanation *explanation)
{
	const struct bg_request *request = &explanation->bind.request;

	return json_pack("{s:s, s:s, s:o, s:i, s:b, s:o, s:o}", "protocol", explanation->protocol, "family",
			 request->asked.addr.family == BG_IPV4 ? "ipv4" : "ipv6", "address",
			 addr_value(&request->asked.addr, request->form), "port", (int)request->asked.port, "v6only",
			 (int)request->v6only, "exe", text_or_null(request->exe), "command",
			 text_or_null(request->command));
}

/** step_value - one of `rules`. */
static json_t *
step_value(const struct bg_policy *policy, uint32_t index, const struct bg_request *request)
{
	const struct bg_rule *rule = &policy->rules[index];
	char text[BG_EXPLAIN_MAX];
	unsigned needs = 0;
	enum bg_match match = bg_rule_match(policy, rule, request, &needs);
	const char *key = bg_match_key(match);

	if (match == BG_MATCH_YES)
		bg_rule_format(policy, rule, text);
	else
		bg_match_format(policy, rule, request, match, text);
	return json_pack("{s:o, s:i, s:b, s:o, s:o}", "name", rule_name(policy, index), "line", (int)rule->line,
			 "match", match == BG_MATCH_YES, "key", key ? json_string(key) : json_null(), "reason",
			 text_value(text));
}

/** steps_value - `rules`: those that were tried. */
static json_t *
steps_value(const struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	const struct explain_answer *bind = &explanation->bind;
	json_t *steps = json_array();

	for (uint32_t i = 0; i < policy->rule_count && i <= bind->verdict.rule; i++)
		json_array_append_new(steps, step_value(policy, i, &bind->request));
	return steps;
}

/** from_value - the places that a change limits to, or null. */
static json_t *
from_value(const struct bg_policy *policy, const struct bg_verdict *verdict)
{
	const struct bg_rule *rule = &policy->rules[verdict->rule];
	const struct bg_from *from = bg_policy_at(policy, rule->from);
	json_t *places = verdict->change.limited ? json_array() : json_null();
	char text[BG_ADDR_TEXT_MAX];

	for (uint32_t i = 0; verdict->change.limited && i < rule->from.count; i++) {
		struct bg_line line = {.text = text, .size = sizeof(text) - 1};

		bg_from_append(&line, &from[i], BG_ESCAPE_TEXT);
		text[line.length] = '\0';
		json_array_append_new(places, text_value(text));
	}
	return places;
}

/** change_value - `change` or `fallback`. At listen the port is not for us to change. */
static json_t *
change_value(const struct bg_change *change, enum bg_call call, enum available available, json_t *from)
{
	json_t *can = available == AVAILABLE_UNASKED ? json_null() : json_boolean(available == AVAILABLE);
	json_t *port = call == BG_CALL_LISTEN ? json_null() : json_integer(change->to.port);

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "address", addr_value(&change->to.addr, change->form), "port",
			 port, "interface", text_or_null(change->interface), "from", from, "available", can);
}

/** decision_value - `decision`, or one of `listen`. */
static json_t *
decision_value(const struct bg_policy *policy, const struct explain_answer *answer)
{
	const struct bg_verdict *verdict = &answer->verdict;
	bool changes = verdict->effect == BG_EFFECT_CHANGE;
	enum bg_call call = answer->request.call;
	json_t *decision = json_pack(
		"{s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "rule", rule_name(policy, verdict->rule), "action",
		bg_action_word(verdict->action), "effect", bg_effect_word(verdict->effect), "reason",
		bg_reason_text(verdict->reason), "change",
		changes ? change_value(&verdict->change, call, answer->available, from_value(policy, verdict))
			: json_null(),
		"fallback",
		changes && verdict->has_fallback
			? change_value(&verdict->fallback, call, answer->fallback_available, json_null())
			: json_null(),
		"error",
		verdict->effect == BG_EFFECT_REFUSE ? json_string(bg_errno_name(verdict->error)) : json_null());

	if (changes && verdict->has_fallback)
		json_object_set_new(json_object_get(decision, "fallback"), "reason",
				    json_string(bg_reason_text(verdict->fallback_reason)));
	return decision;
}

/** listen_value - `listen`. */
static json_t *
listen_value(const struct explanation *explanation)
{
	json_t *answers = json_array();

	for (size_t i = 0; i < explanation->listen_count; i++) {
		const struct explain_answer *answer = &explanation->listen[i];
		json_t *value = decision_value(explanation->config->loaded.policy, answer);

		json_object_set_new(value, "first_port", json_integer(answer->first));
		json_object_set_new(value, "last_port", json_integer(answer->last));
		json_array_append_new(answers, value);
	}
	return answers;
}

/** connect_value - `connect`. */
static json_t *
connect_value(const struct explanation *explanation)
{
	switch (explain_engine_connect(explanation)) {
	case EXPLAIN_CONNECT_GIVES_BACK: return json_string("given back");
	case EXPLAIN_CONNECT_KEEPS: return json_string("kept");
	case EXPLAIN_CONNECT_UNLIMITS: return json_string("no longer limited");
	default: return json_null();
	}
}

/** explain_print_json - @explanation on standard output. Return: false, and @failure set, where memory is short. */
bool
explain_print_json(const struct explanation *explanation, struct failure *failure)
{
	json_t *value =
		json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "config", config_value(explanation->config),
			  "request", request_value(explanation), "rules", steps_value(explanation), "decision",
			  decision_value(explanation->config->loaded.policy, &explanation->bind), "listen",
			  listen_value(explanation), "connect", connect_value(explanation), "refused",
			  explain_engine_value(explanation), "exit", explanation->status);
	bool good = value && json_dumpf(value, stdout, JSON_INDENT(2)) == 0;

	json_decref(value);
	putchar('\n');
	if (!good && !ferror(stdout))
		command_fail(failure, 0, "out of memory");
	return good;
}
