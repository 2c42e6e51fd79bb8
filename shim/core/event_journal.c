/* SPDX-License-Identifier: MIT
 * event_journal.c - an event as one entry of systemd's native journal protocol: a field a line, NAME=value. Pure: runs
 * in signal handlers and vforked children.
 *
 * The fields are the keys of the JSON schema in capitals behind BINDGUARD_, those of an object joined by an underscore;
 * what is null there is left out here. Values are escaped as in text, so none holds a newline: no value can forge a
 * field, and the protocol's binary form is not needed.
 */
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/words.h"
#include "core/event_part.h"
#include "core/event_text.h"

/** append_name - a field with a name that somebody else chose, or nothing where @name is NULL. */
static void
append_name(struct bg_line *line, const char *field, const char *name, size_t most)
{
	if (!name)
		return;
	bg_line_text(line, field);
	bg_line_escaped(line, name, most, BG_ESCAPE_TEXT);
	bg_line_char(line, '\n');
}

/** append_word - a field with a word of ours, or nothing where @word is NULL. */
static void
append_word(struct bg_line *line, const char *field, const char *word)
{
	append_name(line, field, word, EVENT_NAME_MOST);
}

/** append_number - a field with a number. */
static void
append_number(struct bg_line *line, const char *field, int64_t number)
{
	bg_line_text(line, field);
	bg_line_number(line, number);
	bg_line_char(line, '\n');
}

/** append_address - a field with an address. */
static void
append_address(struct bg_line *line, const char *field, const struct bg_event *event, bool of_result)
{
	bg_line_text(line, field);
	event_append_address(line, event, of_result, BG_ESCAPE_TEXT);
	bg_line_char(line, '\n');
}

/** append_head - the fields that the journal itself knows, systemd.journal-fields(7). */
static void
append_head(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, "MESSAGE=");
	event_append_text(line, event);
	append_number(line, "\nPRIORITY=", bg_event_severity(event));
	bg_line_text(line, "SYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\n");
	append_number(line, "SYSLOG_PID=", event->pid);
}

/** append_who - time, process, and how its call was caught. */
static void
append_who(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, "BINDGUARD_TIME=");
	event_append_time(line, event);
	append_number(line, "\nBINDGUARD_PID=", event->pid);
	append_number(line, "BINDGUARD_PPID=", event->ppid);
	append_number(line, "BINDGUARD_UID=", event->uid);
	append_name(line, "BINDGUARD_PROGRAM=", event->program ? event->program : "", EVENT_NAME_MOST);
	append_name(line, "BINDGUARD_EXE=", event->exe ? event->exe : "", EVENT_EXE_MOST);
	append_word(line, "BINDGUARD_ENGINE=", bg_engine_word(event->engine));
	append_word(line, "BINDGUARD_CALL=", bg_call_word(event->call));
}

/** append_executed - the fields of a program that is executed, and no socket's. */
static void
append_executed(struct bg_line *line, const struct bg_event *event)
{
	append_word(line, "BINDGUARD_MODE=", event_mode_word(event->mode));
	append_word(line, "BINDGUARD_ERROR=", event->error ? bg_errno_name(event->error) : NULL);
	append_word(line, "BINDGUARD_REASON=", bg_reach_text(event->executed->reach));
	append_word(line, "BINDGUARD_EXECUTED=", event->executed->name);
	append_word(line, "BINDGUARD_GUARDED=", event->executed->through ? "true" : "false");
}

/** append_result - the result with its device, or nothing where nothing was bound. */
static void
append_result(struct bg_line *line, const struct bg_event *event)
{
	char interface[BG_IFNAME_MAX + 1] = "";

	if (!event->has_result)
		return;
	memcpy(interface, event->interface, BG_IFNAME_MAX);
	append_address(line, "BINDGUARD_RESULT_ADDRESS=", event, true);
	append_number(line, "BINDGUARD_RESULT_PORT=", event->result.port);
	append_name(line, "BINDGUARD_RESULT_INTERFACE=", interface[0] ? interface : NULL, EVENT_INTERFACE_MOST);
	if (!event->from)
		return;
	bg_line_text(line, "BINDGUARD_RESULT_FROM=");
	event_append_from(line, event);
	bg_line_char(line, '\n');
}

/**
 * bg_event_format_journal - the text as MESSAGE, and each key of the schema as a field.
 * @event: any values: what is outside an enum is printed as "?"
 * @entry: not terminated by NUL
 * Return: bytes written; every field ends in '\n'.
 */
size_t
bg_event_format_journal(const struct bg_event *event, char entry[BG_ENTRY_MAX])
{
	struct bg_line to = {.text = entry, .size = BG_ENTRY_MAX};

	append_head(&to, event);
	append_who(&to, event);
	if (event->executed) {
		append_executed(&to, event);
		return to.length;
	}
	append_number(&to, "BINDGUARD_FD=", event->fd);
	append_word(&to, "BINDGUARD_PROTOCOL=", bg_protocol_word(event->protocol));
	append_word(&to, "BINDGUARD_FAMILY=", event_family_word(event));
	append_address(&to, "BINDGUARD_REQUESTED_ADDRESS=", event, false);
	append_number(&to, "BINDGUARD_REQUESTED_PORT=", event->requested.port);
	append_result(&to, event);
	append_word(&to, "BINDGUARD_ACTION=", bg_action_word(event->action));
	append_word(&to, "BINDGUARD_RULE=", event->rule);
	append_word(&to, "BINDGUARD_MODE=", event_mode_word(event->mode));
	append_word(&to, "BINDGUARD_ERROR=", event->error ? bg_errno_name(event->error) : NULL);
	append_word(&to, "BINDGUARD_EXPOSED=", event->exposed ? "true" : "false");
	append_word(&to, "BINDGUARD_REASON=", event->reason == BG_REASON_RULE ? NULL : bg_reason_text(event->reason));
	return to.length;
}
