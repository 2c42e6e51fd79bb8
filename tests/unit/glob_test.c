/* SPDX-License-Identifier: MIT
 * glob_test.c - the patterns of `program` and `command`, as bindguard.conf(5) has them. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bindguard/glob.h"

/** struct row - a pattern, a text, and whether the one matches all of the other. */
struct row {
	const char *glob;
	const char *text;
	bool matches;
};

static void
expect_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bg_glob_matches(rows[i].glob, rows[i].text) != rows[i].matches)
			fail_msg("%s %s %s", rows[i].glob, rows[i].matches ? "does not match" : "matches",
				 rows[i].text);
}

#define EXPECT(rows) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
text_matched_is_the_whole_one(void **state)
{
	static const struct row rows[] = {
		{"vite", "vite", true},
		{"vite", "vitex", false},
		{"vite", "xvite", false},
		{"vite", "", false},
		{"", "", true},
		{"", "x", false},
		{"n?de", "node", true},
		{"n?de", "nde", false},
		{"?", "", false},
		{"*", "", true},
		{"*", "/a/b", true},
		{"*vite*", "node vite dev", true},
		{"*vite*", "node webpack", false},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXbYbZ", false},
		{"*/bin/*", "/usr/bin/x", true},
		{"python3*", "python3.11", true},
		{"**x", "x", true},
	};

	(void)state;
	EXPECT(rows);
}

static void
bracket_matches_one_of_its_characters(void **state)
{
	static const struct row rows[] = {
		{"[abc]", "b", true},	       {"[abc]", "d", false},	    {"[abc]", "", false},
		{"[a-c]", "b", true},	       {"[a-c]", "d", false},	    {"[a-c]", "-", false},
		{"[a-cx-z]9", "y9", true},     {"[a-cx-z]9", "d9", false},  {"[!a-c]", "d", true},
		{"[!a-c]", "b", false},	       {"[^a]", "b", true},	    {"[^a]", "a", false},
		{"[a-]", "-", true},	       {"[a-]", "a", true},	    {"[a-]", "b", false},
		{"[-a]", "-", true},	       {"[]a]", "]", true},	    {"[]a]", "a", true},
		{"[]a]", "b", false},	       {"[!]]", "]", false},	    {"[!]]", "x", true},
		{"[c-a]", "b", false},	       {"*[0-9]", "python3", true}, {"*[0-9]", "python", false},
		{"[\x80-\xff]", "\xc3", true},
	};

	(void)state;
	EXPECT(rows);
}

static void
bracket_that_is_not_closed_is_an_ordinary_character(void **state)
{
	static const struct row rows[] = {
		{"[a", "[a", true},	{"[a", "a", false}, {"[", "[", true},  {"[]", "[]", true},
		{"x[a-", "x[a-", true}, {"[!", "[!", true}, {"[", "x", false},
	};

	(void)state;
	EXPECT(rows);
}

static void
backslash_takes_the_next_character_as_it_is(void **state)
{
	static const struct row rows[] = {
		{"\\*", "*", true},    {"\\*", "x", false},  {"\\?", "?", true},   {"\\[a]", "[a]", true},
		{"\\[a]", "a", false}, {"\\\\", "\\", true}, {"a\\", "a\\", true}, {"a\\", "a", false},
	};

	(void)state;
	EXPECT(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_matched_is_the_whole_one),
		cmocka_unit_test(bracket_matches_one_of_its_characters),
		cmocka_unit_test(bracket_that_is_not_closed_is_an_ordinary_character),
		cmocka_unit_test(backslash_takes_the_next_character_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
