/* SPDX-License-Identifier: MIT
 * check_warn_test.c - `bindguard check` warns of what can never match, or does not do what it seems to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
rule_that_can_never_match_is_a_warning(void **state)
{
	static const char text[] = "rule a { port = 1-100 action = allow }\n"
				   "rule b { port = {7, 8-9} action = deny }\n"
				   "rule c { port = 101 action = deny }\n"
				   "rule d { family = ipv6 address = 192.0.2.1 action = deny }\n";
	const char *path = capture_file("never.conf", text, strlen(text));
	const struct capture *run = capture_check("", path);
	char expected[2048];

	(void)state;
	assert_int_equal(run->status, 0);
	snprintf(expected, sizeof(expected),
		 "%s:2: warning: rule \"b\" can never match: rule \"a\" in line 1 matches all that it does\n"
		 "%s:4: warning: rule \"d\" can never match: none of its addresses is of its family\n",
		 path, path);
	assert_string_equal(run->err, expected);
	capture_expect(run->out, "\nrule \"d\" {");
}

#define OPEN                                                                                                           \
	"FILE: warning: no rule rewrites, confines, limits or denies a wildcard address: servers stay open to the "    \
	"network\n"
#define CLIENTS(line, name, what, then)                                                                                \
	"FILE:" line ": warning: rule \"" name "\" also " what " UDP clients, which bind a wildcard and port 0: " then \
	", expected a rule before it that allows them (\"udp-clients\" of bindguard.conf(5))\n"
#define MOVED(line, name) CLIENTS(line, name, "moves", "they can send to no other host (EINVAL)")
#define UDP_CLIENTS "rule u { protocol = udp address = wildcard port = 0 action = allow }\n"
#define UNTIL(what) what ", servers that are to go there cannot bind\n"

#define UNSEEN(line)                                                                                                   \
	"FILE:" line                                                                                                   \
	": warning: datagrams from sockets that are neither bound nor connected are not seen, nor is TCP "             \
	"Fast Open: rules for connect do not hold for them\n"

/** struct warn_case - a configuration without mistakes, and all that is said of it; FILE is its path. */
struct warn_case {
	const char *text;
	const char *warnings;
};

static const struct warn_case warn_cases[] = {
	/* nothing is guarded */
	{"", OPEN},
	{"log { }\n", OPEN},
	{"rule a { action = allow }\n", OPEN},
	{"rule a { address = loopback action = rewrite to = 127.0.0.1 }\n", OPEN},
	{"rule a { address = {::1, 192.0.2.0/24} action = deny }\n", OPEN},
	{"mode = off\n", "FILE: warning: mode is off: nothing is guarded\n"},
	{"mode = off rule a { action = deny }\n", "FILE: warning: mode is off: nothing is guarded\n"},
	{"mode = observe\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: mode is observe: nothing is changed\n"},
	{UDP_CLIENTS "rule a { address = wildcard action = rewrite to = loopback }\n", ""},
	{"rule a { address = 0.0.0.0/0 protocol = tcp action = deny }\n", ""},
	{"rule a { address = 0.0.0.0 port = 80 action = rewrite to = loopback }\n", ""},
	{"rule a { program = vite family = ipv6 port = 1-9 action = confine }\n", ""},
	{"rule a { action = allow }\nrule b { action = deny }\n",
	 "FILE:2: warning: rule \"b\" can never match: rule \"a\" in line 1 matches all that it does\n" OPEN},
	{"rule a { address = {wildcard, 192.0.2.1} action = allow }\nrule b { action = deny }\n", OPEN},
	{"rule a { address = 0.0.0.0 action = allow }\nrule b { port = 1 action = deny }\n", ""},
	/* a rule for connect guards no server, and does not see all that leaves */
	{"rule a { call = connect action = deny }\n", OPEN UNSEEN("1")},
	{"rule a { call = connect action = allow }\n", OPEN},
	{UDP_CLIENTS "rule a { call = {bind, connect} address = any action = deny }\n", UNSEEN("2")},
	{UDP_CLIENTS "rule b { action = deny }\nrule a { call = connect action = confine interface = nosuch0 }\n",
	 "FILE:3: warning: there is no interface \"nosuch0\" here now, expected the name of one: until there is, "
	 "clients that "
	 "are to go out there cannot connect\n" UNSEEN("3")},
	/* clients on port 0 are hit, too */
	{"rule a { program = node address = wildcard action = rewrite to = loopback }\n", MOVED("1", "a")},
	{"\nrule a { address = wildcard action = confine }\n", MOVED("2", "a")},
	{"rule a { address = ::/0 port = 0-9 protocol = {tcp, udp} action = rewrite to = 127.0.0.1 }\n",
	 MOVED("1", "a")},
	{"rule a { action = deny }\n", CLIENTS("1", "a", "denies", "they cannot start")},
	{"rule a { address = wildcard protocol = {tcp, udplite} action = confine }\n", ""},
	{"rule a { address = wildcard port = 1-65535 action = confine }\n", ""},
	{"rule a { address = {127.0.0.0/8, 192.0.2.0/24} action = deny }\n", OPEN},
	{UDP_CLIENTS "rule a { program = node action = deny }\n", ""},
	{"rule u { protocol = udp address = 0.0.0.0 port = 0 action = allow }\nrule a { action = deny }\n",
	 CLIENTS("2", "a", "denies", "they cannot start")},
	{"rule u { program = x protocol = udp port = 0 action = allow }\nrule a { address = wildcard action = confine "
	 "}\n",
	 MOVED("2", "a")},
	/* what is not there */
	{UDP_CLIENTS "rule a { action = confine interface = nosuch0 }\n",
	 UNTIL("FILE:2: warning: there is no interface \"nosuch0\" here now, expected the name of one: until there "
	       "is")},
	{UDP_CLIENTS "rule a {\naction = rewrite to = nosuch0 }\n",
	 UNTIL("FILE:2: warning: there is no interface \"nosuch0\" here now, expected loopback, an address or the name "
	       "of one: until there is")},
	{UDP_CLIENTS "rule a { action = rewrite to = {192.0.2.77, 2001:db8::77} }\n",
	 UNTIL("FILE:2: warning: no interface here has the address 192.0.2.77 now: until one has")
		 UNTIL("FILE:2: warning: no interface here has the address 2001:db8::77 now: until one has")},
	{UDP_CLIENTS "rule a { action = confine interface = lo }\nrule b { action = rewrite to = 127.9.9.9 }\n",
	 "FILE:3: warning: rule \"b\" can never match: rule \"a\" in line 2 matches all that it does\n"},
	{"log { to = \"/nonexistent/x\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /nonexistent/x: No such file or directory; they go to standard "
	 "error\n"},
	{"log { to = \"/proc\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /proc: expected a regular file; they go to standard error\n"},
	{"log { to = \"/proc/self/exe\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /proc/self/exe: expected a regular file; they go to standard "
	 "error\n"},
	{"log { to = \"/etc/passwd\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /etc/passwd: it does not begin with an event, expected an empty "
	 "file; they go to standard error\n"},
	{"log { to = \"/dev/null\" }\n" UDP_CLIENTS "rule a { action = deny }\n", ""},
};

