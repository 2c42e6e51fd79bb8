/* SPDX-License-Identifier: MIT
 * line_test.c - numbers, padding, escapes and cuts of core/line.c. A plain program on cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/line.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** struct name_case - a name and how both styles write it. */
struct name_case {
	const char *name;
	const char *text;
	const char *json;
};

/** assert_written - @line holds exactly @expected. */
static void
assert_written(const struct bg_line *line, const char *expected)
{
	assert_int_equal(line->length, strlen(expected));
	assert_memory_equal(line->text, expected, line->length);
}

/** assert_escaped - @name, cut at @most, is written as @expected. */
static void
assert_escaped(const char *name, size_t most, enum bg_escape escape, const char *expected)
{
	char buffer[256];
	struct bg_line line = {.text = buffer, .size = sizeof(buffer)};

	bg_line_escaped(&line, name, most, escape);
	assert_written(&line, expected);
}

static void
number_any_is_decimal(void **state)
{
	static const int64_t numbers[] = {0, 7, -1, 10, 65535, 4294967295, INT64_MAX, INT64_MIN};

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		char buffer[32], expected[32];
		struct bg_line line = {.text = buffer, .size = sizeof(buffer)};

		snprintf(expected, sizeof(expected), "%jd", (intmax_t)numbers[i]);
		bg_line_number(&line, numbers[i]);
		assert_written(&line, expected);
	}
}

static void
padded_short_gets_zeros(void **state)
{
	char buffer[64];
	struct bg_line line = {.text = buffer, .size = sizeof(buffer)};

	(void)state;
	bg_line_padded(&line, 7, 2);
	bg_line_padded(&line, 0, 6);
	bg_line_padded(&line, 12345, 4);
	bg_line_padded(&line, UINT32_MAX, 99);
	assert_written(&line, "070000001234500000000004294967295");
}

static void
buffer_full_drops_the_rest(void **state)
{
	char buffer[8] = "........";
	struct bg_line line = {.text = buffer, .size = 4};

	(void)state;
	bg_line_text(&line, "abc");
	bg_line_number(&line, 123);
	bg_line_char(&line, 'x');
	bg_line_escaped(&line, "name", 100, BG_ESCAPE_TEXT);
	assert_written(&line, "abc1");
	assert_memory_equal(buffer + 4, "....", 4);
}

