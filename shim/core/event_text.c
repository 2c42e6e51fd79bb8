/* SPDX-License-Identifier: MIT
 * event_text.c - an event as one line for people. Pure: runs in signal handlers and vforked children. */
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/words.h"
#include "core/event_part.h"
#include "core/event_text.h"

/** enum outcome - what the line says of the call. */
enum outcome { CHANGED, DENIED, LEFT_EXPOSED, UNCHANGED };

/** outcome_of - which of them @event is. An `allow` that fails was refused by the kernel, not denied by a rule. */
static enum outcome
outcome_of(const struct bg_event *event)
{
	if (!event->has_result && event->error && event->action != BG_ACTION_ALLOW)
		return DENIED;
	if (event->changed && event->has_result)
		return CHANGED;
	return event->exposed ? LEFT_EXPOSED : UNCHANGED;
}

/** append_program - the program's name; in quotes where it is empty or has a blank, so that it stays one word. */
static void
append_program(struct bg_line *line, const char *program)
{
	const char *name = program ? program : "";
	bool quoted = !*name;

	for (const char *c = name; *c; c++)
		quoted = quoted || *c == ' ';
	if (quoted)
		bg_line_char(line, '"');
	bg_line_escaped(line, name, EVENT_NAME_MOST, BG_ESCAPE_TEXT);
	if (quoted)
		bg_line_char(line, '"');
}

/** append_endpoint - `127.0.0.1:80` or `[::1]:80`; a mapped address as `[::ffff:127.0.0.1]:80`. */
static void
append_endpoint(struct bg_line *line, const struct bg_event *event, bool of_result)
{
	const struct bg_endpoint *endpoint = of_result ? &event->result : &event->requested;
	enum bg_form form = of_result ? event->result_form : event->requested_form;
	bool bracketed = endpoint->addr.family != BG_IPV4 || form == BG_FORM_MAPPED;

	if (bracketed)
		bg_line_char(line, '[');
	event_append_address(line, event, of_result, BG_ESCAPE_TEXT);
	if (bracketed)
		bg_line_char(line, ']');
	bg_line_char(line, ':');
	bg_line_number(line, endpoint->port);
}

/** append_result - the result's endpoint and, where it has one, `%` and its device; once where it is the address's scope. */
static void
append_result(struct bg_line *line, const struct bg_event *event)
{
	char interface[BG_IFNAME_MAX + 1] = "";

	append_endpoint(line, event, true);
	memcpy(interface, event->interface, BG_IFNAME_MAX);
	if (!interface[0] || (event->result.addr.family == BG_IPV6 && event->result.addr.scope_id &&
			      memcmp(interface, event->result_scope, BG_IFNAME_MAX) == 0))
		return;
	bg_line_char(line, '%');
	bg_line_escaped(line, interface, EVENT_INTERFACE_MOST, BG_ESCAPE_TEXT);
}

/** append_error - the name of the errno that the program got. */
static void
append_error(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, bg_errno_name(event->error));
}

/** is_ordinary - does @reason go without saying? Dual-stack does: the device behind the result tells it. */
static bool
is_ordinary(enum bg_reason reason)
{
	return reason == BG_REASON_RULE || reason == BG_REASON_NO_RULE || reason == BG_REASON_DUAL_STACK;
}

/** append_target - the interface that was to be bound to and has not what it takes. */
static void
append_target(struct bg_line *line, const struct bg_event *event)
{
	char interface[BG_IFNAME_MAX + 1] = "";

	if (event->reason != BG_REASON_NO_ADDRESS || event->has_result || !event->interface[0])
		return;
	memcpy(interface, event->interface, BG_IFNAME_MAX);
	bg_line_text(line, ": \"");
	bg_line_escaped(line, interface, EVENT_INTERFACE_MOST, BG_ESCAPE_TEXT);
	bg_line_char(line, '"');
}

