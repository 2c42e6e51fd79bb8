/* SPDX-License-Identifier: MIT
 * event_json.c - an event as one line of JSON (RFC 8259); the keys and their order are API, bindguard.conf(5). Pure:
 * runs in signal handlers and vforked children. */
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/from.h"
#include "bindguard/words.h"
#include "core/event_json.h"
#include "core/event_part.h"

/** append_key - `,"key":`. The first key is written with its brace. */
static void
append_key(struct bg_line *line, const char *key)
{
	bg_line_text(line, ",\"");
	bg_line_text(line, key);
	bg_line_text(line, "\":");
}

/** append_number - a key and its number. */
static void
append_number(struct bg_line *line, const char *key, int64_t number)
{
	append_key(line, key);
	bg_line_number(line, number);
}

/** append_name - a key and its string of at most @most bytes, or null where @name is NULL. */
static void
append_name(struct bg_line *line, const char *key, const char *name, size_t most)
{
	append_key(line, key);
	if (!name) {
		bg_line_text(line, "null");
		return;
	}
	bg_line_char(line, '"');
	bg_line_escaped(line, name, most, BG_ESCAPE_JSON);
	bg_line_char(line, '"');
}

/** append_endpoint - a key, `{"address":"…","port":…` and no brace: the result has one key more. */
static void
append_endpoint(struct bg_line *line, const char *key, const struct bg_event *event, bool of_result)
{
	append_key(line, key);
	bg_line_text(line, "{\"address\":\"");
	event_append_address(line, event, of_result, BG_ESCAPE_JSON);
	bg_line_char(line, '"');
	append_number(line, "port", of_result ? event->result.port : event->requested.port);
}

/** append_from - the places that the result is limited to, or null. */
static void
append_from(struct bg_line *line, const struct bg_event *event)
{
	append_key(line, "from");
	if (!event->from) {
		bg_line_text(line, "null");
		return;
	}
	for (uint32_t i = 0; i < event->from_count && i <= EVENT_FROM_MOST; i++) {
		bg_line_text(line, i ? ",\"" : "[\"");
		if (i < EVENT_FROM_MOST)
			bg_from_append(line, &event->from[i], BG_ESCAPE_JSON);
		else
			bg_line_text(line, "...");
		bg_line_char(line, '"');
	}
	bg_line_char(line, ']');
}

/** append_result - the result with its device, or null where nothing was bound. */
static void
append_result(struct bg_line *line, const struct bg_event *event)
{
	char interface[BG_IFNAME_MAX + 1] = "";

	if (!event->has_result) {
		append_key(line, "result");
		bg_line_text(line, "null");
		return;
	}
	memcpy(interface, event->interface, BG_IFNAME_MAX);
	append_endpoint(line, "result", event, true);
	append_name(line, "interface", interface[0] ? interface : NULL, EVENT_INTERFACE_MOST);
	append_from(line, event);
	bg_line_char(line, '}');
}

/** append_who - time, process, and how its call was caught. */
static void
append_who(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, "{\"time\":\"");
	event_append_time(line, event);
	bg_line_char(line, '"');
	append_number(line, "pid", event->pid);
	append_number(line, "ppid", event->ppid);
	append_number(line, "uid", event->uid);
	append_name(line, "program", event->program ? event->program : "", EVENT_NAME_MOST);
	append_name(line, "exe", event->exe ? event->exe : "", EVENT_EXE_MOST);
	append_name(line, "engine", bg_engine_word(event->engine), EVENT_NAME_MOST);
	append_name(line, "call", bg_call_word(event->call), EVENT_NAME_MOST);
}

/** append_null - a key that does not apply. */
static void
append_null(struct bg_line *line, const char *key)
{
	append_name(line, key, NULL, 0);
}

/** append_executed - the keys behind `call` where no socket is concerned, but a program that is executed. */
static void
append_executed(struct bg_line *line, const struct bg_event *event)
{
	static const char socket_keys[][10] = {"fd", "protocol", "family", "requested", "result", "action", "rule"};
	const struct bg_executed *executed = event->executed;

	for (size_t i = 0; i < sizeof(socket_keys) / sizeof(socket_keys[0]); i++)
		append_null(line, socket_keys[i]);
	append_name(line, "mode", event_mode_word(event->mode), EVENT_NAME_MOST);
	append_name(line, "error", event->error ? bg_errno_name(event->error) : NULL, EVENT_NAME_MOST);
	append_null(line, "exposed");
	append_name(line, "reason", bg_reach_text(executed->reach), EVENT_NAME_MOST);
	append_name(line, "executed", executed->name, EVENT_NAME_MOST);
	append_key(line, "guarded");
	bg_line_text(line, executed->through ? "true}" : "false}");
}

/** event_append_json - all keys of the schema, in its order, whatever the event: what does not apply is null. */
void
event_append_json(struct bg_line *line, const struct bg_event *event)
{
	append_who(line, event);
	if (event->executed) {
		append_executed(line, event);
		return;
	}
	append_number(line, "fd", event->fd);
	append_name(line, "protocol", bg_protocol_word(event->protocol), EVENT_NAME_MOST);
	append_name(line, "family", event_family_word(event), EVENT_NAME_MOST);
	append_endpoint(line, "requested", event, false);
	bg_line_char(line, '}');
	append_result(line, event);
	append_name(line, "action", bg_action_word(event->action), EVENT_NAME_MOST);
	append_name(line, "rule", event->rule, EVENT_NAME_MOST);
	append_name(line, "mode", event_mode_word(event->mode), EVENT_NAME_MOST);
	append_name(line, "error", event->error ? bg_errno_name(event->error) : NULL, EVENT_NAME_MOST);
	append_key(line, "exposed");
	bg_line_text(line, event->exposed ? "true" : "false");
	append_name(line, "reason", event->reason == BG_REASON_RULE ? NULL : bg_reason_text(event->reason),
		    EVENT_NAME_MOST);
	append_null(line, "executed");
	append_null(line, "guarded");
	bg_line_char(line, '}');
}

/**
 * bg_event_format_json - one JSON object.
 * @event: any values: what is outside an enum is printed as "?"
 * @line: not terminated by NUL
 * Return: bytes written, the one '\n' at the end included.
 */
size_t
bg_event_format_json(const struct bg_event *event, char line[BG_LINE_MAX])
{
	struct bg_line to = {.text = line, .size = BG_LINE_MAX - 1};

	event_append_json(&to, event);
	line[to.length++] = '\n';
	return to.length;
}
