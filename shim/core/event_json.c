/* SPDX-License-Identifier: MIT
 * event_json.c - an event as one line of JSON (RFC 8259); the keys and their order are API, bindguard.conf(5). Pure:
 * runs in signal handlers and vforked children. */
#include <string.h>

#include "bindguard/event.h"
#include "core/line.h"

/** Bytes of each name on the line; with them the longest line stays below BG_LINE_MAX (tests/unit/event_test.c). */
#define NAME_MOST 256
#define EXE_MOST 1024
#define INTERFACE_MOST 96

#define DAY_S 86400
#define LAST_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year */

/** struct date - a day of the Gregorian calendar; @month and @day count from 1. */
struct date {
	uint32_t year;
	uint32_t month;
	uint32_t day;
};

/**
 * date_from_days - the date @days after 1970-01-01. gmtime_r(3) is not async-signal-safe: it may read the time zone.
 *
 * Counts years from the first of March, so that a leap day is the last of its year, in eras of 400 years (146097
 * days). Months of such a year start on day (153 * month + 2) / 5.
 */
static struct date
date_from_days(uint32_t days)
{
	uint32_t shifted = days + 719468; /* days from 0000-03-01 to 1970-01-01 */
	uint32_t era = shifted / 146097;
	uint32_t of_era = shifted % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153;
	struct date date = {.day = of_year - (153 * month + 2) / 5 + 1};

	date.month = month < 10 ? month + 3 : month - 9;
	date.year = era * 400 + year + (date.month <= 2);
	return date;
}

/** append_time - RFC 3339, UTC, microseconds; times outside 1970..9999 become the nearest inside. */
static void
append_time(struct bg_line *line, int64_t time_s, uint32_t time_us)
{
	int64_t seconds = time_s < 0 ? 0 : time_s > LAST_S ? LAST_S : time_s;
	uint32_t of_day = (uint32_t)(seconds % DAY_S);
	struct date date = date_from_days((uint32_t)(seconds / DAY_S));

	bg_line_padded(line, date.year, 4);
	bg_line_char(line, '-');
	bg_line_padded(line, date.month, 2);
	bg_line_char(line, '-');
	bg_line_padded(line, date.day, 2);
	bg_line_char(line, 'T');
	bg_line_padded(line, of_day / 3600, 2);
	bg_line_char(line, ':');
	bg_line_padded(line, of_day / 60 % 60, 2);
	bg_line_char(line, ':');
	bg_line_padded(line, of_day % 60, 2);
	bg_line_char(line, '.');
	bg_line_padded(line, time_us < 1000000 ? time_us : 999999, 6);
	bg_line_char(line, 'Z');
}

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
append_endpoint(struct bg_line *line, const char *key, const struct bg_endpoint *endpoint, enum bg_form form)
{
	char address[BG_ADDR_TEXT_MAX];

	bg_addr_format(&endpoint->addr, address);
	append_key(line, key);
	bg_line_text(line, "{\"address\":\"");
	if (endpoint->addr.family == BG_IPV4 && form == BG_FORM_MAPPED)
		bg_line_text(line, "::ffff:");
	bg_line_text(line, address);
	bg_line_char(line, '"');
	append_number(line, "port", endpoint->port);
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
	append_endpoint(line, "result", &event->result, event->result_form);
	append_name(line, "interface", interface[0] ? interface : NULL, INTERFACE_MOST);
	bg_line_char(line, '}');
}

/** mode_word - the word of the `mode` key. */
static const char *
mode_word(enum bg_mode mode)
{
	switch (mode) {
	case BG_MODE_ENFORCE: return "enforce";
	case BG_MODE_OBSERVE: return "observe";
	case BG_MODE_OFF: return "off";
	}
	return "?";
}

/** append_who - time, process, and how its call was caught. */
static void
append_who(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, "{\"time\":\"");
	append_time(line, event->time_s, event->time_us);
	bg_line_char(line, '"');
	append_number(line, "pid", event->pid);
	append_number(line, "ppid", event->ppid);
	append_number(line, "uid", event->uid);
	append_name(line, "program", event->program ? event->program : "", NAME_MOST);
	append_name(line, "exe", event->exe ? event->exe : "", EXE_MOST);
	append_name(line, "engine", event->engine == BG_ENGINE_SECCOMP ? "seccomp" : "preload", NAME_MOST);
	append_name(line, "call", bg_call_word(event->call), NAME_MOST);
	append_number(line, "fd", event->fd);
}

/**
 * bg_event_format_json - all keys of the schema, in its order, whatever the event: what does not apply is null.
 * @event: any values: what is outside an enum is printed as "?"
 * @line: not terminated by NUL
 * Return: bytes written, the one '\n' at the end included.
 */
size_t
bg_event_format_json(const struct bg_event *event, char line[BG_LINE_MAX])
{
	struct bg_line to = {.text = line, .size = BG_LINE_MAX - 1};

	append_who(&to, event);
	append_name(&to, "protocol", bg_protocol_word(event->protocol), NAME_MOST);
	append_name(&to, "family", event->requested.addr.family == BG_IPV4 ? "ipv4" : "ipv6", NAME_MOST);
	append_endpoint(&to, "requested", &event->requested, event->requested_form);
	bg_line_char(&to, '}');
	append_result(&to, event);
	append_name(&to, "action", bg_action_word(event->action), NAME_MOST);
	append_name(&to, "rule", event->rule, NAME_MOST);
	append_name(&to, "mode", mode_word(event->mode), NAME_MOST);
	append_name(&to, "error", event->error ? bg_errno_name(event->error) : NULL, NAME_MOST);
	append_key(&to, "exposed");
	bg_line_text(&to, event->exposed ? "true" : "false");
	append_name(&to, "reason", event->reason == BG_REASON_RULE ? NULL : bg_reason_text(event->reason), NAME_MOST);
	bg_line_text(&to, "}");
	line[to.length++] = '\n';
	return to.length;
}
