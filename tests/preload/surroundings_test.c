/* SPDX-License-Identifier: MIT
 * surroundings_test.c - programs that have wiped their environment, changed their root, dropped their privileges or reached
 * a limit before they bind: what the guard read at the start still holds, and its events go to the next sink. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

/** For the shell that runs the hosts; this process is in that folder, and uses the names alone. */
#define FOLDER "$BG_FOLDER"
#define EMPTY FOLDER "/empty"
#define RULES FOLDER "/rules"
#define LOG FOLDER "/log"
#define AS_READ "guarded 4 of 4, first 127.0.0.9:19900\n"

/** run - a host that must end well; its events come out between its lines where @arguments say 2>&1. */
static void
run(const char *environment, const char *arguments, char output[4096])
{
	int status = host_run(environment, arguments, output, 4096);

	if (status)
		fail_msg("%s: status %d, %s", arguments, status, output);
}

/** expect - likewise, with all of its output. */
static void
expect(const char *environment, const char *arguments, const char *expected)
{
	char output[4096];

	run(environment, arguments, output);
	if (strcmp(output, expected) != 0)
		fail_msg("%s: %s", arguments, output);
}

/** count_events - lines of the guard in @output, behind the one why they are not in the log; the host's own must be last. */
static unsigned
count_events(const char *output, const char *own)
{
	static const char why[] = "bindguard: cannot log to /";
	const char *line = strchr(output, '\n');
	unsigned count = 0;

	assert_int_equal(strncmp(output, why, sizeof(why) - 1), 0);
	assert_non_null(line++);
	for (; strncmp(line, "bindguard[", 10) == 0 && strchr(line, '\n'); count++)
		line = strchr(line, '\n') + 1;
	assert_string_equal(line, own);
	return count;
}

/** lines_of_log - of the file @path; 0 where it is not there. */
static unsigned
lines_of_log(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned lines = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		lines += c == '\n';
	if (file)
		fclose(file);
	return lines;
}

/** environment_wiped_before_bind_still_counts - it was read at the start. */
static void
environment_wiped_before_bind_still_counts(void **state)
{
	(void)state;
	expect("BINDGUARD_LOG=none BINDGUARD_TO=127.0.0.9", "surroundings clearenv", AS_READ);
	expect("BINDGUARD_LOG=none BINDGUARD_TO=127.0.0.9", "surroundings noenviron", AS_READ);
	expect("BINDGUARD_CONFIG=" RULES, "surroundings clearenv noenviron", AS_READ);
	figure("12 binds without an environment: 12 guarded as it had said");
}

/** root_changed_to_an_empty_folder_does_not_matter - rules are there still; the log file is not, stderr is. */
static void
root_changed_to_an_empty_folder_does_not_matter(void **state)
{
	char output[4096];
	unsigned events;

	(void)state;
	run("BINDGUARD_CONFIG=" RULES " BINDGUARD_LOG=" LOG, "surroundings chroot=" EMPTY " 2>&1", output);
	events = count_events(output, AS_READ);
	assert_int_equal(events, 4);
	assert_int_equal(lines_of_log("log"), 0);
	run("BINDGUARD_CONFIG=" RULES " BINDGUARD_LOG=" LOG, "surroundings 2>&1", output);
	assert_string_equal(output, AS_READ);
	assert_int_equal(lines_of_log("log"), 4);
	figure("4 binds in an empty root: 4 guarded, %u events on stderr as the log file is not there", events);
}

/** privileges_dropped_before_bind_do_not_matter - the rules, now unreadable, hold; what is not root's is not touched. */
static void
privileges_dropped_before_bind_do_not_matter(void **state)
{
	char output[4096];

	(void)state;
	assert_int_equal(chmod("rules", 0600), 0);
	expect("BINDGUARD_LOG=none BINDGUARD_CONFIG=" RULES, "surroundings nobody", AS_READ);
	expect("BINDGUARD_LOG=none BINDGUARD_CONFIG=" RULES, "surroundings chroot=" EMPTY " nobody clearenv", AS_READ);
	run("BINDGUARD_LOG=/nowhere/log BINDGUARD_CONFIG=" RULES, "surroundings nobody clearenv 2>&1", output);
	assert_int_equal(count_events(output, AS_READ), 4);
	figure("12 binds as nobody: 12 guarded, 4 events on stderr");
}

/** descriptors_used_up_do_not_matter - a rewrite needs none; a log file does, and stderr takes its place. */
static void
descriptors_used_up_do_not_matter(void **state)
{
	char output[4096];

	(void)state;
	unlink("log");
	run("BINDGUARD_CONFIG=" RULES " BINDGUARD_LOG=" LOG, "surroundings nofile 2>&1", output);
	assert_int_equal(count_events(output, AS_READ), 4);
	assert_int_equal(lines_of_log("log"), 0);
	/* Without a socket for netlink the program's own tells an interface's IPv4 address; a dual-stack socket needs none. */
	run("BINDGUARD_TO=lo BINDGUARD_LOG=none", "surroundings nofile", output);
	assert_string_equal(output, "guarded 4 of 4, first 127.0.0.1:19900\n");
	figure("4 binds without a free descriptor: 4 guarded, 4 events on stderr; 4 to an interface: 4 guarded");
}

/** file_size_limit_raises_no_signal - SIGXFSZ would end the program. */
static void
file_size_limit_raises_no_signal(void **state)
{
	char output[4096];

	(void)state;
	unlink("log");
	run("BINDGUARD_CONFIG=" RULES " BINDGUARD_LOG=" LOG, "surroundings fsize 2>&1", output);
	assert_int_equal(count_events(output, AS_READ), 4);
	assert_int_equal(lines_of_log("log"), 0);
	run("BINDGUARD_CONFIG=" RULES " BINDGUARD_LOG=" LOG, "surroundings fsize 2>" FOLDER "/err", output);
	assert_string_equal(output, AS_READ);
	figure("8 binds with RLIMIT_FSIZE 0 and a log file: 8 guarded, 0 SIGXFSZ, 4 events on stderr");
}

static int
set_up(void **state)
{
	static const char rules[] = "rule \"r\" {\n address = {\"wildcard\"}\n action = rewrite\n"
				    " to = {\"127.0.0.9\", \"::1\"}\n}\n";
	FILE *file;

	(void)state;
	if (net_set_up() || chdir(host_folder()) || mkdir("empty", 0755))
		return -1;
	file = fopen("rules", "we");
	if (!file || fputs(rules, file) < 0)
		return -1;
	return fclose(file);
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_wiped_before_bind_still_counts),
		cmocka_unit_test(root_changed_to_an_empty_folder_does_not_matter),
		cmocka_unit_test(privileges_dropped_before_bind_do_not_matter),
		cmocka_unit_test(descriptors_used_up_do_not_matter),
		cmocka_unit_test(file_size_limit_raises_no_signal),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
