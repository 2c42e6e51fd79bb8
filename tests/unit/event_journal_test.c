/* SPDX-License-Identifier: MIT
 * event_journal_test.c - events to datagrams for the journal and for syslog: fields, priorities, tags, and that no name
 * forges any of them. A plain program on cmocka. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/event.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** base_event - a wildcard bind rewritten to loopback, with something in every field. */
static const struct bg_from machine[] = {{.kind = BG_FROM_MACHINE}};

static struct bg_event
base_event(void)
{
	struct bg_event event = {
		.engine = BG_ENGINE_PRELOAD,
		.time_s = 1700000000,
		.time_us = 42,
		.pid = 42,
		.ppid = 1,
		.uid = 1000,
		.program = "vite",
		.exe = "/usr/bin/vite",
		.fd = 3,
		.protocol = BG_PROTOCOL_TCP,
		.has_result = true,
		.action = BG_ACTION_REWRITE,
		.changed = true,
		.rule = "servers",
		.interface = "lo",
		.from = machine,
		.from_count = 1,
		.error = EADDRINUSE,
		.reason = BG_REASON_DUAL_STACK,
	};

	event.requested.addr = bg_addr_wildcard(BG_IPV6);
	event.result.addr = bg_addr_wildcard(BG_IPV6);
	event.requested_form = event.result_form = BG_FORM_IPV6;
	event.requested.port = event.result.port = 8000;
	return event;
}

/** format - render @event as an entry, terminated. */
static void
format(const struct bg_event *event, char entry[BG_ENTRY_MAX + 1])
{
	size_t length = bg_event_format_journal(event, entry);

	assert_in_range(length, 1, BG_ENTRY_MAX);
	assert_int_equal(entry[length - 1], '\n');
	entry[length] = '\0';
	assert_int_equal(strlen(entry), length);
}

/** count_fields - lines of @entry, each of which must be NAME=value with a name that the journal takes. */
static unsigned
count_fields(const char *entry)
{
	unsigned count = 0;

	for (const char *line = entry; *line; line = strchr(line, '\n') + 1, count++) {
		size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		assert_in_range(name, 1, 64);
		assert_int_equal(line[name], '=');
		assert_int_not_equal(line[0], '_');
	}
	return count;
}

static void
journal_entry_has_every_field(void **state)
{
	struct bg_event event = base_event();
	char entry[BG_ENTRY_MAX + 1];

	(void)state;
	format(&event, entry);
	assert_string_equal(
		entry, "MESSAGE=vite tcp [::]:8000 -> [::]:8000%lo from machine (rewrite, rule \"servers\") failed: "
		       "EADDRINUSE\n"
		       "PRIORITY=5\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\nSYSLOG_PID=42\n"
		       "BINDGUARD_TIME=2023-11-14T22:13:20.000042Z\nBINDGUARD_PID=42\nBINDGUARD_PPID=1\n"
		       "BINDGUARD_UID=1000\nBINDGUARD_PROGRAM=vite\nBINDGUARD_EXE=/usr/bin/vite\n"
		       "BINDGUARD_ENGINE=preload\nBINDGUARD_CALL=bind\nBINDGUARD_FD=3\n"
		       "BINDGUARD_PROTOCOL=tcp\nBINDGUARD_FAMILY=ipv6\nBINDGUARD_REQUESTED_ADDRESS=::\n"
		       "BINDGUARD_REQUESTED_PORT=8000\nBINDGUARD_RESULT_ADDRESS=::\n"
		       "BINDGUARD_RESULT_PORT=8000\nBINDGUARD_RESULT_INTERFACE=lo\nBINDGUARD_RESULT_FROM=machine\n"
		       "BINDGUARD_ACTION=rewrite\nBINDGUARD_RULE=servers\nBINDGUARD_MODE=enforce\n"
		       "BINDGUARD_ERROR=EADDRINUSE\nBINDGUARD_EXPOSED=false\n"
		       "BINDGUARD_REASON=dual-stack: confined, since no address serves both families\n");
}

/** assert_field - @entry has the field of the JSON key @path. */
static void
assert_field(const char *entry, const char *path)
{
	char field[128] = "\nBINDGUARD_";
	size_t length = strlen(field);

	for (const char *c = path; *c && length < sizeof(field) - 2; c++)
		field[length++] = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
	strcpy(field + length, "=");
	if (!strstr(entry, field))
		fail_msg("no field for the key %s", path);
}

