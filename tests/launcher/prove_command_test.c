/* SPDX-License-Identifier: MIT
 * prove_command_test.c - `bindguard prove`, the command: whom it runs CMD as, by which engine, what it says of bad
 * usage and of a CMD that does not listen, as JSON, and where namespaces are forbidden. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "bindguard/seccomp.h"
#include "launcher/drive.h"
#include "launcher/prove_host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
command_runs_as_whom_and_how_it_would(void **state)
{
	/* A shell has signals of its own, and so has Python: others. */
	static const char *const pairs[][2] = {
		{"sh -c 'cat /proc/self/status'", "sh -c 'cat /proc/self/status; exec ./serve tcp 127.0.0.1 8000'"},
		{"./serve status", "./serve status tcp 127.0.0.1 8000"},
	};

	(void)state;
	for (size_t user = 0; user < LENGTH(prove_users) && prove_users[user]; user++) {
		prove_possible(prove_users[user]);
		for (size_t i = 0; i < LENGTH(pairs); i++)
			drive_expect(0, "",
				     "lines() { grep -E '^(Uid|Gid|Cap[IPEA]|Sig[BIC]|NoNewPrivs)' >$1; }\n"
				     "%s$BG -q %s | lines bare; %s$BG prove -q %s | lines proved\n"
				     "[ $(wc -l <bare) -gt 8 ] && diff bare proved >&2",
				     prove_users[user], pairs[i][0], prove_users[user], pairs[i][1]);
	}
}

