/* SPDX-License-Identifier: MIT
 * event_json_test.c - events to lines of JSON: the schema, its times, and that hostile names leave it valid. A plain
 * program on cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bindguard/event.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *after_value(const char *at);

/** after_string - what is behind the JSON string at @at, or NULL: strict as RFC 8259, and without raw control bytes. */
static const char *
after_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	while (*at != '"') {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return NULL;
		if (*at++ != '\\')
			continue;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdef") >= 4)
			at += 5;
		else if (*at == '"' || *at == '\\')
			at++;
		else
			return NULL;
	}
	return at + 1;
}

/** after_object - what is behind the JSON object at @at, or NULL. No blanks: the line has none between its tokens. */
static const char *
after_object(const char *at)
{
	do {
		at = after_string(at + 1);
		if (!at || *at != ':')
			return NULL;
		at = after_value(at + 1);
	} while (at && *at == ',');
	return at && *at == '}' ? at + 1 : NULL;
}

/** after_array - what is behind the JSON array of strings at @at, or NULL. */
static const char *
after_array(const char *at)
{
	do {
		at = at[1] == '"' ? after_string(at + 1) : NULL;
	} while (at && *at == ',');
	return at && *at == ']' ? at + 1 : NULL;
}

/** after_number - what is behind the JSON number (an integer) at @at, or NULL. */
static const char *
after_number(const char *at)
{
	size_t digits;

	at += *at == '-';
	digits = strspn(at, "0123456789");
	return digits == 0 || (digits > 1 && *at == '0') ? NULL : at + digits;
}

/** after_value - what is behind the JSON value at @at, or NULL where it is none. */
static const char *
after_value(const char *at)
{
	static const char *const words[] = {"null", "true", "false"};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	if (*at == '[')
		return after_array(at);
	return *at == '{' ? after_object(at) : *at == '"' ? after_string(at) : after_number(at);
}

/** format - render @event, check that it is one JSON object and a newline, and terminate it in place of that. */
static void
format(const struct bg_event *event, char line[BG_LINE_MAX])
{
	size_t length = bg_event_format_json(event, line);
	const char *end;

	assert_in_range(length, 1, BG_LINE_MAX);
	assert_ptr_equal(memchr(line, '\n', length), line + length - 1);
	line[length - 1] = '\0';
	assert_int_equal(line[0], '{');
	end = after_value(line);
	assert_ptr_equal(end, line + length - 1);
}

/** base_event - a wildcard bind rewritten to loopback. */
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
	};

	event.requested.addr = bg_addr_wildcard(BG_IPV4);
	event.result.addr = bg_addr_loopback(BG_IPV4);
	event.requested.port = event.result.port = 8000;
	return event;
}

static void
json_rewrite_has_every_key_in_order(void **state)
{
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	format(&event, line);
	assert_string_equal(line,
			    "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"pid\":42,\"ppid\":1,\"uid\":1000,"
			    "\"program\":\"vite\",\"exe\":\"/usr/bin/vite\",\"engine\":\"preload\","
			    "\"call\":\"bind\",\"fd\":3,\"protocol\":\"tcp\",\"family\":\"ipv4\","
			    "\"requested\":{\"address\":\"0.0.0.0\",\"port\":8000},"
			    "\"result\":{\"address\":\"127.0.0.1\",\"port\":8000,\"interface\":null,\"from\":null},"
			    "\"action\":\"rewrite\",\"rule\":\"servers\",\"mode\":\"enforce\",\"error\":null,"
			    "\"exposed\":false,\"reason\":null,\"executed\":null,\"guarded\":null}");
}

static void
json_deny_has_every_key_in_order(void **state)
{
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	event.engine = BG_ENGINE_SECCOMP;
	event.call = BG_CALL_LISTEN;
	event.requested.addr = bg_addr_wildcard(BG_IPV6);
	event.requested_form = BG_FORM_IPV6;
	event.has_result = false;
	event.rule = event.program = event.exe = NULL;
	event.mode = BG_MODE_OBSERVE;
	event.error = EACCES;
	event.exposed = true;
	event.uid = UINT32_MAX;
	event.fd = -1;
	event.reason = BG_REASON_FAMILY;
	format(&event, line);
	assert_string_equal(line,
			    "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"pid\":42,\"ppid\":1,"
			    "\"uid\":4294967295,\"program\":\"\",\"exe\":\"\",\"engine\":\"seccomp\","
			    "\"call\":\"listen\",\"fd\":-1,\"protocol\":\"tcp\",\"family\":\"ipv6\","
			    "\"requested\":{\"address\":\"::\",\"port\":8000},\"result\":null,"
			    "\"action\":\"rewrite\",\"rule\":null,\"mode\":\"observe\",\"error\":\"EACCES\","
			    "\"exposed\":true,\"reason\":\"the rule has no target of this family\",\"executed\":null,"
			    "\"guarded\":null}");
}

