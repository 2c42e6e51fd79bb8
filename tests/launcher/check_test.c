/* SPDX-License-Identifier: MIT
 * check_test.c - `bindguard check`, the built command: which file and why, usage, help, and a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SYSTEM_FILE BG_SYSCONFDIR "/bindguard.conf"

static void
bad_usage_is_one_line_and_two(void **state)
{
	static const char *const rows[][2] = {
		{"check a b", "unexpected \"b\", expected one FILE at most"},
		{"check --colour", "unknown option --colour, expected one of `bindguard check --help`"},
		{"check -x", "unknown option -x"},
		{"check --help=x", "--help takes no argument"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct capture *run = capture_run("", rows[i][0]);

		if (run->status != 2 || run->out[0] || capture_lines(run->err) != 1)
			fail_msg("%s: status %d\n%s", rows[i][0], run->status, run->err);
		capture_expect(run->err, rows[i][1]);
	}
}

static void
file_and_why_that_one_is_told(void **state)
{
	static const char text[] = "rule only { action = allow }\n";
	const char *path = capture_file("named.conf", text, strlen(text));
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;
	char environment[640], expected[640];

	(void)state;
	snprintf(expected, sizeof(expected), "# %s (named on the command line)\n", path);
	capture_expect(capture_check("BINDGUARD_CONFIG=/nonexistent/a", path)->out, expected);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", path);
	snprintf(expected, sizeof(expected), "# %s (named by BINDGUARD_CONFIG)\n", path);
	capture_expect(capture_run(environment, "check")->out, expected);
	capture_expect(capture_run("BINDGUARD_CONFIG=", "check")->out, "# built-in (as BINDGUARD_CONFIG is empty)\n");
	capture_expect(capture_run(environment, "check ''")->out,
		       "# built-in (as an empty name on the command line says)");
	capture_expect(capture_run("", "check")->out,
		       system_file ? "# " SYSTEM_FILE
				     " (the machine's file, as BINDGUARD_CONFIG is not set and there is no "
				     "/nonexistent/.config/bindguard/bindguard.conf)\n"
				   : "# built-in (BINDGUARD_CONFIG is not set, and there is neither "
				     "/nonexistent/.config/bindguard/bindguard.conf nor " SYSTEM_FILE ")\n");
	assert_int_equal(mkdir(capture_path("bindguard"), 0755), 0);
	path = capture_file("bindguard/bindguard.conf", text, strlen(text));
	snprintf(environment, sizeof(environment), "XDG_CONFIG_HOME=%s", capture_path(""));
	environment[strlen(environment) - 1] = '\0';
	snprintf(expected, sizeof(expected), "# %s (the user's file, as BINDGUARD_CONFIG is not set)\n", path);
	capture_expect(capture_run(environment, "check")->out, expected);
}

static void
full_disk_is_not_success(void **state)
{
	const struct capture *run = capture_run("", "check '' >/dev/full");

	(void)state;
	assert_int_equal(run->status, 2);
	capture_expect(run->err, "bindguard: standard output: ");
}

static void
help_names_the_argument(void **state)
{
	const struct capture *run = capture_run("", "check --help");

	(void)state;
	assert_int_equal(run->status, 0);
	capture_expect(run->out, "usage: bindguard check [FILE]\n");
	assert_string_equal(run->err, "");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_usage_is_one_line_and_two),
		cmocka_unit_test(file_and_why_that_one_is_told),
		cmocka_unit_test(full_disk_is_not_success),
		cmocka_unit_test(help_names_the_argument),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
