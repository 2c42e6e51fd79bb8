/* SPDX-License-Identifier: MIT
 * explain_usage_test.c - `bindguard explain` with bad input or a broken configuration, its help, and the examples of
 * its manual page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
bad_input_is_one_line_and_two(void **state)
{
	static const char *const rows[][2] = {
		{"", "the call is missing, expected PROTO ADDRESS:PORT such as tcp 0.0.0.0:8000"},
		{"tcp", "ADDRESS:PORT is missing behind \"tcp\", expected"},
		{"tcp 0.0.0.0:1 more", "unexpected \"more\", expected PROTO ADDRESS:PORT"},
		{"icmp 0.0.0.0:1", "protocol \"icmp\", expected one of: tcp, mptcp, udp, udplite, sctp, dccp, raw"},
		{"TCP 0.0.0.0:1", "protocol \"TCP\", expected one of"},
		{"tcp 0.0.0.0", "\"0.0.0.0\", expected ADDRESS:PORT"},
		{"tcp 8000", "\"8000\", expected ADDRESS:PORT"},
		{"tcp 0.0.0.0:", "port \"\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:http", "port \"http\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:65536", "port \"65536\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:-1", "port \"-1\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:99999999999999999999", "expected a number of 0 to 65535"},
		{"tcp 0.0.0:80", "address \"0.0.0\", expected numbers such as 127.0.0.1 or [::1]"},
		{"tcp 1.2.3.256:80", "address \"1.2.3.256\", expected numbers"},
		{"tcp example.org:80", "address \"example.org\", expected numbers"},
		{"tcp localhost:80", "could be either loopback, expected 127.0.0.1:80 or [::1]:80"},
		{"tcp '*:80'", "\"*\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp wildcard:80", "\"wildcard\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp :80", "\"\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp :::80", "IPv6 without brackets, expected [::]:80"},
		{"tcp ::1:80", "IPv6 without brackets, expected [::1]:80"},
		{"tcp ::1", "IPv6 without brackets and port, expected [::1]:PORT"},
		{"tcp ::", "IPv6 without brackets and port, expected [::]:PORT"},
		{"tcp fe80::1%lo", "IPv6 without brackets and port, expected [fe80::1%lo]:PORT"},
		{"tcp fe80::1%lo:80", "IPv6 without brackets, expected [fe80::1%lo]:80"},
		{"tcp '[fe80::1%99999999999]:80'", "index \"99999999999\", expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%18446744073709551617]:80'", "index \"18446744073709551617\", expected a number"},
		{"tcp '[fe80::1%2147483648]:80'", "expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%0]:80'", "index \"0\", expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%]:80'", "no interface \"\" here, expected a name or an index"},
		{"tcp '[::1]'", "\"[::1]\", expected ADDRESS:PORT"},
		{"tcp '[::1:80'", "\"[::1:80\", expected ADDRESS:PORT"},
		{"tcp '[]:80'", "\"\" in brackets, expected an IPv6 address such as [::1]"},
		{"tcp '[127.0.0.1]:80'", "\"127.0.0.1\" in brackets, expected an IPv6 address such as [::1]"},
		{"tcp '[fe80::1%nosuch0]:80'", "no interface \"nosuch0\" here, expected a name or an index"},
		{"tcp 0.0.0.0:80 --v6only", "--v6only with \"0.0.0.0:80\", expected an IPv6 address"},
		{"tcp '[::ffff:0.0.0.0]:80' --v6only", "expected an IPv6 address that is no mapped IPv4"},
		{"tcp 0.0.0.0:80 -p ''", "program \"\", expected the name or path of a program"},
		{"tcp 0.0.0.0:80 -p bin/", "program \"bin/\", expected the name or path of a program"},
		{"tcp 0.0.0.0:80 -p", "--program lacks its argument, expected PROGRAM"},
		{"--port tcp 0.0.0.0:80", "unknown option --port, expected one of `bindguard explain --help`"},
		{"tcp 0.0.0.0:80 --json=1", "--json takes no argument"},
		{"-c /nonexistent tcp 0.0.0.0:80", "/nonexistent: cannot be read: ENOENT, expected a regular file; "},
	};
	char many[400] = "tcp 0.0.0.0", long_one[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct capture *run = capture_explain(rows[i][0]);

		if (run->status != 2 || run->out[0] || capture_lines(run->err) != 1)
			fail_msg("%s: status %d\n%s%s", rows[i][0], run->status, run->out, run->err);
		capture_expect(run->err, rows[i][1]);
	}
	memset(long_one, '1', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	strcat(strcat(many, long_one), ":80");
	capture_expect(capture_explain(many)->err, "address of 262 characters, expected an IPv4 or IPv6 address");
	capture_figure("%zu bad command lines refused in one line", LENGTH(rows) + 1);
}

static void
broken_configuration_is_told_and_explains_nothing(void **state)
{
	static const char text[] = "mode = on\nrule a { action = drop }\n";
	const char *path = capture_file("broken.conf", text, strlen(text));
	char arguments[640], expected[1024];
	const struct capture *run;

	(void)state;
	snprintf(arguments, sizeof(arguments), "-c %s tcp 0.0.0.0:80", path);
	run = capture_explain(arguments);
	assert_int_equal(run->status, 2);
	assert_string_equal(run->out, "");
	snprintf(expected, sizeof(expected), "%s:1: unknown mode \"on\"", path);
	capture_expect(run->err, expected);
	snprintf(expected, sizeof(expected), "%s:2: unknown action \"drop\"", path);
	capture_expect(run->err, expected);
	capture_expect(run->err,
		       "bindguard: 2 mistakes; meanwhile guarded programs run in lockdown: wildcard addresses go to "
		       "loopback, loopback is allowed, others are refused (EACCES); `bindguard run` starts nothing\n");
}

/** check_example - run the command of an example in the manual, and compare what it prints with what is there. */
static void
check_example(const char *command, const char *expected)
{
	char line[1024];
	const struct capture *run;

	snprintf(line, sizeof(line), "%s", command + strlen("bindguard "));
	run = capture_run("BINDGUARD_CONFIG=", line);
	if (strcmp(run->out, expected) != 0)
		fail_msg("%s\n--- got\n%s%s--- the manual says\n%s", command, run->out, run->err, expected);
}

