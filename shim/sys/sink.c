/* SPDX-License-Identifier: MIT
 * sink.c - renders an event and sends it to the configured sink, else to the next that works. Signal-safe. */
#include "sys/sink.h"

#include <string.h>

/** render - @event as one line, in @format. */
static size_t
render(const struct bg_event *event, enum bg_log_format format, char line[BG_LINE_MAX])
{
	return format == BG_LOG_JSON ? bg_event_format_json(event, line) : bg_event_format_text(event, line);
}

/** to_journal - the text as MESSAGE, the JSON as a field of its own. */
static bool
to_journal(const struct bg_event *event, const char *text, size_t size)
{
	char json[BG_LINE_MAX];

	return bg_sink_journal(text, size, json, bg_event_format_json(event, json));
}

/**
 * bg_sink_event - log @event. Order of fallback: the configured sink, stderr, syslog. Lost only where all fail.
 * `none` is no failure.
 */
void
bg_sink_event(const struct bg_guard *guard, const struct bg_event *event)
{
	const struct bg_policy *policy = guard->policy;
	enum bg_log_format format = policy->log_to == BG_LOG_JOURNAL ? BG_LOG_TEXT : policy->log_format;
	char line[BG_LINE_MAX];
	size_t size;

	if (policy->log_to == BG_LOG_NONE)
		return;
	size = render(event, format, line);
	if (policy->log_to == BG_LOG_FILE && bg_sink_file(bg_policy_string(policy, policy->log_path), line, size))
		return;
	if (policy->log_to == BG_LOG_JOURNAL && to_journal(event, line, size))
		return;
	if (policy->log_to == BG_LOG_SYSLOG && bg_sink_syslog(line, size))
		return;
	if (bg_sink_stderr(guard, line, size) || policy->log_to == BG_LOG_SYSLOG)
		return;
	bg_sink_syslog(line, size);
}

/** bg_sink_complaint - say @lines on stderr, or to syslog, whatever the configuration says: it is what is broken. */
void
bg_sink_complaint(const struct bg_guard *guard, const char *lines, size_t size)
{
	if (!bg_sink_stderr(guard, lines, size))
		bg_sink_syslog(lines, size);
}
