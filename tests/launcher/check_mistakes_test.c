/* SPDX-License-Identifier: MIT
 * check_mistakes_test.c - `bindguard check` tells every mistake of a file at its line, and a file that cannot be read. */
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

#include "bindguard/load.h"
#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define RULE(keys) "rule \"r\" {\n" keys "\n}\n"
#define ALLOW(keys) RULE("action = allow\n" keys)
#define REWRITE(keys) RULE("action = rewrite\n" keys)
#define LOCKDOWN                                                                                                       \
	"in lockdown: wildcard addresses go to loopback, loopback is allowed, others are refused (EACCES); "           \
	"`bindguard "                                                                                                  \
	"run` starts nothing\n"

/** struct mistake - a text, and the line and a part of the message it must give. */
struct mistake {
	const char *text;
	unsigned line;
	const char *part;
};

static const struct mistake mistakes[] = {
	{"mode = \"enforce\n", 1, "string is not closed"},
	{"mode = \"\\x65nforce\"", 1, "unknown escape"},
	{"\n/* no end", 2, "comment is not closed"},
	{"mode = enforce\001", 1, "byte 0x01, expected text"},
	{"\xef\xbb\xbfmode = off", 1, "byte order mark (U+FEFF)"},
	{"# all\rmode = off\r", 1, "carriage return without a line feed"},
	{ALLOW("port = 23,24"), 3, "several values without braces, expected {23, 24}"},
	{REWRITE("to = localhost"), 3, "target \"localhost\" is a host's name, expected loopback"},
	{REWRITE("to = \"*\""), 3, "target \"*\" is a pattern, expected loopback"},
	{ALLOW("program = *"), 3, "unexpected character \"*\", expected quotes"},
	{ALLOW("program = caf\xc3\xa9"), 3, "unexpected character U+00E9, expected quotes"},
	{ALLOW("command = \"${HOME}/x\""), 3, "${ in a string"},
	{"\n\n}", 3, "closes nothing"},
	{"mode = enforce\nmode = off", 2, "mode is set twice, first in line 1"},
	{"modes = enforce", 1, "unknown key \"modes\", expected one of: mode, log, rule"},
	{"log {\nlevel = 3\n}", 2, "expected one of: to, format, events"},
	{"log { }\nlog { }", 2, "log is defined twice"},
	{"rule \"a\" {\naction = allow\n", 2, "not closed, expected } (opened in line 1)"},
	{"rule a { action = allow }\n\nrule 'a' { action = deny }", 3, "already defined in line 1"},
	{ALLOW("ports = 80"), 3, "unknown key \"ports\""},
	{ALLOW("port = 80\nport = 81"), 4, "port is set twice"},
	{ALLOW("port = {}"), 3, "port is empty, expected at least one value"},
	{"# libconfuse counts\n/* the lines of\ncomments */ mode = on", 3, "expected one of: enforce, observe, off"},
	{"mode = on", 1, "expected one of: enforce, observe, off"},
	{"log {\nto = file\n}", 2, "expected stderr, syslog, journal, none or an absolute path"},
	{"log { to = \"./x\" }", 1, "absolute path"},
	{ALLOW("protocol = {\"tcp\",\n\"icmp\"}"), 4, "expected one of: tcp, udp, udplite, sctp, dccp, raw"},
	{ALLOW("family = ipv5"), 3, "expected one of: ipv4, ipv6"},
	{ALLOW("address = localhost"), 3, "expected wildcard, loopback, any, an address"},
	{ALLOW("address = 10.0.0.0/33"), 3, "has a wrong prefix length"},
	{ALLOW("address = {10.0.0.0/8,\n10.0.0.1/8}"), 4, "bits set behind its prefix length"},
	{ALLOW("port = http"), 3, "expected a number or a range"},
	{ALLOW("port = 65536"), 3, "expected at most 65535"},
	{ALLOW("port = {80,\n\n90-80}"), 5, "reversed"},
	{"\nrule \"r\" {\nport = 80\n}", 2, "has no action"},
	{RULE("action = drop"), 2, "expected one of: allow, rewrite, confine, limit, deny"},
	{RULE("action = rewrite"), 1, "rewrites without a target"},
	{REWRITE("to = {192.0.2.1, 192.0.2.2}"), 3, "second address of its family"},
	{REWRITE("to = fe80::1"), 3, "expected a global address or the interface's name"},
	{REWRITE("to = loopback\nto_port = 81"), 4, "expected a port key without 0"},
	{ALLOW("to = loopback"), 3, "to is used by action rewrite only"},
	{RULE("action = confine\ninterface = a/b"), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = deny\nerror = ENOPE"), 3, "expected an errno name"},
};

static void
mistake_is_told_with_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(mistakes); i++) {
		const char *path = capture_file("mistake.conf", mistakes[i].text, strlen(mistakes[i].text));
		const struct capture *run = capture_check("", path);
		char start[640];

		snprintf(start, sizeof(start), "%s:%u: ", path, mistakes[i].line);
		if (run->status != 1 || strncmp(run->err, start, strlen(start)) != 0 || run->out[0] ||
		    capture_lines(run->err) != 2)
			fail_msg("%s\nstatus %d, expected 1 and %s, got\n%s", mistakes[i].text, run->status, start,
				 run->err);
		capture_expect(run->err, mistakes[i].part);
		capture_expect(run->err, "\nbindguard: 1 mistake; meanwhile guarded programs run " LOCKDOWN);
	}
	capture_figure("%zu kinds of mistakes, each with its file and line", LENGTH(mistakes));
}