static void
json_execution_has_every_key_in_order(void **state)
{
	const struct bg_executed sudo = {.name = "su\"do", .reach = BG_REACH_SET_USER};
	const struct bg_executed hugo = {.name = "hugo", .reach = BG_REACH_GO, .through = true};
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	event.call = BG_CALL_EXEC;
	event.executed = &sudo;
	event.error = EACCES;
	format(&event, line);
	assert_string_equal(line, "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"pid\":42,\"ppid\":1,\"uid\":1000,"
				  "\"program\":\"vite\",\"exe\":\"/usr/bin/vite\",\"engine\":\"preload\","
				  "\"call\":\"exec\",\"fd\":null,\"protocol\":null,\"family\":null,"
				  "\"requested\":null,\"result\":null,\"action\":null,\"rule\":null,"
				  "\"mode\":\"enforce\",\"error\":\"EACCES\",\"exposed\":null,"
				  "\"reason\":\"it is set-user-ID\",\"executed\":\"su\\\"do\",\"guarded\":false}");
	event.executed = &hugo;
	event.error = 0;
	format(&event, line);
	assert_non_null(strstr(line, "\"executed\":\"hugo\",\"guarded\":true}"));
	assert_non_null(strstr(line, "\"error\":null,"));
}

static void
json_mode_is_the_word_of_the_configuration(void **state)
{
	static const char *const words[] = {
		[BG_MODE_ENFORCE] = "\"mode\":\"enforce\",",
		[BG_MODE_OBSERVE] = "\"mode\":\"observe\",",
		[BG_MODE_OFF] = "\"mode\":\"off\",",
	};
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	for (uint8_t mode = 0; mode < sizeof(words) / sizeof(words[0]); mode++) {
		event.mode = mode;
		format(&event, line);
		assert_non_null(strstr(line, words[mode]));
	}
}

static void
json_mapped_counts_as_ipv4(void **state)
{
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	event.requested_form = event.result_form = BG_FORM_MAPPED;
	memcpy(event.interface, "lo", 3);
	format(&event, line);
	assert_non_null(strstr(line, "\"family\":\"ipv4\",\"requested\":{\"address\":\"::ffff:0.0.0.0\",\"port\":8000},"
				     "\"result\":{\"address\":\"::ffff:127.0.0.1\",\"port\":8000,"
				     "\"interface\":\"lo\",\"from\":null}"));
}

static void
json_limit_names_its_places(void **state)
{
	static const struct bg_from from[] = {
		{.kind = BG_FROM_MACHINE},
		{.kind = BG_FROM_INTERFACE, .interface = "w\"g"},
		{.kind = BG_FROM_PREFIX, .prefix = {.addr = {.family = BG_IPV4, .bytes = {10}}, .bits = 8}},
		{.kind = BG_FROM_PREFIX, .prefix = {.addr = {.family = BG_IPV6, .bytes = {0x20, 1}}, .bits = 128}},
		{.kind = BG_FROM_PREFIX, .prefix = {.addr = {.family = BG_IPV4, .bytes = {11}}, .bits = 8}}};
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	event.from = from, event.from_count = 4;
	format(&event, line);
	assert_non_null(strstr(line, ",\"from\":[\"machine\",\"w\\\"g\",\"10.0.0.0/8\",\"2001::\"]}"));
	event.from_count = 5;
	format(&event, line);
	assert_non_null(strstr(line, "\"2001::\",\"...\"]}"));
}

