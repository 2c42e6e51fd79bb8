/* SPDX-License-Identifier: MIT
 * mistakes_many_test.c - limits of a configuration, and many mistakes in one: all are told, in order, as far as there
 * is room. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "unit/mistake.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** repeated - @head, @count times @unit, and @tail, to be freed. */
static char *
repeated(const char *head, const char *unit, size_t count, const char *tail)
{
	char *text = malloc(strlen(head) + strlen(unit) * count + strlen(tail) + 1);
	char *at;

	assert_non_null(text);
	at = stpcpy(text, head);
	while (count-- > 0)
		at = stpcpy(at, unit);
	strcpy(at, tail);
	return text;
}

static void
limits_exceeded_are_told(void **state)
{
	static const struct {
		const char *head, *unit;
		size_t count;
		const char *tail, *part;
		unsigned line;
	} rows[] = {
		{"", "\n", BG_FILE_MAX + 1, "", "expected at most 1048576", 0},
		{"rule r { action = allow port = {", "1,", BG_VALUES_MAX + 1, "} }", "at most 1024", 1},
		{"rule r { action = allow program = \"", "x", BG_GLOB_MAX + 1, "\" }", "expected at most 1024", 1},
		{"log { to = \"/", "x", BG_LOG_PATH_MAX, "\" }", "expected at most 1023", 1},
		{"", "\n", 70000, "mode = on", "expected one of", 70001},
	};
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *text = repeated(rows[i].head, rows[i].unit, rows[i].count, rows[i].tail);

		mistake_expect(text, strlen(text), rows[i].line, rows[i].part);
		free(text);
	}
}

static void
rules_beyond_the_limit_are_told(void **state)
{
	char *text = malloc((BG_RULES_MAX + 1) * 32);
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i <= BG_RULES_MAX; i++)
		used += (size_t)sprintf(text + used, "rule r%u {action=deny}\n", i);
	mistake_expect(text, used, BG_RULES_MAX + 1, "too many rules, expected at most 1000");
	free(text);
}

static void
mistakes_of_one_file_are_all_told_in_order_of_lines(void **state)
{
	static const char text[] = "mode = on\n"
				   "colour = red\n"
				   "log {\n"
				   "    to = relative\n"
				   "    level = {1, 2}\n"
				   "    format = xml\n"
				   "}\n"
				   "rule \"a\" {\n"
				   "    port = {80, 90-80,\n"
				   "            70000}\n"
				   "    prot = tcp\n"
				   "    address = 10.0.0.1/8\n"
				   "    action = rewrite\n"
				   "}\n"
				   "rule \"a\" {\n"
				   "    action = allow\n"
				   "    error = EPERM\n"
				   "    error = ENOENT\n"
				   "}\n"
				   "rule \"b\" { family = ipx }\n";
	static const unsigned lines[] = {1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 15, 17, 18, 20, 20};
	static struct bg_diags diags;

	(void)state;
	memset(&diags, 0, sizeof(diags));
	assert_null(bg_load_text(text, sizeof(text) - 1, &diags));
	for (unsigned i = 0; i < diags.count && i < LENGTH(lines); i++)
		assert_int_equal(diags.items[i].line, lines[i]);
	assert_int_equal(diags.count, LENGTH(lines));
	assert_int_equal(bg_diags_mistakes(&diags), LENGTH(lines));
}

static void
mistakes_without_room_are_counted(void **state)
{
	char *text = repeated("log {\n", "nope = 1\n", 100, "}");
	static struct bg_diags diags;

	(void)state;
	memset(&diags, 0, sizeof(diags));
	assert_null(bg_load_text(text, strlen(text), &diags));
	assert_int_equal(diags.count, BG_DIAGS_MAX);
	assert_int_equal(diags.dropped, 100 - BG_DIAGS_MAX);
	assert_int_equal(bg_diags_mistakes(&diags), 100);
	assert_int_equal(diags.items[0].line, 2);
	free(text);
}

static void
control_characters_of_a_message_are_replaced(void **state)
{
	static struct bg_diags diags;

	(void)state;
	memset(&diags, 0, sizeof(diags));
	bg_diags_add(&diags, 0, "bad\n\033[31m%s", "name");
	assert_string_equal(diags.items[0].text, "bad??[31mname");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_exceeded_are_told),
		cmocka_unit_test(rules_beyond_the_limit_are_told),
		cmocka_unit_test(mistakes_of_one_file_are_all_told_in_order_of_lines),
		cmocka_unit_test(mistakes_without_room_are_counted),
		cmocka_unit_test(control_characters_of_a_message_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
