/* SPDX-License-Identifier: MIT
 * event_part.c - the parts of an event that its renderers share: time, addresses, words, severity. Pure: runs in signal
 * handlers and vforked children. */
#include "core/event_part.h"

#include <string.h>

#include "bindguard/from.h"

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

/** event_append_time - RFC 3339, UTC, microseconds; times outside 1970..9999 become the nearest inside. */
void
event_append_time(struct bg_line *line, const struct bg_event *event)
{
	int64_t seconds = event->time_s < 0 ? 0 : event->time_s > LAST_S ? LAST_S : event->time_s;
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
	bg_line_padded(line, event->time_us < 1000000 ? event->time_us : 999999, 6);
	bg_line_char(line, 'Z');
}

/** event_append_tag - `bindguard[PID]: `, as syslog(3) has it. */
void
event_append_tag(struct bg_line *line, const struct bg_event *event)
{
	bg_line_text(line, "bindguard[");
	bg_line_number(line, event->pid);
	bg_line_text(line, "]: ");
}

/**
 * event_append_address - the address asked for, or @of_result, alone; a mapped one as `::ffff:192.0.2.1`, a scope by the name of
 * its interface where that is known.
 */
void
event_append_address(struct bg_line *line, const struct bg_event *event, bool of_result, enum bg_escape escape)
{
	struct bg_addr addr = of_result ? event->result.addr : event->requested.addr;
	enum bg_form form = of_result ? event->result_form : event->requested_form;
	char address[BG_ADDR_TEXT_MAX], scope[BG_IFNAME_MAX + 1] = "";

	if (addr.family == BG_IPV6 && addr.scope_id)
		memcpy(scope, of_result ? event->result_scope : event->requested_scope, BG_IFNAME_MAX);
	if (scope[0])
		addr.scope_id = 0;
	bg_addr_format(&addr, address);
	if (addr.family == BG_IPV4 && form == BG_FORM_MAPPED)
		bg_line_text(line, "::ffff:");
	bg_line_text(line, address);
	if (!scope[0])
		return;
	bg_line_char(line, '%');
	bg_line_escaped(line, scope, EVENT_INTERFACE_MOST, escape);
}

/** event_append_from - the places that the result is limited to: `machine,wg0`; nothing where it is not. */
void
event_append_from(struct bg_line *line, const struct bg_event *event)
{
	for (uint32_t i = 0; event->from && i < event->from_count && i <= EVENT_FROM_MOST; i++) {
		bg_line_text(line, i ? "," : "");
		if (i < EVENT_FROM_MOST)
			bg_from_append(line, &event->from[i], BG_ESCAPE_TEXT);
		else
			bg_line_text(line, "...");
	}
}

/** event_mode_word - the word of the `mode` key. */
const char *
event_mode_word(enum bg_mode mode)
{
	switch (mode) {
	case BG_MODE_ENFORCE: return "enforce";
	case BG_MODE_OBSERVE: return "observe";
	case BG_MODE_OFF: return "off";
	}
	return "?";
}

/** event_family_word - family of the address asked for; a mapped one counts as IPv4. */
const char *
event_family_word(const struct bg_event *event)
{
	return event->requested.addr.family == BG_IPV4 ? "ipv4" : "ipv6";
}

/**
 * bg_event_severity - how much an event matters, for sinks that sort by it: a server that other machines reach above
 * what the guard changed, refused or failed at, and that above what it let pass. A client that was given back what it had
 * asked for serves nobody, and is as without the guard.
 */
enum bg_severity
bg_event_severity(const struct bg_event *event)
{
	if (event->executed)
		return event->executed->through ? BG_SEVERITY_INFO : BG_SEVERITY_WARNING;
	if (event->action == BG_ACTION_UNDO && !event->error)
		return BG_SEVERITY_INFO;
	if (event->exposed && event->action != BG_ACTION_UNDO)
		return BG_SEVERITY_WARNING;
	return event->changed || event->error ? BG_SEVERITY_NOTICE : BG_SEVERITY_INFO;
}
