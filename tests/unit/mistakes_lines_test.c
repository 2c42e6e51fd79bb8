/* SPDX-License-Identifier: MIT
 * mistakes_lines_test.c - mistakes as lines: where each is, in whose words, as many as there is room for; and what they
 * mean in which mode. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/mistakes.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct bg_loaded loaded;

/** load_nothing - no mistakes yet, of the file at @path. */
static void
load_nothing(const char *path)
{
	loaded.policy = bg_policy_lockdown;
	loaded.diags.count = loaded.diags.dropped = 0;
	snprintf(loaded.path, sizeof(loaded.path), "%s", path);
}

/** load_lines - @count mistakes, one a line. */
static void
load_lines(const char *path, unsigned count)
{
	load_nothing(path);
	for (unsigned i = 1; i <= count; i++)
		bg_diags_add(&loaded.diags, i, "wrong");
}

static void
mistake_is_a_line_that_begins_with_its_place(void **state)
{
	static const struct {
		const char *path;
		unsigned line;
		const char *variable, *before, *rest, *option, *expected;
	} rows[] = {
		{"/etc/b.conf", 7, NULL, "", "wrong", NULL, "/etc/b.conf:7: wrong"},
		{"/etc/b.conf", 4294967295, NULL, "", "wrong", NULL, "/etc/b.conf:4294967295: wrong"},
		{"/etc/b.conf", 0, NULL, "", "cannot be read", NULL, "/etc/b.conf: cannot be read"},
		{"/BINDGUARD_TO", 0, NULL, "", "BINDGUARD_TO", NULL, "/BINDGUARD_TO: BINDGUARD_TO"},
		{"/a\nb\x1b[31m", 1, NULL, "", "wrong", NULL, "/a\\x0ab\\x1b[31m:1: wrong"},
		{"", 0, NULL, "", "wrong", NULL, "built-in: wrong"},
		{"/etc/b.conf", 0, "BINDGUARD_TO", "", ": wrong", NULL, "environment: BINDGUARD_TO: wrong"},
		{"", 0, "BINDGUARD_MODE", "unknown ", " \"on\"", NULL, "environment: unknown BINDGUARD_MODE \"on\""},
		{"", 0, "", "", "cannot be read", NULL, "environment: cannot be read"},
		{"/etc/b.conf", 0, "BINDGUARD_TO", "", ": wrong", "--to", "bindguard: --to: wrong"},
		{"", 0, "BINDGUARD_MODE", "unknown ", " \"on\"", "--mode", "bindguard: unknown --mode \"on\""},
	};
	char text[BG_MISTAKE_MAX];
	struct bg_diag *diag;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		load_nothing("");
		diag = bg_diags_add(&loaded.diags, rows[i].line, "%s%s%s", rows[i].before,
				    rows[i].variable ? rows[i].variable : "", rows[i].rest);
		bg_diag_blame(diag, rows[i].variable, strlen(rows[i].before));
		bg_mistake_format(diag, rows[i].path, rows[i].option, text, sizeof(text));
		assert_string_equal(text, rows[i].expected);
	}
}

static void
path_is_cut_and_not_what_is_wrong(void **state)
{
	char path[BG_PATH_MAX], wrong[BG_DIAG_TEXT_MAX], text[BG_MISTAKE_MAX];

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	memset(wrong, 'w', sizeof(wrong) - 1);
	wrong[sizeof(wrong) - 1] = '\0';
	load_nothing(path);
	bg_diags_add(&loaded.diags, 4294967295, "%s", wrong);
	for (size_t size = sizeof(text); size > 300; size -= 7) {
		bg_mistake_format(&loaded.diags.items[0], path, NULL, text, size);
		assert_int_equal(strlen(text), size - 1);
		assert_non_null(strstr(text, "ppp...:4294967295: ww"));
		assert_string_equal(strchr(text, 'w'), wrong);
	}
}

/** take_option - of struct bg_mistakes_style: @context is the one variable that an option set. */
static const char *
take_option(const void *context, const char *variable)
{
	return strcmp(variable, context) == 0 ? "--option" : NULL;
}