static void
name_hostile_is_escaped(void **state)
{
	static const struct name_case cases[] = {
		{"", "", ""},
		{"vite dev", "vite dev", "vite dev"},
		{"a\nb\tc", "a\\x0ab\\x09c", "a\\u000ab\\u0009c"},
		{"\x1b[31m", "\\x1b[31m", "\\u001b[31m"},
		{"\x7f\x01", "\\x7f\\x01", "\\u007f\\u0001"},
		{"say \"x\\n\"", "say \\x22x\\x5cn\\x22", "say \\\"x\\\\n\\\""},
		{"caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x90\xa7", "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x90\xa7",
		 "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x90\xa7"},
		{"\xc2\x80\xc2\x85\xc2\x9b", "\\xc2\\x80\\xc2\\x85\\xc2\\x9b", "\\u0080\\u0085\\u009b"},
		{"\xc2\xa0", "\xc2\xa0", "\xc2\xa0"},
		{"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9", "\\u2028\\u2029"},
		{"\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae", "\\u202a\\u202e"},
		{"\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9", "\\u2066\\u2069"},
		{"\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf"},
		{"\xef\xbb\xbfx", "\\xef\\xbb\\xbfx", "\\ufeffx"},
		{"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", "\\udb40\\udc41"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_escaped(cases[i].name, 256, BG_ESCAPE_TEXT, cases[i].text);
		assert_escaped(cases[i].name, 256, BG_ESCAPE_JSON, cases[i].json);
	}
	assert_escaped(NULL, 256, BG_ESCAPE_TEXT, "");
}

static void
name_invalid_utf8_is_escaped_by_byte(void **state)
{
	static const struct name_case cases[] = {
		{"\xff\xfe", "\\xff\\xfe", "\\u00ff\\u00fe"},
		{"\x80x\xbf", "\\x80x\\xbf", "\\u0080x\\u00bf"},
		{"\xc3", "\\xc3", "\\u00c3"},
		{"\xc3(", "\\xc3(", "\\u00c3("},
		{"\xe4\xb8", "\\xe4\\xb8", "\\u00e4\\u00b8"},
		{"\xf0\x9f\x90", "\\xf0\\x9f\\x90", "\\u00f0\\u009f\\u0090"},
		{"\xc0\x8a", "\\xc0\\x8a", "\\u00c0\\u008a"},				      /* overlong newline */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\\u00e0\\u0080\\u00af"},		      /* overlong '/' */
		{"\xf0\x82\x82\xac", "\\xf0\\x82\\x82\\xac", "\\u00f0\\u0082\\u0082\\u00ac"}, /* overlong U+20AC */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\u00ed\\u00a0\\u0080"},		      /* surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\u00f4\\u0090\\u0080\\u0080"}, /* U+110000 */
		{"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80", "\\u00f8\\u0088\\u0080\\u0080\\u0080"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_escaped(cases[i].name, 256, BG_ESCAPE_TEXT, cases[i].text);
		assert_escaped(cases[i].name, 256, BG_ESCAPE_JSON, cases[i].json);
	}
}

static void
name_too_long_is_cut_between_characters(void **state)
{
	(void)state;
	assert_escaped("abcdefgh", 8, BG_ESCAPE_TEXT, "abcdefgh");
	assert_escaped("abcdefghi", 8, BG_ESCAPE_TEXT, "abcde...");
	assert_escaped("abc\n", 7, BG_ESCAPE_TEXT, "abc\\x0a");
	assert_escaped("abc\nd", 7, BG_ESCAPE_TEXT, "abc...");
	assert_escaped("abc\nd", 8, BG_ESCAPE_JSON, "abc...");
	assert_escaped("ab\xc3\xa9\xc3\xa9\xc3\xa9", 7, BG_ESCAPE_TEXT, "ab\xc3\xa9...");
	assert_escaped("ab\xc3\xa9\xc3\xa9\xc3\xa9", 6, BG_ESCAPE_TEXT, "ab...");
	assert_escaped("\xf3\xa0\x81\x81x", 12, BG_ESCAPE_JSON, "...");
	assert_escaped("abcd", 3, BG_ESCAPE_TEXT, "...");
	assert_escaped("abcd", 2, BG_ESCAPE_TEXT, "..");
	assert_escaped("abcd", 0, BG_ESCAPE_TEXT, "");
}

/** At every length of the buffer the cut is clean, though it is the buffer that is too short and not @most. */
static void
name_in_short_buffer_is_cut_between_characters(void **state)
{
	char buffer[16];

	(void)state;
	for (size_t size = 0; size <= sizeof(buffer); size++) {
		struct bg_line line = {.text = buffer, .size = size};
		size_t escapes = size < 3 ? 0 : (size - 3) / 4;

		bg_line_escaped(&line, "\n\n\n\n\n\n\n", 1000, BG_ESCAPE_TEXT);
		assert_int_equal(line.length, size < 3 ? size : escapes * 4 + 3);
		for (size_t i = 0; i < escapes; i++)
			assert_memory_equal(buffer + 4 * i, "\\x0a", 4);
		assert_memory_equal(buffer + 4 * escapes, "...", line.length - 4 * escapes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_any_is_decimal),
		cmocka_unit_test(padded_short_gets_zeros),
		cmocka_unit_test(buffer_full_drops_the_rest),
		cmocka_unit_test(name_hostile_is_escaped),
		cmocka_unit_test(name_invalid_utf8_is_escaped_by_byte),
		cmocka_unit_test(name_too_long_is_cut_between_characters),
		cmocka_unit_test(name_in_short_buffer_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