/** with_path - @text with @path in the place of each FILE. */
static void
with_path(const char *text, const char *path, char *to, size_t size)
{
	size_t length = 0;

	for (; *text && length + 1 < size; text++) {
		if (strncmp(text, "FILE", 4) != 0) {
			to[length++] = *text;
			continue;
		}
		length += (size_t)snprintf(to + length, size - length, "%s", path);
		text += 3;
	}
	to[length] = '\0';
}

static void
doubtful_configuration_is_a_warning(void **state)
{
	char expected[4096];

	(void)state;
	for (size_t i = 0; i < LENGTH(warn_cases); i++) {
		const char *path = capture_file("doubtful.conf", warn_cases[i].text, strlen(warn_cases[i].text));
		const struct capture *run = capture_check("", path);

		with_path(warn_cases[i].warnings, path, expected, sizeof(expected));
		if (run->status != 0 || strcmp(run->err, expected) != 0)
			fail_msg("%s\nstatus %d, expected 0 and\n%s---\n%s", warn_cases[i].text, run->status, expected,
				 run->err);
	}
	capture_figure("%zu configurations, and what is doubtful of them", LENGTH(warn_cases));
}

static void
doubtful_environment_is_a_warning_that_names_the_variable(void **state)
{
	const struct capture *run = capture_check("BINDGUARD_MODE=off", "");

	(void)state;
	assert_string_equal(run->err, "environment: warning: BINDGUARD_MODE: mode is off: nothing is guarded\n");
	run = capture_check("BINDGUARD_TO=nosuch0", "");
	assert_string_equal(run->err,
			    UNTIL("environment: warning: BINDGUARD_TO: there is no interface \"nosuch0\" here "
				  "now, expected loopback, an address or the name of one: until there is"));
	run = capture_check("BINDGUARD_LOG=/nonexistent/x", "");
	assert_string_equal(run->err,
			    "environment: warning: BINDGUARD_LOG: events cannot be written to /nonexistent/x: No "
			    "such file or directory; they go to standard error\n");
	assert_string_equal(capture_check("", "")->err, "");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_that_can_never_match_is_a_warning),
		cmocka_unit_test(doubtful_configuration_is_a_warning),
		cmocka_unit_test(doubtful_environment_is_a_warning_that_names_the_variable),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
