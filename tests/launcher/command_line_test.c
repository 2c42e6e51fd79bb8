/* SPDX-License-Identifier: MIT
 * command_line_test.c - how `bindguard` reads its command line: which words are options, where they end, what is said of
 * a wrong one; and `bindguard help`. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
options_end_at_the_first_other_word(void **state)
{
	static const struct {
		const char *arguments;
		int status;
		const char *out;
	} cases[] = {
		{"run echo --frob -n", 0, "--frob -n\n"},
		{"echo -q -- x", 0, "-q -- x\n"},
		{"run -q -- echo -- x", 0, "-- x\n"},
		{"-- echo x", 0, "x\n"},
		{"run -q echo ''", 0, "\n"},
		{"run -nq echo x", 0, "x\n"},
		{"run -qfjson echo x", 0, "x\n"},
		{"run -qf json echo x", 0, "x\n"},
		{"run --format=json -q echo x", 0, "x\n"},
		{"run --format json -q echo x", 0, "x\n"},
		{"run --config= -q echo x", 0, "x\n"},
		{"run --config '' -q echo x", 0, "x\n"},
		{"run -qc '' echo x", 0, "x\n"},
		{"run -qc -n echo x", 0, "x\n"}, /* a file called -n */
		{"run -qc -- echo x", 0, "x\n"}, /* one called -- */
		{"check -- -n | head -n 1 | cut -d' ' -f1,3-", 0, "# (named on the command line)\n"},
		{"explain -c '' tcp 127.0.0.1:80 | tail -n 1", 0, "unchanged: bind(127.0.0.1:80)\n"},
		{"explain tcp -c '' 127.0.0.1:80 | tail -n 1", 0, "unchanged: bind(127.0.0.1:80)\n"},
		{"explain tcp 127.0.0.1:80 -c '' | tail -n 1", 0, "unchanged: bind(127.0.0.1:80)\n"},
		{"explain tcp 127.0.0.1:80 --config= --json | tail -n 2 | head -n 1", 0, "  \"exit\": 0\n"},
		{"explain -- tcp 127.0.0.1:80 -c '' | tail -n 1", 0, "unchanged: bind(127.0.0.1:80)\n"},
		{"explain tcp -- 127.0.0.1:80 -c '' | tail -n 1", 0, "unchanged: bind(127.0.0.1:80)\n"},
	};
	static const char *const environments[] = {"", "POSIXLY_CORRECT=1 "};

	(void)state;
	assert_true(drive_write("-n", "mode = enforce\nrule \"a\" {\n protocol = tcp\n action = deny\n}\n", 0644));
	drive_expect(0, "", "cp ./-n ./--");
	for (size_t i = 0; i < LENGTH(cases); i++)
		for (size_t j = 0; j < LENGTH(environments); j++) {
			const struct drive_result *result =
				drive_expect(cases[i].status, "", "%s$BG %s", environments[j], cases[i].arguments);

			if (strcmp(result->out, cases[i].out) != 0)
				fail_msg("%s%s\nprints:   %sexpected: %s", environments[j], cases[i].arguments,
					 result->out, cases[i].out);
		}
}

static void
wrong_options_are_named(void **state)
{
	static const struct {
		const char *arguments;
		const char *err;
	} cases[] = {
		{"run --frob echo", "unknown option --frob, expected one of `bindguard run --help`"},
		{"run --frob=x echo", "unknown option --frob, expected one of `bindguard run --help`"},
		/* No abbreviations: a script that has one would mean another option by the next version. */
		{"run --observ echo", "unknown option --observ, expected one of `bindguard run --help`"},
		{"run --conf x echo", "unknown option --conf, expected one of `bindguard run --help`"},
		{"run --conf", "unknown option --conf, expected one of `bindguard run --help`"},
		{"run --quie=yes echo", "unknown option --quie, expected one of `bindguard run --help`"},
		{"run --hel", "unknown option --hel, expected one of `bindguard run --help`"},
		{"prove --unguard echo", "unknown option --unguard, expected one of `bindguard prove --help`"},
		{"run --=x echo", "unknown option --, expected one of `bindguard run --help`"},
		{"run --- echo", "unknown option ---, expected one of `bindguard run --help`"},
		{"run -x echo", "unknown option -x, expected one of `bindguard run --help`"},
		{"run -nx echo", "unknown option -x, expected one of `bindguard run --help`"},
		{"run -n- echo", "unknown option --, expected one of `bindguard run --help`"},
		{"run -n=x echo", "unknown option -=, expected one of `bindguard run --help`"},
		{"run -: echo", "unknown option -:, expected one of `bindguard run --help`"},
		{"run '-?' echo", "unknown option -?, expected one of `bindguard run --help`"},
		{"run '-;' echo", "unknown option -;, expected one of `bindguard run --help`"},
		{"run -W echo", "unknown option -W, expected one of `bindguard run --help`"},
		{"-x echo", "unknown option -x, expected one of `bindguard run --help`"},
		{"run --quiet=yes echo", "--quiet takes no argument"},
		{"run --observe= echo", "--observe takes no argument"},
		{"prove --unguarded=1 echo", "--unguarded takes no argument"},
		{"run --config", "--config lacks its argument, expected FILE"},
		{"run -nc", "--config lacks its argument, expected FILE"},
		{"run -n --to", "--to lacks its argument, expected TO"},
		{"prove --wait", "--wait lacks its argument, expected SECONDS"},
	};
	static const char *const others[][2] = {
		{"explain --co x tcp 127.0.0.1:80", "unknown option --co, expected one of `bindguard explain --help`"},
		{"explain tcp 127.0.0.1:80 -x", "unknown option -x, expected one of `bindguard explain --help`"},
		{"explain tcp 127.0.0.1:80 --command", "--command lacks its argument, expected LINE"},
		{"list --al", "unknown option --al, expected one of `bindguard list --help`"},
		{"list -aj", "unknown option -j, expected one of `bindguard list --help`"},
		{"check -c x", "unknown option -c, expected one of `bindguard check --help`"},
	};
	char err[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		snprintf(err, sizeof(err), "bindguard: %s\n", cases[i].err);
		drive_expect(125, err, "$BG %s", cases[i].arguments);
	}
	for (size_t i = 0; i < LENGTH(others); i++) {
		snprintf(err, sizeof(err), "bindguard: %s\n", others[i][1]);
		drive_expect(2, err, "$BG %s", others[i][0]);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_end_at_the_first_other_word),
		cmocka_unit_test(wrong_options_are_named),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("command line", tests, drive_set_up, drive_tear_down);
}