/** append_cause - in parentheses: action, rule, and the reason where it is not the ordinary one. */
static void
append_cause(struct bg_line *line, const struct bg_event *event, enum outcome outcome)
{
	bg_line_text(line, " (");
	if (event->mode == BG_MODE_OBSERVE && outcome == CHANGED)
		bg_line_text(line, "would ");
	if (event->action == BG_ACTION_UNDO)
		bg_line_text(line, "undo: connects to another host");
	else if (!event->rule && event->reason == BG_REASON_NO_RULE)
		bg_line_text(line, bg_reason_text(event->reason));
	else
		bg_line_text(line, bg_action_word(event->action));
	if (event->rule) {
		bg_line_text(line, ", rule \"");
		bg_line_escaped(line, event->rule, EVENT_NAME_MOST, BG_ESCAPE_TEXT);
		bg_line_char(line, '"');
	}
	if (!is_ordinary(event->reason)) {
		bg_line_text(line, "; ");
		bg_line_text(line, bg_reason_text(event->reason));
		append_target(line, event);
	}
	bg_line_char(line, ')');
}

/** append_outcome - what was asked for and what came of it, up to the parentheses. */
static void
append_outcome(struct bg_line *line, const struct bg_event *event, enum outcome outcome)
{
	bool outgoing = event->call == BG_CALL_OUTGOING;

	if (outcome == CHANGED || outcome == DENIED || !event->has_result || outgoing)
		append_endpoint(line, event, false);
	else
		append_result(line, event);
	if (outcome == CHANGED) {
		bg_line_text(line, outgoing ? " from " : " -> ");
		append_result(line, event);
		bg_line_text(line, event->from ? " from " : "");
		event_append_from(line, event);
	} else if (outcome == DENIED) {
		bg_line_text(line, event->mode == BG_MODE_OBSERVE ? " would be denied: " : " denied: ");
		append_error(line, event);
	} else {
		bg_line_text(line, outcome == LEFT_EXPOSED ? " left exposed" : " unchanged");
	}
}

/**
 * append_executed - `exec sudo not guarded: it is set-user-ID; put bindguard behind it`. One that is guarded by the engine
 * seccomp needs no advice.
 */
static void
append_executed(struct bg_line *line, const struct bg_event *event)
{
	const struct bg_executed *executed = event->executed;

	bg_line_text(line, " exec ");
	append_program(line, executed->name);
	bg_line_text(line, executed->through ? " guarded by seccomp: "
			   : event->error    ? " refused: "
					     : " not guarded: ");
	if (event->error) {
		append_error(line, event);
		bg_line_text(line, ": not guarded: ");
	}
	bg_line_text(line, executed->script ? "its interpreter: " : "");
	bg_line_text(line, bg_reach_text(executed->reach));
	if (executed->through)
		return;
	bg_line_text(line, "; ");
	bg_line_text(line, bg_reach_advice(executed->reach));
}

/** event_append_text - `PROGRAM tcp 0.0.0.0:80 -> 127.0.0.1:80 (rewrite, rule "servers")`. */
void
event_append_text(struct bg_line *line, const struct bg_event *event)
{
	enum outcome outcome = outcome_of(event);

	append_program(line, event->program);
	if (event->executed) {
		append_executed(line, event);
		return;
	}
	bg_line_char(line, ' ');
	bg_line_text(line, bg_protocol_word(event->protocol));
	bg_line_char(line, ' ');
	append_outcome(line, event, outcome);
	append_cause(line, event, outcome);
	if (event->error && outcome != DENIED) {
		bg_line_text(line, " failed: ");
		append_error(line, event);
	}
}

/**
 * bg_event_format_text - `bindguard[PID]: ` and the text.
 * @event: any values: what is outside an enum is printed as "?"
 * @line: not terminated by NUL
 * Return: bytes written, the one '\n' at the end included.
 */
size_t
bg_event_format_text(const struct bg_event *event, char line[BG_LINE_MAX])
{
	struct bg_line to = {.text = line, .size = BG_LINE_MAX - 1};

	event_append_tag(&to, event);
	event_append_text(&to, event);
	line[to.length++] = '\n';
	return to.length;
}