static void
mistakes_of_one_file_are_all_told_in_order(void **state)
{
	static const char text[] =
		"mode = on\ncolour = red\nlog {\n    to = relative\n    level = {1, 2}\n    format = xml\n"
		"}\nrule \"a\" {\n    port = {80, 90-80,\n            70000}\n    prot = tcp\n"
		"    address = 10.0.0.1/8\n    action = rewrite\n}\nrule \"a\" {\n"
		"    action = allow\n    error = EPERM\n    error = ENOENT\n}\n"
		"rule \"b\" { family = ipx }\n";
	static const unsigned lines[] = {1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 15, 17, 18, 20, 20};
	const char *path = capture_file("many.conf", text, strlen(text)), *at;
	const struct capture *run = capture_check("", path);
	char start[640];

	(void)state;
	assert_int_equal(run->status, 1);
	at = run->err;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		snprintf(start, sizeof(start), "%s:%u: ", path, lines[i]);
		if (strncmp(at, start, strlen(start)) != 0)
			fail_msg("mistake %zu: expected %s in\n%s", i, start, run->err);
		at = strchr(at, '\n') + 1;
	}
	capture_expect(at, "bindguard: 15 mistakes; meanwhile ");
	assert_int_equal(capture_lines(run->err), LENGTH(lines) + 1);
}

static void
mistakes_without_room_are_counted(void **state)
{
	char text[100 * 16] = "log {\n";
	const struct capture *run;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "nope = 1\n");
	strcat(text, "}");
	run = capture_check("", capture_file("room.conf", text, strlen(text)));
	assert_int_equal(run->status, 1);
	capture_expect(run->err, ": and 36 more mistakes, not shown\n");
	capture_expect(run->err, "bindguard: 100 mistakes;");
}

/** expect_unreadable - one line that says why @path cannot be read, and exit status 2. */
static void
expect_unreadable(const char *environment, const char *path, const char *part)
{
	const struct capture *run = capture_check(environment, path);

	if (run->status != 2 || capture_lines(run->err) != 1 || run->out[0])
		fail_msg("%s: status %d, expected 2 and one line, got\n%s", path, run->status, run->err);
	capture_expect(run->err, path);
	capture_expect(run->err, part);
	capture_expect(run->err, "meanwhile guarded programs run " LOCKDOWN);
}

static void
file_that_cannot_be_read_is_two(void **state)
{
	char *big = calloc(1, BG_FILE_MAX + 1);
	const char *path;

	(void)state;
	assert_non_null(big);
	memset(big, '\n', BG_FILE_MAX + 1);
	expect_unreadable("", "/nonexistent/bindguard.conf", "ENOENT, expected a regular file");
	expect_unreadable("", capture_path(""), "it is a directory, expected a regular file");
	path = capture_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_unreadable("", path, "a FIFO, expected a regular file");
	expect_unreadable("", "/dev/zero", "it is a device");
	expect_unreadable("", capture_file("big", big, BG_FILE_MAX + 1), "1048577 bytes, expected at most 1048576");
	path = capture_file("secret", "", 0);
	assert_int_equal(chmod(path, 0), 0);
	expect_unreadable(geteuid() ? "" : "setpriv --reuid=65534 --regid=65534 --clear-groups", path, "EACCES");
	free(big);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistake_is_told_with_file_and_line),
		cmocka_unit_test(mistakes_of_one_file_are_all_told_in_order),
		cmocka_unit_test(mistakes_without_room_are_counted),
		cmocka_unit_test(file_that_cannot_be_read_is_two),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
