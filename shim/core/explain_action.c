/* SPDX-License-Identifier: MIT
 * explain_action.c - renders a rule's action and a change as text, from the data that bg_decide() worked on. Pure. */
#include "bindguard/errname.h"
#include "bindguard/from.h"
#include "bindguard/words.h"
#include "core/explain_part.h"

/** append_target - where a rewrite goes. */
static void
append_target(struct bg_line *line, const struct bg_rule *rule)
{
	bg_line_text(line, " to ");
	if (rule->target == BG_TARGET_LOOPBACK)
		bg_line_text(line, "loopback");
	if (rule->target == BG_TARGET_INTERFACE) {
		bg_line_text(line, "the address of ");
		bg_line_escaped(line, rule->interface, EXPLAIN_NAME_MOST, BG_ESCAPE_TEXT);
	}
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4)
		explain_addr(line, &rule->ipv4, BG_FORM_IPV4);
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4 && rule->has_ipv6)
		bg_line_text(line, " or ");
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv6)
		explain_addr(line, &rule->ipv6, BG_FORM_IPV6);
	if (rule->to_port) {
		bg_line_text(line, ", port ");
		bg_line_number(line, rule->to_port);
	}
}

/** append_from - the places that a limit hears. */
static void
append_from(struct bg_line *line, const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_from *from = bg_policy_at(policy, rule->from);

	for (uint32_t i = 0; i < explain_shown(rule->from.count); i++) {
		explain_comma(line, i);
		bg_from_append(line, &from[i], BG_ESCAPE_TEXT);
	}
	explain_rest(line, rule->from.count);
}

size_t
bg_rule_format(const struct bg_policy *policy, const struct bg_rule *rule, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = explain_begin(text);

	bg_line_text(&line, bg_action_word((enum bg_action)rule->action));
	if (rule->action == BG_ACTION_REWRITE)
		append_target(&line, rule);
	if (rule->action == BG_ACTION_CONFINE) {
		bg_line_text(&line, " to ");
		bg_line_escaped(&line, rule->interface, EXPLAIN_NAME_MOST, BG_ESCAPE_TEXT);
	}
	if (rule->action == BG_ACTION_LIMIT) {
		bg_line_text(&line, " to what comes from ");
		append_from(&line, policy, rule);
	}
	if (rule->action == BG_ACTION_DENY) {
		bg_line_text(&line, " with ");
		bg_line_text(&line, bg_errno_name(rule->error));
	}
	return explain_finish(&line);
}

/** append_call - `bind(ADDRESS:PORT)`. */
static void
append_call(struct bg_line *line, const char *call, const struct bg_change *change, const char *scope)
{
	bool bracketed = change->to.addr.family == BG_IPV6 || change->form == BG_FORM_MAPPED;

	bg_line_text(line, call);
	bg_line_text(line, bracketed ? "([" : "(");
	explain_addr(line, &change->to.addr, change->form);
	bg_line_text(line, *scope ? "%" : "");
	bg_line_escaped(line, scope, EXPLAIN_NAME_MOST, BG_ESCAPE_TEXT);
	bg_line_text(line, bracketed ? "]:" : ":");
	bg_line_number(line, change->to.port);
	bg_line_char(line, ')');
}

size_t
bg_connect_format(const struct bg_change *to, const char *scope, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = explain_begin(text);

	append_call(&line, "connect", to, scope);
	return explain_finish(&line);
}

size_t
bg_change_format(const struct bg_change *change, enum bg_call call, const char *scope, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = explain_begin(text);
	bool binds = call != BG_CALL_LISTEN && (call != BG_CALL_OUTGOING || !bg_addr_is_wildcard(&change->to.addr));

	if (change->interface[0]) {
		bg_line_text(&line, "SO_BINDTODEVICE ");
		bg_line_escaped(&line, change->interface, EXPLAIN_NAME_MOST, BG_ESCAPE_TEXT);
		bg_line_text(&line, ", then ");
	}
	if (change->limited)
		bg_line_text(&line, "SO_ATTACH_FILTER, then ");
	if (binds)
		append_call(&line, "bind", change, scope);
	if (binds && call == BG_CALL_OUTGOING)
		bg_line_text(&line, ", then ");
	if (call == BG_CALL_LISTEN || call == BG_CALL_OUTGOING)
		bg_line_text(&line, bg_call_word(call));
	return explain_finish(&line);
}