static void
list_has_a_line_each_and_counts_what_it_leaves_out(void **state)
{
	static const struct {
		unsigned mistakes;
		struct bg_mistakes_style style;
		const char *expected;
	} rows[] = {
		{0, {.prefix = "", .most = 9}, ""},
		{2, {.prefix = "", .most = 9}, "/f:1: wrong\n/f:2: wrong\n"},
		{2, {.prefix = "- ", .most = 9, .first = 1}, "- /f:2: wrong\n"},
		{3,
		 {.prefix = "- ", .most = 2},
		 "- /f:1: wrong\n- /f:2: wrong\nbindguard: and 1 more mistake, not shown\n"},
		{4, {.prefix = "", .most = 1, .first = 1}, "/f:2: wrong\nbindguard: and 2 more mistakes, not shown\n"},
		{BG_DIAGS_MAX + 2,
		 {.prefix = "", .most = 9, .first = BG_DIAGS_MAX},
		 "bindguard: and 2 more mistakes, not shown\n"},
	};
	const struct bg_mistakes_style style = {
		.prefix = "", .most = 9, .option = take_option, .context = "BINDGUARD_TO"};
	char text[4096];
	size_t used;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		load_lines("/f", rows[i].mistakes);
		used = bg_mistakes_format(&loaded, &rows[i].style, text, sizeof(text));
		assert_int_equal(used, strlen(text));
		assert_string_equal(text, rows[i].expected);
	}
	load_lines("/f", 1);
	bg_diag_blame(bg_diags_add(&loaded.diags, 0, "BINDGUARD_TO: wrong"), "BINDGUARD_TO", 0);
	bg_diag_blame(bg_diags_add(&loaded.diags, 0, "BINDGUARD_LOG: wrong"), "BINDGUARD_LOG", 0);
	bg_mistakes_format(&loaded, &style, text, sizeof(text));
	assert_string_equal(text, "bindguard: --option: wrong\nenvironment: BINDGUARD_LOG: wrong\n/f:1: wrong\n");
}

/** Whatever the room: whole lines, and all mistakes are shown or counted. */
static void
list_without_room_has_whole_lines(void **state)
{
	static const struct bg_mistakes_style style = {.prefix = "bindguard: ", .most = BG_DIAGS_MAX};
	char text[4096];

	(void)state;
	load_lines("/f", 40);
	for (size_t size = 80; size < 2000; size++) {
		unsigned shown = 0, more = 0;
		const char *at = text;

		memset(text, 'x', sizeof(text));
		assert_true(bg_mistakes_format(&loaded, &style, text, size) < size);
		for (; strncmp(at, "bindguard: /f:", 14) == 0; at = strchr(at, '\n') + 1)
			shown++;
		if (*at)
			assert_int_equal(sscanf(at, "bindguard: and %u more mistake", &more), 1);
		assert_int_equal(shown + more, 40);
		assert_int_equal(text[strlen(text) - 1], '\n');
		assert_int_equal(text[size], 'x');
	}
}

static void
complaints_say_what_the_mistakes_mean(void **state)
{
	static const struct {
		const char *mode, *meaning;
	} rows[] = {
		{NULL, BG_LOCKDOWN_MEANS},
		{"enforce", BG_LOCKDOWN_MEANS},
		{"on", BG_LOCKDOWN_MEANS},
		{"observe", "BINDGUARD_MODE=observe, nothing is changed"},
		{"off", "BINDGUARD_MODE=off, programs are not guarded"},
	};
	struct bg_settings settings = {.config = "", .log_format = "xml"};
	char text[BG_COMPLAINTS_MAX], last[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		settings.mode = rows[i].mode;
		bg_load(&settings, NULL, &loaded);
		assert_string_equal(bg_mistakes_meaning(&loaded), rows[i].meaning);
		bg_mistakes_complain(&loaded, text);
		bg_loaded_free(&loaded);
		assert_memory_equal(text, "bindguard: environment: unknown BINDGUARD_", 42);
		snprintf(last, sizeof(last), "\nbindguard: the configuration is not used; %s\n", rows[i].meaning);
		assert_string_equal(strstr(text, "\nbindguard: the configuration"), last);
	}
	load_nothing("/f");
	bg_mistakes_complain(&loaded, text);
	assert_string_equal(text, "");
}

/** A path and messages of the greatest length leave room for what they mean. */
static void
complaints_fit_always(void **state)
{
	char path[BG_PATH_MAX], text[BG_COMPLAINTS_MAX + 1];

	(void)state;
	memset(path, '\n', sizeof(path) - 1); /* \x0a: four times as long */
	path[sizeof(path) - 1] = '\0';
	load_nothing(path);
	for (unsigned i = 1; i <= BG_DIAGS_MAX + 6; i++)
		bg_diags_add(&loaded.diags, i, "%0300u", i);
	text[BG_COMPLAINTS_MAX] = 'x';
	bg_mistakes_complain(&loaded, text);
	assert_int_equal(text[BG_COMPLAINTS_MAX], 'x');
	assert_non_null(strstr(text, "\\x0a...:2: 0000"));
	assert_non_null(strstr(text, "\nbindguard: and 67 more mistakes, not shown\n"));
	assert_non_null(strstr(text, "not used; " BG_LOCKDOWN_MEANS "\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistake_is_a_line_that_begins_with_its_place),
		cmocka_unit_test(path_is_cut_and_not_what_is_wrong),
		cmocka_unit_test(list_has_a_line_each_and_counts_what_it_leaves_out),
		cmocka_unit_test(list_without_room_has_whole_lines),
		cmocka_unit_test(complaints_say_what_the_mistakes_mean),
		cmocka_unit_test(complaints_fit_always),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
