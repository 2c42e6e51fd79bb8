/* SPDX-License-Identifier: MIT
 * run_start_test.c - CMD under `bindguard run` is started as it would be without: same process, descriptors, signals,
 * arguments and exit status, with the library and the options in its environment. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PROBE "$PROBES/probe-dynamic"

static void
start_exit_statuses_are_the_commands_own(void **state)
{
	static const int statuses[] = {0, 1, 2, 77, 125, 126, 127, 128, 255}, signals[] = {1, 2, 3, 6, 9, 11, 13, 15};

	(void)state;
	for (size_t i = 0; i < LENGTH(statuses); i++)
		drive_expect(statuses[i], "", "$BG " PROBE " exit %d", statuses[i]);
	for (size_t i = 0; i < LENGTH(signals); i++)
		drive_expect(128 + signals[i], "", "exec $BG " PROBE " raise %d", signals[i]);
	drive_expect(0, "", "$BG -- true");
	drive_expect(1, "", "$BG run -- false");
	drive_expect(3, "", "$BG -q sh -c 'exit 3'");
}

static void
start_leaves_everything_as_it_was(void **state)
{
	/* Put in front of the command: what a caller may have set up. */
	static const char *const callers[] = {
		"",
		"exec 5</dev/null 9>>five; ",
		"exec 0<&-; ",
		"exec 2<&-; ",
		"exec 0<&- 2<&-; ",
		"trap '' INT USR1 CHLD; ",
		"umask 027; ulimit -n 200; nice -n 3 ",
		"cd /; ",
		"env --block-signal=CHLD --block-signal=TERM ",
		"env --ignore-signal=PIPE --ignore-signal=CHLD ",
		"setsid -w ",
		"true & ", /* a child of the shell is none of CMD */
	};
	char bare[DRIVE_OUTPUT_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(callers); i++) {
		const struct drive_result *result =
			drive_expect(0, NULL, "%s" PROBE " state 'two words' '' \\$x", callers[i]);

		memcpy(bare, result->out, sizeof(bare));
		result = drive_expect(0, NULL, "%s$BG " PROBE " state 'two words' '' \\$x", callers[i]);
		assert_string_equal(result->out, bare);
		assert_non_null(strstr(bare, "[two words]\n[]\n[$x]\n"));
		assert_string_equal(result->err, "");
	}
	figure("%zu callers, state of CMD as in a bare start in each", LENGTH(callers));
}

static void
start_with_output_closed_is_a_start(void **state)
{
	(void)state;
	drive_expect(7, "", "$BG " PROBE " exit 7 0<&- 1>&- 2>&-");
	drive_expect(127, "", "$BG no-such-command 0<&- 1>&- 2>&-");
	/* What the launcher opens may be descriptor 2 for a moment: its own lines must not go there, nor the file to CMD. */
	drive_expect(0, "", PROBE " state 2>&- >bare; $BG -v " PROBE " state 2>&- >out; cmp bare out");
}

static void
start_keeps_the_process(void **state)
{
	const struct drive_result *result = drive_expect(0, "", "echo $$ $PPID; exec $BG " PROBE " pid");
	int shell, parent, pid, ppid;

	(void)state;
	assert_int_equal(sscanf(result->out, "%d %d\n%d %d\n", &shell, &parent, &pid, &ppid), 4);
	assert_int_equal(pid, shell);
	assert_int_equal(ppid, parent);
}

static void
start_finds_the_command_as_execvp_does(void **state)
{
	(void)state;
	drive_expect(0, "",
		     "mkdir one two; printf '#!/bin/sh\\necho one\\n' >one/tool; cp one/tool two/tool; "
		     "chmod 755 two/tool; echo 'echo text $0 $1' >text; chmod 755 text; mkdir one/text");
	assert_string_equal(drive_expect(0, "", "PATH=$PWD/one:$PWD/two:$PATH $BG tool")->out, "one\n");
	drive_expect(126, NULL, "PATH=$PWD/one:$PATH $BG tool");
	drive_expect(127, NULL, "PATH=$PWD/none $BG tool");
	/* An empty entry is the current folder, and a script without `#!` is the shell's. */
	assert_string_equal(drive_expect(0, "", "PATH=$PATH: $BG text 1")->out, "text text 1\n");
	assert_string_equal(drive_expect(0, "", "$BG ./text 2")->out, "text ./text 2\n");
	assert_string_equal(drive_expect(0, "", "unset PATH; $BG echo 3")->out, "3\n");
	/* Neither a program nor a text; an interpreter that is not there. */
	drive_expect(126, "bindguard: ./zeros: Exec format error\n",
		     "head -c 200 /dev/zero >zeros; chmod 755 zeros; $BG ./zeros");
	drive_expect(127, "bindguard: ./gone: its interpreter is not there\n",
		     "printf '#!/no/such\\n' >gone; chmod 755 gone; $BG ./gone");
}