/** The two schemas are one: each JSON key has its field, and the journal's own fields (five) are the only others. */
static void
journal_fields_are_the_keys_of_json(void **state)
{
	struct bg_event event = base_event();
	char entry[BG_ENTRY_MAX + 1], line[BG_LINE_MAX], object[32] = "", path[128];
	size_t length = bg_event_format_json(&event, line);
	unsigned keys = 0;

	(void)state;
	format(&event, entry);
	line[length - 1] = '\0';
	for (char *at = strchr(line, '"'); at; at = strpbrk(at, "\"}")) {
		char *end = at + 1 + strcspn(at + 1, "\"");

		if (*at == '}') {
			object[0] = '\0';
			at++;
			continue;
		}
		if (end[1] != ':') { /* a value */
			at = end + 1;
			continue;
		}
		*end = '\0';
		snprintf(path, sizeof(path), "%s%s", object, at + 1);
		if (strcmp(path, "executed") == 0 || strcmp(path, "guarded") == 0) {
			assert_memory_equal(end + 2, "null", 4); /* of another kind of event: left out */
		} else if (end[2] == '{') {
			snprintf(object, sizeof(object), "%s.", at + 1);
		} else {
			assert_field(entry, path);
			keys++;
		}
		at = end + 2;
	}
	assert_int_equal(keys, 23);
	assert_int_equal(count_fields(entry), keys + 5);
}

static void
journal_execution_has_fields_of_its_own(void **state)
{
	const struct bg_executed executed = {.name = "su\ndo", .reach = BG_REACH_SET_USER};
	struct bg_event event = base_event();
	char entry[BG_ENTRY_MAX + 1];

	(void)state;
	event.call = BG_CALL_EXEC;
	event.executed = &executed;
	event.error = EACCES;
	format(&event, entry);
	assert_string_equal(
		entry,
		"MESSAGE=vite exec su\\x0ado refused: EACCES: not guarded: it is set-user-ID; put bindguard behind "
		"it\nPRIORITY=4\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\nSYSLOG_PID=42\n"
		"BINDGUARD_TIME=2023-11-14T22:13:20.000042Z\nBINDGUARD_PID=42\nBINDGUARD_PPID=1\n"
		"BINDGUARD_UID=1000\nBINDGUARD_PROGRAM=vite\nBINDGUARD_EXE=/usr/bin/vite\n"
		"BINDGUARD_ENGINE=preload\nBINDGUARD_CALL=exec\nBINDGUARD_MODE=enforce\n"
		"BINDGUARD_ERROR=EACCES\nBINDGUARD_REASON=it is set-user-ID\nBINDGUARD_EXECUTED=su\\x0ado\n"
		"BINDGUARD_GUARDED=false\n");
}

static void
journal_null_is_left_out(void **state)
{
	struct bg_event event = base_event();
	char entry[BG_ENTRY_MAX + 1];

	(void)state;
	event.rule = event.program = event.exe = NULL;
	event.error = 0;
	event.reason = BG_REASON_RULE;
	event.interface[0] = '\0';
	event.from = NULL;
	format(&event, entry);
	assert_null(strstr(entry, "_RULE="));
	assert_null(strstr(entry, "_ERROR="));
	assert_null(strstr(entry, "_REASON="));
	assert_null(strstr(entry, "_INTERFACE="));
	assert_non_null(strstr(entry, "\nBINDGUARD_PROGRAM=\n"));
	event.has_result = false;
	format(&event, entry);
	assert_null(strstr(entry, "_RESULT_"));
}

static void
journal_hostile_name_forges_no_field(void **state)
{
	struct bg_event event = base_event();
	char entry[BG_ENTRY_MAX + 1];
	unsigned fields;

	(void)state;
	format(&event, entry);
	fields = count_fields(entry);
	event.program = event.exe = event.rule = "x\nPRIORITY=0\nMESSAGE=all is well\n\xff";
	memcpy(event.interface, "l\nA=", 5);
	format(&event, entry);
	assert_int_equal(count_fields(entry), fields);
	assert_non_null(strstr(entry, "\nBINDGUARD_EXE=x\\x0aPRIORITY=0\\x0aMESSAGE=all is well\\x0a\\xff\n"));
	assert_non_null(strstr(entry, "\nBINDGUARD_RESULT_INTERFACE=l\\x0aA=\n"));
}

/** longest_from - as many places as there may be, with names as long as any when they are escaped. */
static const struct bg_from *
longest_from(void)
{
	static struct bg_from from[BG_FROM_MAX];

	for (size_t i = 0; i < BG_FROM_MAX; i++) {
		from[i].kind = BG_FROM_INTERFACE;
		memset(from[i].interface, '\x1b', sizeof(from[i].interface) - 1);
	}
	return from;
}

