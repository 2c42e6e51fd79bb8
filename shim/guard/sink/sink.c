/* SPDX-License-Identifier: MIT
 * sink.c - renders an event and sends it to the configured sink, else to the next that works. Signal-safe. */
#include "bindguard/sink.h"

#include <string.h>

#include "bindguard/line.h"

/** BUFFER_MAX - one buffer for every rendering of an event, one after another: a stack may have no more than 16 KiB. */
#define BUFFER_MAX BG_ENTRY_MAX
#define PATH_MOST 1024 /* bytes of a log's path as it is told, escaped */
_Static_assert(BG_ENTRY_MAX >= BG_LINE_MAX, "the buffer holds a line, too");

static _Bool said_why;

/** render - @event as one line of the configured format. */
static size_t
render(const struct bg_policy *policy, const struct bg_event *event, char buffer[BUFFER_MAX])
{
	return policy->log_format == BG_LOG_JSON ? bg_event_format_json(event, buffer)
						 : bg_event_format_text(event, buffer);
}

/** to_syslog - @event as one message. */
static bool
to_syslog(const struct bg_policy *policy, const struct bg_event *event, char buffer[BUFFER_MAX])
{
	return bg_sink_syslog(buffer, bg_event_format_syslog(event, policy->log_format, buffer));
}

/** say_why - tell once in the life of this process that nothing is in the log at @path, and @why. */
static void
say_why(const struct bg_guard *guard, const char *path, const char *why, char buffer[BUFFER_MAX])
{
	struct bg_line line = {.text = buffer, .size = BG_LINE_MAX - 2};

	if (__atomic_exchange_n(&said_why, 1, __ATOMIC_RELAXED))
		return;
	bg_line_text(&line, "bindguard: cannot log to ");
	bg_line_escaped(&line, path, PATH_MOST, BG_ESCAPE_TEXT);
	bg_line_text(&line, ": ");
	bg_line_text(&line, why);
	buffer[line.length++] = '\n';
	buffer[line.length] = '\0';
	bg_sink_complaint(guard, buffer, line.length);
}

/** to_file - @event as a line of the file that the configuration names. */
static bool
to_file(const struct bg_guard *guard, const struct bg_event *event, char buffer[BUFFER_MAX])
{
	const char *path = bg_policy_string(guard->policy, guard->policy->log_path);
	const char *why = bg_sink_file(path, buffer, render(guard->policy, event, buffer));

	if (why)
		say_why(guard, path, why, buffer);
	return !why;
}

/** to_configured - @event to the sink that the configuration names; false for stderr, which is tried next anyway. */
static bool
to_configured(const struct bg_guard *guard, const struct bg_event *event, char buffer[BUFFER_MAX])
{
	const struct bg_policy *policy = guard->policy;

	switch (policy->log_to) {
	case BG_LOG_FILE: return to_file(guard, event, buffer);
	case BG_LOG_JOURNAL: return bg_sink_journal(buffer, bg_event_format_journal(event, buffer));
	case BG_LOG_SYSLOG: return to_syslog(policy, event, buffer);
	default: return false;
	}
}

/**
 * bg_sink_event - log @event. Order of fallback: the configured sink, stderr, syslog. Lost only where all fail.
 * `none` is no failure.
 */
void
bg_sink_event(const struct bg_guard *guard, const struct bg_event *event)
{
	const struct bg_policy *policy = guard->policy;
	char buffer[BUFFER_MAX];

	if (policy->log_to == BG_LOG_NONE || to_configured(guard, event, buffer))
		return;
	if (bg_sink_stderr(guard, buffer, render(policy, event, buffer)) || policy->log_to == BG_LOG_SYSLOG)
		return;
	to_syslog(policy, event, buffer);
}

/**
 * bg_sink_complaint - say @lines on stderr, or to syslog, whatever the configuration says: it is what is broken.
 * Syslog gets a message a line: receivers escape or drop newlines.
 */
void
bg_sink_complaint(const struct bg_guard *guard, const char *lines, size_t size)
{
	char buffer[BG_LINE_MAX];

	if (bg_sink_stderr(guard, lines, size))
		return;
	for (const char *end = strchr(lines, '\n'); end; lines = end + 1, end = strchr(lines, '\n'))
		bg_sink_syslog(buffer, bg_complaint_format_syslog(lines, (size_t)(end - lines), buffer));
}