static void
json_hostile_name_is_escaped(void **state)
{
	struct bg_event event = base_event();
	char line[BG_LINE_MAX];

	(void)state;
	event.program = "a\",\"exposed\":false,\"b\":\"\n";
	event.exe = "/\x1b\xff\xe2\x80\xa8\\";
	event.rule = "\xc3\xa9";
	memcpy(event.interface, "l\"o", 4);
	format(&event, line);
	assert_non_null(strstr(line, "\"program\":\"a\\\",\\\"exposed\\\":false,\\\"b\\\":\\\"\\u000a\","
				     "\"exe\":\"/\\u001b\\u00ff\\u2028\\\\\",\"engine\""));
	assert_non_null(strstr(line, "\"rule\":\"\xc3\xa9\""));
	assert_non_null(strstr(line, "\"interface\":\"l\\\"o\""));
}

/** The largest of everything, of values outside the enums too, ends whole. */
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

static void
json_any_event_fits_the_line(void **state)
{
	static const char fills[] = {'x', '\n', '"', '\\', '\xff'};
	char name[5001] = "";

	(void)state;
	for (size_t i = 0; i < LENGTH(fills); i++) {
		struct bg_event event;
		char line[BG_LINE_MAX];

		memset(&event, 0xff, sizeof(event));
		event.executed = NULL;
		memset(event.interface, '\x1b', sizeof(event.interface));
		memset(name, fills[i], sizeof(name) - 1);
		event.program = event.exe = event.rule = name;
		event.from = longest_from(), event.from_count = BG_FROM_MAX;
		event.pid = event.ppid = event.fd = INT32_MIN;
		event.changed = event.has_result = event.exposed = true;
		format(&event, line);
		assert_in_range(strlen(line), 1536, BG_LINE_MAX - 512);
		assert_non_null(strstr(line, "...\",\"engine\""));
		assert_non_null(strstr(line, "\"exposed\":true,\"reason\":\"?\","));
	}
}

/** assert_time - the event of @time_s says what gmtime_r(3) says. */
static void
assert_time(int64_t time_s)
{
	struct bg_event event = base_event();
	char line[BG_LINE_MAX], expected[64];
	time_t wanted = (time_t)time_s;
	struct tm tm;

	event.time_s = time_s;
	event.time_us = (uint32_t)((uint64_t)time_s % 1000000);
	format(&event, line);
	strftime(expected, sizeof(expected), "{\"time\":\"%Y-%m-%dT%H:%M:%S.", gmtime_r(&wanted, &tm));
	assert_memory_equal(line, expected, strlen(expected));
	for (uint32_t i = 0, rest = event.time_us; i < 6; i++, rest /= 10)
		assert_int_equal(line[strlen(expected) + 5 - i], '0' + rest % 10);
	assert_int_equal(line[strlen(expected) + 6], 'Z');
}

static void
time_of_every_day_is_gmtime(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 2932897; day += day < 60000 ? 1 : 59) {
		assert_time(day * 86400);
		assert_time(day * 86400 + 86399);
		assert_time(day * 86400 + day * 7919 % 86400);
	}
}

static void
time_outside_rfc3339_is_the_nearest_inside(void **state)
{
	static const struct {
		int64_t time_s;
		uint32_t time_us;
		const char *time;
	} cases[] = {
		{-1, 0, "1970-01-01T00:00:00.000000Z"},
		{INT64_MIN, 1, "1970-01-01T00:00:00.000001Z"},
		{951782399, 999999, "2000-02-28T23:59:59.999999Z"},
		{253402300799, 0, "9999-12-31T23:59:59.000000Z"},
		{253402300800, 0, "9999-12-31T23:59:59.000000Z"},
		{INT64_MAX, UINT32_MAX, "9999-12-31T23:59:59.999999Z"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct bg_event event = base_event();
		char line[BG_LINE_MAX];

		event.time_s = cases[i].time_s;
		event.time_us = cases[i].time_us;
		format(&event, line);
		assert_memory_equal(line + strlen("{\"time\":\""), cases[i].time, strlen(cases[i].time));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_rewrite_has_every_key_in_order),
		cmocka_unit_test(json_deny_has_every_key_in_order),
		cmocka_unit_test(json_execution_has_every_key_in_order),
		cmocka_unit_test(json_mode_is_the_word_of_the_configuration),
		cmocka_unit_test(json_mapped_counts_as_ipv4),
		cmocka_unit_test(json_limit_names_its_places),
		cmocka_unit_test(json_hostile_name_is_escaped),
		cmocka_unit_test(json_any_event_fits_the_line),
		cmocka_unit_test(time_of_every_day_is_gmtime),
		cmocka_unit_test(time_outside_rfc3339_is_the_nearest_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
