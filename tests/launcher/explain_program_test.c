/* SPDX-License-Identifier: MIT
 * explain_program_test.c - how `bindguard explain` finds a program, and under which names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/capture.h"

/** write_program - an executable file in the test's folder. */
static void
write_program(const char *name, const char *text)
{
	const char *path = capture_file(name, text, strlen(text));

	assert_non_null(path);
	assert_int_equal(chmod(path, 0755), 0);
}

/** expect_note - @part of what is said of `-p NAME`. */
static void
expect_note(const char *name, const char *part)
{
	char folder[512], arguments[1024], environment[1024];

	snprintf(folder, sizeof(folder), "%s", capture_path(""));
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG= PATH=%s:/usr/bin:/bin", folder);
	snprintf(arguments, sizeof(arguments), "explain -p '%s' tcp 0.0.0.0:1", name);
	capture_expect(capture_run(environment, arguments)->out, part);
}

/** expect_program - what `-p NAME` becomes: its path in the test's folder, and what is said of it. */
static void
expect_program(const char *name, const char *exe, const char *note)
{
	char folder[512], arguments[1024], environment[1024], expected[1024];
	const struct capture *run;

	snprintf(folder, sizeof(folder), "%s", capture_path(""));
	folder[strlen(folder) - 1] = '\0';
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG= PATH=/nonexistent:%s:/usr/bin:/bin", folder);
	snprintf(arguments, sizeof(arguments), "explain -p '%s' tcp 0.0.0.0:1", name);
	run = capture_run(environment, arguments);
	snprintf(expected, sizeof(expected), "\nprogram: %s/%s%s\n", folder, exe, note);
	capture_expect(run->out, expected);
}

static void
program_is_what_the_kernel_would_run(void **state)
{
	char script[600];

	(void)state;
	write_program("serve3.11", "\177ELF");
	assert_int_equal(symlink("serve3.11", capture_path("serve3")), 0);
	assert_int_equal(symlink("serve3", capture_path("serve")), 0);
	expect_program("serve3.11", "serve3.11", "");
	expect_program("serve", "serve3.11", " (\"serve\" is a link: rules see \"serve3.11\")");
	snprintf(script, sizeof(script), "#! %s -x\nrest", capture_path("serve3"));
	write_program("tool", script);
	expect_program("tool", "serve3.11",
		       " (\"tool\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("vite", "#!/usr/bin/env -S A=b serve3 --flag\n");
	expect_program("vite", "serve3.11",
		       " (\"vite\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	snprintf(script, sizeof(script), "#!%s\n", capture_path("loop"));
	write_program("loop", script);
	expect_program("loop", "loop",
		       " (\"loop\": too many scripts are behind one another; \"loop\" is taken for what runs)");
	/* env(1) with all its options, as it would read them. */
	write_program("unset", "#!/usr/bin/env -S -u FOO serve3\n");
	expect_program("unset", "serve3.11",
		       " (\"unset\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("quoted", "#!/usr/bin/env -S -iC / -- PATH=${PATH} \"serve3\" '-c x' # no word\n");
	expect_program("quoted", "serve3.11",
		       " (\"quoted\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("unknown", "#!/usr/bin/env -S --no-such serve3\n");
	expect_note("unknown",
		    "/env (\"unknown\": the options of env(1) are not followed to its command; \"env\" is taken");
	write_program("nowhere", "#!/usr/bin/env no-such-program\n");
	expect_note("nowhere", "program: no-such-program (\"nowhere\": what it starts is not there; ");
	/* The kernel executes none of these; a shell reads the one that is a text. */
	write_program("empty", "#!\n");
	expect_note("empty", "sh (\"empty\" is a script without a #! line: rules see the shell that reads it, ");
}

static void
name_of_a_link_does_not_match_and_that_of_its_target_does(void **state)
{
	static const char text[] = "rule link { program = web action = deny }\nrule path { program = \"/tmp/*/web2\" "
				   "action = deny error = EPERM }\n";
	char arguments[1400];
	const struct capture *run;

	(void)state;
	write_program("web2", "\177ELF");
	assert_int_equal(symlink("web2", capture_path("web")), 0);
	snprintf(arguments, sizeof(arguments), "-c %s -p %s tcp 0.0.0.0:1",
		 capture_file("link.conf", text, strlen(text)), capture_path("web"));
	run = capture_explain(arguments);
	assert_int_equal(run->status, 4);
	capture_expect(run->out, "does not match: is for another program: \"web\", not \"/tmp/");
	capture_expect(run->out, "denied: error EPERM");
}

static void
names_that_are_no_utf8_are_still_json(void **state)
{
	static const char text[] =
		"rule \"a\xff\" { program = \"b\xfe\" action = deny }\nrule \"\xc3\xa4\" { action = deny }\n";
	char arguments[640];
	json_t *value, *rules;
	int status;

	(void)state;
	snprintf(arguments, sizeof(arguments), "-c %s -p 'x\xfd' tcp 0.0.0.0:1",
		 capture_file("latin.conf", text, strlen(text)));
	value = capture_explain_json(arguments, &status);
	rules = json_object_get(value, "rules");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 0), "name")), "a\xc3\xbf");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 1), "name")), "\xc3\xa4");
	assert_string_equal(json_string_value(json_object_get(json_object_get(value, "request"), "exe")), "x\xc3\xbd");
	json_decref(value);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_is_what_the_kernel_would_run),
		cmocka_unit_test(name_of_a_link_does_not_match_and_that_of_its_target_does),
		cmocka_unit_test(names_that_are_no_utf8_are_still_json),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