static void
start_passes_over_folders_that_may_not_be_searched(void **state)
{
	/* As a user who has no privilege, since root may search everything. */
	static const char *const user = "setpriv --reuid 65534 --regid 65534 --clear-groups";
	const struct {
		int status;
		const char *err;
		const char *path;
	} cases[] = {
		{0, "", "shut:open"},
		{0, "", "open:shut"},
		{0, "", "plain:shut:open"},
		{127, "bindguard: tool: command not found; shut of PATH may not be searched\n", "shut"},
		{127, "bindguard: tool: command not found; shut of PATH may not be searched\n", "none:shut:none"},
		{126, "bindguard: plain/tool: Permission denied\n", "plain"},
		{126, "bindguard: plain/tool: Permission denied\n", "shut:plain:none"},
		/* A link that can be seen, and whose end may not be looked at, is there. */
		{126, "bindguard: link/tool: Permission denied\n", "shut:link"},
		{127, "bindguard: tool: command not found\n", "none:link/none"},
	};

	(void)state;
	drive_expect(0, "",
		     "mkdir shut open plain link; printf '#!/bin/sh\nexit 0\n' >open/tool; cp open/tool plain; "
		     "cp open/tool shut; ln -s ../shut/tool link; chmod 755 open/tool shut/tool; chmod 000 shut");
	for (size_t i = 0; i < LENGTH(cases); i++)
		drive_expect(cases[i].status, cases[i].err, "%s env PATH=%s $BG tool", geteuid() == 0 ? user : "env",
			     cases[i].path);
	/* Named by its path it has no other place: execve(2)'s own answer, as a shell gives it. */
	drive_expect(126, "bindguard: shut/tool: Permission denied\n", "%s $BG shut/tool",
		     geteuid() == 0 ? user : "env");
	drive_expect(0, "", "chmod 755 shut");
}

static void
start_options_become_the_environment(void **state)
{
	static const struct {
		const char *arguments;
		const char *variable;
		const char *value;
	} cases[] = {
		{"-c deny.conf", "BINDGUARD_CONFIG", "$PWD/deny.conf"},
		{"--config=$PWD/deny.conf", "BINDGUARD_CONFIG", "$PWD/deny.conf"},
		{"-c ''", "BINDGUARD_CONFIG", ""},
		{"-t 127.0.0.2,::1", "BINDGUARD_TO", "127.0.0.2,::1"},
		{"--to=lo", "BINDGUARD_TO", "lo"},
		{"-n", "BINDGUARD_MODE", "observe"},
		{"", "BINDGUARD_MODE", "(unset)"},
		{"-l syslog", "BINDGUARD_LOG", "syslog"},
		{"-l events", "BINDGUARD_LOG", "$PWD/events"},
		{"-l /dev/null", "BINDGUARD_LOG", "/dev/null"},
		{"-q", "BINDGUARD_LOG", "none"},
		{"-nf json", "BINDGUARD_LOG_FORMAT", "json"},
		{"-nfjson", "BINDGUARD_MODE", "observe"},
		{"-v", "BINDGUARD_LOG_EVENTS", "all"},
		{"", "BINDGUARD_LOG_EVENTS", "(unset)"},
		{"", "LD_PRELOAD", "$PWD/bin/libbindguard.so"},
		{"", "ASAN_OPTIONS", "${ASAN_OPTIONS-(unset)}"},
	};

	(void)state;
	assert_true(drive_write("deny.conf", "rule \"a\" {\n protocol = tcp\n action = deny\n}\n", 0644));
	for (size_t i = 0; i < LENGTH(cases); i++)
		drive_expect(0, NULL,
			     "set -- \"$($BG run %s -- " PROBE " environment %s)\" \"%s=%s\"; [ \"$1\" = \"$2\" ]",
			     cases[i].arguments, cases[i].variable, cases[i].variable, cases[i].value);
	/* The user's own variable stays, with its folder; an option goes over it. */
	drive_expect(0, "",
		     "[ \"$(BINDGUARD_CONFIG=deny.conf $BG " PROBE " environment BINDGUARD_CONFIG)\" = "
		     "\"BINDGUARD_CONFIG=$PWD/deny.conf\" ]");
	drive_expect(0, "",
		     "[ \"$(BINDGUARD_MODE=off $BG " PROBE " environment BINDGUARD_MODE)\" = BINDGUARD_MODE=off ]");
	drive_expect(0, "",
		     "[ \"$(BINDGUARD_TO=lo $BG -t ::1 " PROBE " environment BINDGUARD_TO)\" = BINDGUARD_TO=::1 ]");
}