static void
server_in_go_is_guarded_by_the_other_engine(void **state)
{
	static const struct prove_case cases[] = {
		{"./go_server serve [::]:9000", 0, {"^tcp +\\*%lo +9000 go_server" HERE}, "^1 socket: none"},
		{"--unguarded ./go_server serve [::]:9000", 1, {"^tcp +\\* +9000 go_server" BOTH}, "^1 socket, un"},
		{"-e seccomp -- ./serve tcp 0.0.0.0 9000", 0, {"^tcp +" V4 " +9000" PYTHON AT4}, "^1 socket"},
	};
	char why[256];

	(void)state;
	if (!bg_seccomp_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
	prove_expect(cases, LENGTH(cases));
	prove_expect_line(drive("$BG prove ./go_server serve :9000")->err,
			  "^bindguard: engine: seccomp, as no preload reaches", "the engine auto");
	prove_expect_line(drive("$BG prove -v -e seccomp ./serve tcp 0.0.0.0 9000")->err,
			  "^bindguard: engine: seccomp$", "the engine seccomp");
}

static void
command_that_does_not_listen_is_told(void **state)
{
	static const struct {
		const char *command;
		const char *err;
	} cases[] = {
		{"sh -c 'exit 3'", "bindguard: sh ended with status 3 before it listened\n"},
		{"--unguarded true", "bindguard: true ended with status 0 before it listened\n"},
		{"sh -c 'kill -9 $$'", "bindguard: sh was ended by signal 9 (Killed) before it listened\n"},
		{"./serve tcp 203.0.113.9 80 2>/dev/null", ""},
		{"--wait 1 sleep 1000",
		 "bindguard: sleep did not listen within 1 s, expected it to; --wait has more time\n"},
		/*
		 * What may be a client's is not tried before the time is over: it ends when it was seen, however long that
		 * takes.
		 */
		{"--wait 60 sh -c './serve udp 0.0.0.0 0 & looks() { awk \"/^voluntary/ { print \\$2 }\" "
		 "/proc/$PPID/status; }; "
		 "until grep -qw 07 /proc/net/udp; do sleep 0.02; done; begin=$(looks); "
		 "until [ $(looks) -gt $((begin + 20)) ]; do sleep 0.02; done; kill $!; exit 5'",
		 "bindguard: sh ended with status 5 before it could be tried\n"},
		{"./no-such-command", "bindguard: ./no-such-command: command not found\n"
				      "bindguard: ./no-such-command ended with status 127 before it listened\n"},
		{"--unguarded ./no-such-command",
		 "bindguard: ./no-such-command: command not found\n"
		 "bindguard: ./no-such-command ended with status 127 before it listened\n"},
		{"--unguarded /dev/null", "bindguard: /dev/null: Permission denied\n"
					  "bindguard: /dev/null ended with status 126 before it listened\n"},
		{"-e preload -c deny.conf ./serve tcp 0.0.0.0 8000 2>/dev/null", ""},
	};

	(void)state;
	prove_possible("");
	assert_true(drive_write("deny.conf", "rule \"a\" {\n action = deny\n}\n", 0644));
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(drive_expect(125, cases[i].err, "$BG prove %s", cases[i].command)->out, "");
}

static void
usage_wrong_command_lines_say_what_was_expected(void **state)
{
	static const struct {
		const char *arguments;
		const char *err;
	} cases[] = {
		{"", "no command given, expected CMD; `bindguard --help` has more"},
		{"--json --", "no command given, expected CMD; `bindguard --help` has more"},
		{"--frob true", "unknown option --frob, expected one of `bindguard prove --help`"},
		{"--wait", "--wait lacks its argument, expected SECONDS"},
		{"--wait 0 true", "--wait \"0\", expected seconds from 1 to 86400"},
		{"--wait 86401 true", "--wait \"86401\", expected seconds from 1 to 86400"},
		{"--wait 1x true", "--wait \"1x\", expected seconds from 1 to 86400"},
		{"--wait= true", "--wait \"\", expected seconds from 1 to 86400"},
		{"--wait 99999999999999999999 true",
		 "--wait \"99999999999999999999\", expected seconds from 1 to 86400"},
		{"--unguarded=yes true", "--unguarded takes no argument"},
		{"-e docker true", "unknown engine \"docker\", expected auto, preload, seccomp or cgroup"},
		{"-q -v true", "--quiet and --verbose contradict each other, expected one of them"},
		{"--unguarded -c x true", "--unguarded and --config contradict each other, expected one of them"},
		{"--unguarded -t lo true", "--unguarded and --to contradict each other, expected one of them"},
		{"--unguarded -n true", "--unguarded and --observe contradict each other, expected one of them"},
		{"--unguarded -e seccomp true", "--unguarded and --engine contradict each other, expected one of them"},
		{"-f xml true", "unknown --format \"xml\", expected one of: text, json"},
		{"-c missing.conf true", NULL},
	};
	char err[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct drive_result *result;

		if (cases[i].err)
			snprintf(err, sizeof(err), "bindguard: %s\n", cases[i].err);
		result = drive_expect(125, cases[i].err ? err : NULL, "$BG prove %s", cases[i].arguments);
		assert_string_equal(result->out, "");
		assert_ptr_equal(strchr(result->err, '\n'), result->err + strlen(result->err) - 1); /* one line */
	}
	drive_expect(0, "", "$BG prove --help | grep -q -- '--wait SECONDS'");
	drive_expect(0, "", "$BG prove --unguarded -h nothing | grep -q -- '--engine ENGINE'");
	/* Letters in one word are as many options. */
	drive_expect(125, NULL, "$BG prove -nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnq true");
}

static void
json_is_alone_on_standard_output(void **state)
{
	const struct drive_result *result;
	const char *verdict, *here4, *here6, *there4, *only;
	json_t *object;
	int exposed, lost, guarded, ipv6, port, dual;

	(void)state;
	prove_possible("");
	result = drive_expect(
		1, NULL,
		"$BG prove --json --unguarded -- sh -c 'echo noise; exec ./serve tcp :: 8000 udp 127.0.0.1 9'");
	assert_non_null(strstr(result->err, "noise\n"));
	object = json_loads(result->out, 0, NULL);
	if (!object)
		fail_msg("this is no JSON:\n%s", result->out);
	assert_int_equal(json_unpack(object,
				     "{s:b, s:b, s:i, s:i, s:[{s:i, s:b, s:s, s:n, s:{s:s, s:s}, s:{s:s, s:s}},"
				     " {s:s, s:{s:s, s:n}, s:{s:s, s:n}}]}",
				     "guarded", &guarded, "ipv6", &ipv6, "exposed", &exposed, "lost", &lost, "sockets",
				     "port", &port, "dual_stack", &dual, "verdict", &verdict, "device", "here", "ipv4",
				     &here4, "ipv6", &here6, "there", "ipv4", &there4, "ipv6", &here6, "verdict",
				     &verdict, "here", "ipv4", &here4, "ipv6", "there", "ipv4", &there4, "ipv6"),
			 0);
	assert_true(!guarded && ipv6 && exposed == 1 && lost == 0 && port == 8000 && dual);
	assert_string_equal(verdict, "good"); /* the last one read is the second socket's */
	assert_string_equal(here4, "reached");
	assert_string_equal(here6, "reached");
	assert_string_equal(there4, "refused");
	/* Each place, and each loopback address, is told. */
	assert_int_equal(json_unpack(object, "{s:[{s:{s:s, s:s}}, {s:{s:s, s:n}, s:{s:s, s:s, s:n}}]}", "sockets",
				     "own", "ipv4", &here4, "ipv6", &here6, "own", "ipv4", &there4, "ipv6", "loopback",
				     "127.0.0.1", &verdict, "127.0.1.1", &only, "::1"),
			 0);
	assert_string_equal(here4, "reached");
	assert_string_equal(here6, "reached");
	assert_string_equal(there4, "refused");
	assert_string_equal(verdict, "reached");
	assert_string_equal(only, "refused");
	json_decref(object);
	drive_expect(125, NULL, "$BG prove --json ./serve tcp 127.0.0.1 80 >/dev/full");
}

static void
namespaces_forbidden_says_what_to_do(void **state)
{
	(void)state;
	prove_possible("");
	if (drive("unshare -Urn true")->status) {
		print_message("skipped: user namespaces cannot be made here\n");
		skip();
	}
	drive_expect(
		125,
		"bindguard: a network of its own cannot be made for CMD: No space left on device; run it as root, or "
		"raise the sysctls user.max_user_namespaces and user.max_net_namespaces\n",
		"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces; exec $BG prove ./serve tcp :: 80'");
	drive_expect(125, NULL,
		     "unshare -Ur setpriv --bounding-set=-all --inh-caps=-all sh -c 'true; exec $BG prove --unguarded "
		     "true'");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_runs_as_whom_and_how_it_would),
		cmocka_unit_test(server_in_go_is_guarded_by_the_other_engine),
		cmocka_unit_test(command_that_does_not_listen_is_told),
		cmocka_unit_test(usage_wrong_command_lines_say_what_was_expected),
		cmocka_unit_test(json_is_alone_on_standard_output),
		cmocka_unit_test(namespaces_forbidden_says_what_to_do),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, prove_set_up, drive_tear_down);
}