/** The largest of everything, of values outside the enums too, ends whole. */
static void
journal_any_event_fits_the_entry(void **state)
{
	static const char fills[] = {'x', '\n', ' ', '\xff'};
	char name[5001] = "";

	(void)state;
	for (size_t i = 0; i < LENGTH(fills); i++) {
		struct bg_event event;
		char entry[BG_ENTRY_MAX + 1];

		memset(&event, 0xff, sizeof(event));
		event.executed = NULL;
		event.executed = NULL;
		memset(event.interface, '\x1b', sizeof(event.interface));
		memset(name, fills[i], sizeof(name) - 1);
		event.program = event.exe = event.rule = name;
		event.from = longest_from(), event.from_count = BG_FROM_MAX;
		event.pid = event.ppid = event.fd = INT32_MIN;
		event.changed = event.has_result = event.exposed = true;
		format(&event, entry);
		assert_int_equal(count_fields(entry), 28);
		assert_in_range(strlen(entry), BG_ENTRY_MAX / 2, BG_ENTRY_MAX - 200);
		assert_non_null(strstr(entry, "\nBINDGUARD_EXPOSED=true\nBINDGUARD_REASON=?\n"));
	}
}

/** assert_syslog - @event as a message is @expected, behind priority and tag. */
static void
assert_syslog(const struct bg_event *event, enum bg_log_format as, const char *expected)
{
	char message[BG_LINE_MAX + 1];
	size_t length = bg_event_format_syslog(event, as, message);

	assert_in_range(length, 1, BG_LINE_MAX);
	message[length] = '\0';
	assert_int_equal(strlen(message), length);
	assert_memory_equal(message, expected, strlen(expected));
}

static void
severity_exposed_is_warning_and_unchanged_is_info(void **state)
{
	struct bg_event event = base_event();

	(void)state;
	event.error = 0;
	assert_syslog(&event, BG_LOG_TEXT, "<29>bindguard[42]: vite tcp [::]:8000 -> ");
	event.exposed = true;
	assert_syslog(&event, BG_LOG_TEXT, "<28>bindguard[42]: ");
	event.exposed = event.changed = false;
	assert_syslog(&event, BG_LOG_TEXT, "<30>bindguard[42]: ");
	event.error = EACCES;
	assert_syslog(&event, BG_LOG_TEXT, "<29>bindguard[42]: ");
	event.action = BG_ACTION_UNDO;
	event.exposed = event.changed = true;
	assert_syslog(&event, BG_LOG_TEXT, "<29>bindguard[42]: ");
	event.error = 0; /* a client, that serves nobody */
	assert_syslog(&event, BG_LOG_TEXT, "<30>bindguard[42]: ");
}

static void
syslog_json_has_the_tag_and_no_newline(void **state)
{
	struct bg_event event = base_event();
	char message[BG_LINE_MAX + 1], line[BG_LINE_MAX];
	size_t length = bg_event_format_syslog(&event, BG_LOG_JSON, message), json = bg_event_format_json(&event, line);
	size_t tag = strlen("<29>bindguard[42]: ");

	(void)state;
	assert_syslog(&event, BG_LOG_JSON, "<29>bindguard[42]: {\"time\":\"");
	assert_int_equal(length, tag + json - 1);
	assert_memory_equal(message + tag, line, json - 1);
}

static void
syslog_any_event_fits_the_message(void **state)
{
	char name[5001] = "";
	struct bg_event event;
	char message[BG_LINE_MAX];

	(void)state;
	memset(&event, 0xff, sizeof(event));
	event.executed = NULL;
	memset(event.interface, '\x1b', sizeof(event.interface));
	memset(name, '\n', sizeof(name) - 1);
	event.program = event.exe = event.rule = name;
	event.from = longest_from(), event.from_count = BG_FROM_MAX;
	event.pid = event.ppid = event.fd = INT32_MIN;
	event.changed = event.has_result = event.exposed = true;
	assert_in_range(bg_event_format_syslog(&event, BG_LOG_JSON, message), 1536, BG_LINE_MAX - 200);
	assert_in_range(bg_event_format_syslog(&event, BG_LOG_TEXT, message), 600, BG_LINE_MAX / 2);
}

static void
complaint_is_an_error_and_never_too_long(void **state)
{
	char message[BG_LINE_MAX], line[2 * BG_LINE_MAX];
	size_t length = bg_complaint_format_syslog("bindguard: x:1: y", 17, message);

	(void)state;
	assert_int_equal(length, 21);
	assert_memory_equal(message, "<27>bindguard: x:1: y", 21);
	memset(line, 'x', sizeof(line));
	assert_int_equal(bg_complaint_format_syslog(line, sizeof(line), message), BG_LINE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journal_entry_has_every_field),
		cmocka_unit_test(journal_fields_are_the_keys_of_json),
		cmocka_unit_test(journal_execution_has_fields_of_its_own),
		cmocka_unit_test(journal_null_is_left_out),
		cmocka_unit_test(journal_hostile_name_forges_no_field),
		cmocka_unit_test(journal_any_event_fits_the_entry),
		cmocka_unit_test(severity_exposed_is_warning_and_unchanged_is_info),
		cmocka_unit_test(syslog_json_has_the_tag_and_no_newline),
		cmocka_unit_test(syslog_any_event_fits_the_message),
		cmocka_unit_test(complaint_is_an_error_and_never_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