static void
start_library_goes_in_front_of_other_preloads(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} cases[] = {
		{"", "$PWD/bin/libbindguard.so"},
		{"$PWD/bin/libbindguard.so", "$PWD/bin/libbindguard.so"},
		{"$PWD/other.so", "$PWD/bin/libbindguard.so:$PWD/other.so"},
		{"$PWD/other.so $PWD/bin/libbindguard.so", "$PWD/other.so $PWD/bin/libbindguard.so"},
		{"$PWD/other.so:libdl.so.2", "$PWD/bin/libbindguard.so:$PWD/other.so:libdl.so.2"},
		{"$PWD/bin/libbindguard.so.1", "$PWD/bin/libbindguard.so:$PWD/bin/libbindguard.so.1"},
	};

	(void)state;
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1); /* of a sanitized bindguard */
	drive_expect(0, "", "cp bin/libbindguard.so other.so; cp other.so bin/libbindguard.so.1");
	for (size_t i = 0; i < LENGTH(cases); i++)
		drive_expect(0, "",
			     "[ \"$(LD_PRELOAD=\"%s\" $BG " PROBE " environment LD_PRELOAD)\" = \"LD_PRELOAD=%s\" ]",
			     cases[i].before, cases[i].after);
	/* Twice is once, and what a shell in between starts is guarded too. */
	drive_expect(0, "", "[ \"$($BG $BG $BG -q sh -c '" PROBE " listen; echo')\" = lo ]");
	unsetenv("ASAN_OPTIONS");
}

static void
start_library_that_cannot_be_used_starts_nothing(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_expect(0, "", "mkdir 'a b' c:d empty; cp bin/* 'a b'; cp bin/* c:d; cp bin/bindguard empty");
	result = drive_expect(125, NULL, "'./a b/bindguard' touch started");
	assert_non_null(strstr(result->err, "/a b/libbindguard.so: LD_PRELOAD cannot hold a path with a blank"));
	result = drive_expect(125, NULL, "./c:d/bindguard touch started");
	assert_non_null(
		strstr(result->err, "/c:d/libbindguard.so: LD_PRELOAD cannot hold a path with a blank, a colon"));
	/* Missing everywhere, where LIBDIR of this build has none; a folder, an empty file, and one that lost its end. */
	drive_expect(125, NULL, "mkdir empty/libbindguard.so; empty/bindguard touch started");
	result = drive_expect(125, NULL,
			      "rmdir empty/libbindguard.so; : >empty/libbindguard.so; "
			      "empty/bindguard touch started");
	assert_non_null(strstr(result->err, "bindguard: the library cannot be loaded: "));
	result = drive_expect(125, NULL,
			      "head -c 3000 bin/libbindguard.so >empty/libbindguard.so; "
			      "empty/bindguard touch started");
	assert_non_null(strstr(result->err, "bindguard: the library cannot be loaded: "));
	drive_expect(1, "", "[ -e started ]");
	/* A symbolic link is as good as the file. */
	drive_expect(0, "",
		     "rm empty/*.so; ln -s ../bin/libbindguard.so empty; [ \"$(empty/bindguard -q " PROBE
		     " listen)\" = lo ]");
}

static void
start_verbose_says_what_is_done_and_quiet_nothing(void **state)
{
	const struct drive_result *result = drive_expect(0, NULL, "$BG -v " PROBE " listen");

	(void)state;
	assert_string_equal(result->out, "lo\n");
	assert_non_null(strstr(result->err, "bindguard: configuration: built-in default (as BINDGUARD_CONFIG says)\n"));
	assert_non_null(strstr(result->err, "bindguard: engine: preload, of /"));
	assert_non_null(strstr(result->err, "/bin/libbindguard.so\n"));
	assert_non_null(strstr(result->err, "/probe-dynamic\n"));
	result = drive_expect(0, "", "$BG -q " PROBE " listen");
	assert_string_equal(result->out, "lo\n");
	result = drive_expect(0, NULL, "$BG -n " PROBE " listen");
	assert_string_equal(result->out, "anywhere\n");
	assert_non_null(strstr(result->err, "would rewrite"));
	drive_expect(0, "", "$BG -f json -l log.json " PROBE " listen; grep -q '^{.*\"engine\":\"preload\"' log.json");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_exit_statuses_are_the_commands_own),
		cmocka_unit_test(start_leaves_everything_as_it_was),
		cmocka_unit_test(start_with_output_closed_is_a_start),
		cmocka_unit_test(start_keeps_the_process),
		cmocka_unit_test(start_finds_the_command_as_execvp_does),
		cmocka_unit_test(start_passes_over_folders_that_may_not_be_searched),
		cmocka_unit_test(start_options_become_the_environment),
		cmocka_unit_test(start_library_goes_in_front_of_other_preloads),
		cmocka_unit_test(start_library_that_cannot_be_used_starts_nothing),
		cmocka_unit_test(start_verbose_says_what_is_done_and_quiet_nothing),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run start", tests, drive_set_up, drive_tear_down);
}
