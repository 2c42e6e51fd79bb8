/* SPDX-License-Identifier: MIT
 * event_syslog.c - an event as one message for the syslog socket. Pure: runs in signal handlers and vforked children.
 *
 * RFC 3164 section 4.1, as a local socket has it: priority, tag, text; no newline. No timestamp: it would have to be
 * local time, which cannot be told in a signal handler, and a receiver that finds none takes its own clock, as section
 * 4.3.2 wants (rsyslog's imuxsock, systemd-journald, syslog-ng and busybox all do).
 */
#include "core/event_json.h"
#include "core/event_part.h"
#include "core/event_text.h"

#define FACILITY_DAEMON 3 /* RFC 3164 4.1.1 */

/** append_priority - `<29>`. */
static void
append_priority(struct bg_line *line, enum bg_severity severity)
{
	bg_line_char(line, '<');
	bg_line_number(line, FACILITY_DAEMON * 8 + (int)severity);
	bg_line_char(line, '>');
}

/**
 * bg_event_format_syslog - `<29>bindguard[PID]: ` and the text, or the JSON object.
 * @message: not terminated by NUL
 * Return: bytes written; no newline at the end.
 */
size_t
bg_event_format_syslog(const struct bg_event *event, enum bg_log_format format, char message[BG_LINE_MAX])
{
	struct bg_line to = {.text = message, .size = BG_LINE_MAX};

	append_priority(&to, bg_event_severity(event));
	event_append_tag(&to, event);
	if (format == BG_LOG_JSON)
		event_append_json(&to, event);
	else
		event_append_text(&to, event);
	return to.length;
}

/**
 * bg_complaint_format_syslog - one line of what the guard complains of, as a message of severity error.
 * @line, @size: `bindguard: ...`, without its newline; what exceeds the message is dropped
 * Return: bytes written; no newline at the end.
 */
size_t
bg_complaint_format_syslog(const char *line, size_t size, char message[BG_LINE_MAX])
{
	struct bg_line to = {.text = message, .size = BG_LINE_MAX};

	append_priority(&to, BG_SEVERITY_ERROR);
	for (size_t i = 0; i < size; i++)
		bg_line_char(&to, line[i]);
	return to.length;
}