/** check_page - the examples of one page that explain or check something. Return: how many. */
static unsigned
check_page(const char *path)
{
	char line[1024], command[1024] = "", expected[8192] = "";
	FILE *page = fopen(path, "re");
	unsigned count = 0;

	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		bool starts =
			strncmp(line, "$ bindguard explain ", 20) == 0 || strncmp(line, "$ bindguard check ", 18) == 0;

		if (command[0] && (starts || line[0] == '.' || line[0] == '$')) {
			check_example(command, expected);
			command[0] = expected[0] = '\0';
			count++;
		}
		if (starts)
			snprintf(command, sizeof(command), "%.*s", (int)strcspn(line + 2, "\n"), line + 2);
		else if (command[0])
			strcat(expected, line);
	}
	fclose(page);
	return count;
}

static void
examples_of_the_manual_print_what_it_says(void **state)
{
	unsigned count = check_page(BG_SOURCE_DIR "/man/bindguard.1");

	(void)state;
	assert_true(count >= 3);
	capture_figure("%u examples of bindguard(1) run and compared", count);
}

static void
help_names_every_option(void **state)
{
	static const char *const options[] = {
		"-c, --config FILE", "-p, --program PROGRAM", "--command LINE", "--v6only", "--json", "-h, --help"};
	const struct capture *run = capture_explain("--help");

	(void)state;
	assert_int_equal(run->status, 0);
	for (size_t i = 0; i < LENGTH(options); i++)
		capture_expect(run->out, options[i]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_is_one_line_and_two),
		cmocka_unit_test(broken_configuration_is_told_and_explains_nothing),
		cmocka_unit_test(examples_of_the_manual_print_what_it_says),
		cmocka_unit_test(help_names_every_option),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
