/* SPDX-License-Identifier: MIT
 * run_usage_test.c - `bindguard run` called wrongly, or with a configuration that has mistakes: one line that says what
 * was expected, the right exit status, and nothing started. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STARTED "touch started" /* what CMD does, where it is started against expectation */

/** expect_not_started - CMD did nothing. */
static void
expect_not_started(void)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/started", drive_folder());
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
usage_wrong_command_lines_say_what_was_expected(void **state)
{
	static const struct {
		const char *arguments;
		int status;
		const char *err;
	} cases[] = {
		{"run", 125, "no command given, expected CMD; `bindguard --help` has more"},
		{"", 125, "no command given, expected CMD; `bindguard --help` has more"},
		{"run -v --", 125, "no command given, expected CMD; `bindguard --help` has more"},
		{"run --frob " STARTED, 125, "unknown option --frob, expected one of `bindguard run --help`"},
		{"-x " STARTED, 125, "unknown option -x, expected one of `bindguard run --help`"},
		{"-nx " STARTED, 125, "unknown option -x, expected one of `bindguard run --help`"},
		{"run --observ " STARTED, 125, "unknown option --observ, expected one of `bindguard run --help`"},
		{"run --config", 125, "--config lacks its argument, expected FILE"},
		{"run -t", 125, "--to lacks its argument, expected TO"},
		{"run --quiet=yes " STARTED, 125, "--quiet takes no argument"},
		{"-e docker " STARTED, 125, "unknown engine \"docker\", expected auto, preload, seccomp or cgroup"},
		{"-e '' " STARTED, 125, "unknown engine \"\", expected auto, preload, seccomp or cgroup"},
		{"-f xml " STARTED, 125, "unknown --format \"xml\", expected one of: text, json"},
		{"-t 1.2.3 " STARTED, 125,
		 "--to: target \"1.2.3\" is no IPv4 address, expected four numbers of 0 to 255, such as 10.0.0.0"},
		{"-t '' " STARTED, 125,
		 "--to: target \"\" is empty, expected loopback, an address or an interface's name"},
		{"-t localhost " STARTED, 125,
		 "--to: target \"localhost\" is a host's name, expected loopback, an address or an interface's name"},
		{"-t '*' " STARTED, 125,
		 "--to: target \"*\" is a pattern, expected loopback, an address or an interface's name"},
		{"-t any " STARTED, 125,
		 "--to: target \"any\" is a word for addresses, expected loopback, an address or an interface's name"},
		{"-t 'eth0 ' " STARTED, 125,
		 "--to: target \"eth0 \" has a blank or control character, expected loopback, an address or an "
		 "interface's "
		 "name"},
		{"-t fe80::1%eth0 " STARTED, 125,
		 "--to: target \"fe80::1%eth0\" has a scope, expected the address alone"},
		{"-t abcdefghijklmnop " STARTED, 125,
		 "--to: target \"abcdefghijklmnop\" has more than 15 bytes, expected loopback, an address or an "
		 "interface's "
		 "name"},
		{"-t ::,0.0.0.0 " STARTED, 125,
		 "--to: target \"::\" is the wildcard, expected an address of this machine"},
		{"-t 192.0.2.1,192.0.2.2 " STARTED, 125,
		 "--to: target \"192.0.2.2\" is a second address of its family, expected one IPv4 and/or one IPv6 "
		 "address"},
		{"-t eth0,eth1 " STARTED, 125,
		 "--to: several targets, expected loopback, or one interface, or one IPv4 and/or one IPv6 address"},
		{"-l / " STARTED, 125, "--log: log path \"/\" is a folder, expected a file"},
		{"-q -v " STARTED, 125, "--quiet and --verbose contradict each other, expected one of them"},
		{"-q -l here " STARTED, 125, "--quiet and --log contradict each other, expected one of them"},
		{"-l '' " STARTED, 125,
		 "--log: log target \"\", expected stderr, syslog, journal, none or an absolute path"},
		{"-c missing.conf " STARTED, 125, NULL},
		{"no-such-command", 127, "no-such-command: command not found"},
		{"./no-such-command", 127, "./no-such-command: command not found"},
		{"''", 127, ": command not found"},
		{"/etc/passwd/x", 127, "/etc/passwd/x: command not found"},
		{"chek", 127, "chek: command not found; did you mean check?"},
		{"chek my.conf", 127, "chek: command not found; did you mean check?"},
		{"ilst", 127, "ilst: command not found; did you mean list?"},
		{"explian tcp 0.0.0.0:80", 127, "explian: command not found; did you mean explain?"},
		{"prov true", 127, "prov: command not found; did you mean prove?"},
		{"Run true", 127, "Run: command not found; did you mean run?"},
		{"hlep", 127, "hlep: command not found; did you mean help?"},
		/* No subcommand stands there, or none is near. */
		{"run chek", 127, "chek: command not found"},
		{"-n chek", 127, "chek: command not found"},
		{"./chek", 127, "./chek: command not found"},
		{"chk-conf", 127, "chk-conf: command not found"},
		{"rm2", 127, "rm2: command not found"},
		{"/etc", 126, "/etc: Is a directory"},
		{"/etc/passwd", 126, "/etc/passwd: Permission denied"},
		{"/dev/null", 126, "/dev/null: Permission denied"},
	};
	const struct drive_result *result;
	char err[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		if (cases[i].err)
			snprintf(err, sizeof(err), "bindguard: %s\n", cases[i].err);
		result = drive_expect(cases[i].status, cases[i].err ? err : NULL, "PATH=/usr/bin:/bin $BG %s",
				      cases[i].arguments);
		assert_ptr_equal(strchr(result->err, '\n'), result->err + strlen(result->err) - 1); /* one line */
		expect_not_started();
	}
}

static void
usage_help_and_version_are_on_standard_output(void **state)
{
	static const char *const options[] = {"--config FILE", "--to TO",	  "--observe",
					      "--log LOG",     "--format FORMAT", "--quiet",
					      "--verbose",     "--engine ENGINE", "--help"};

	const struct drive_result *result = drive_expect(0, "", "$BG run --help");

	(void)state;
	for (size_t i = 0; i < LENGTH(options); i++)
		assert_non_null(strstr(result->out, options[i]));
	result = drive_expect(0, "", "$BG --version");
	assert_string_equal(result->out, "bindguard " BG_VERSION "\n");
	drive_expect(0, "", "$BG -h | grep -q 'bindguard list'");
	drive_expect(0, "", "$BG run -n --help no-such-command");
	drive_expect(2, NULL, "$BG --help >/dev/full");
	drive_expect(2, NULL, "$BG help >/dev/full");
}

/** What a command of that name prints is not CMD's: a word that is near a subcommand's, but is a command, is run. */
static void
usage_command_near_a_subcommand_is_run(void **state)
{
	(void)state;
	assert_true(drive_write("bin/chek", "#!/bin/sh\necho checked \"$@\"\n", 0755));
	assert_string_equal(drive_expect(0, "", "PATH=$PWD/bin:/usr/bin:/bin $BG chek -n --help")->out,
			    "checked -n --help\n");
	assert_true(drive_write("bin/chek", "#!/bin/sh\necho ended >&2\nexit 127\n", 0755));
	drive_expect(127, "ended\n", "PATH=$PWD/bin:/usr/bin:/bin $BG chek");
}

static void
usage_help_is_a_subcommand_too(void **state)
{
	static const char *const subcommands[] = {"run", "check", "explain", "list", "prove", "help"};
	static const char *const wrong[][2] = {
		{"help chek", "unknown subcommand \"chek\"; did you mean check?"},
		{"help docker",
		 "unknown subcommand \"docker\", expected one of: run, check, explain, list, prove, help"},
		{"help ''", "unknown subcommand \"\", expected one of: run, check, explain, list, prove, help"},
		{"help run check", "unexpected \"check\", expected one SUBCOMMAND at most"},
		{"help -x", "unknown option -x, expected one of `bindguard help --help`"},
	};
	char err[256];

	(void)state;
	drive_expect(0, "", "$BG --help >expected; $BG help >got; [ -s got ] && cmp expected got");
	for (size_t i = 0; i < LENGTH(subcommands); i++)
		drive_expect(
			0, "",
			"$BG %s --help >expected; $BG help %s >got; grep -q 'bindguard %s' got && cmp expected got",
			subcommands[i], subcommands[i], subcommands[i]);
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		snprintf(err, sizeof(err), "bindguard: %s\n", wrong[i][1]);
		assert_string_equal(drive_expect(2, err, "$BG %s", wrong[i][0])->out, "");
	}
}

static void
configuration_mistakes_are_all_told_and_nothing_starts(void **state)
{
	const struct drive_result *result;

	(void)state;
	assert_true(drive_write("bad.conf",
				"mode = never\n"
				"rule \"a\" {\n"
				"    port = {\"70000\"}\n"
				"    action = deny\n"
				"    error = ENOTHING\n"
				"}\n",
				0644));
	result = drive_expect(125, NULL, "$BG -c bad.conf " STARTED);
	assert_non_null(strstr(result->err, "/bad.conf:1: unknown mode \"never\""));
	assert_non_null(strstr(result->err, "/bad.conf:3: "));
	assert_non_null(strstr(result->err, "/bad.conf:5: unknown error \"ENOTHING\""));
	assert_non_null(strstr(result->err, "bindguard: touch was not started: 3 mistakes in /"));
	assert_non_null(strstr(result->err, "/bad.conf (as --config says)\n"));
	/* The same file by the variable, and as the user's own, is as broken. */
	result = drive_expect(125, NULL, "BINDGUARD_CONFIG=bad.conf $BG " STARTED);
	assert_non_null(strstr(result->err, "(as BINDGUARD_CONFIG says)"));
	result = drive_expect(125, NULL,
			      "mkdir -p .config/bindguard; cp bad.conf .config/bindguard/bindguard.conf; "
			      "unset BINDGUARD_CONFIG; $BG " STARTED);
	assert_non_null(strstr(result->err, "(the user's)"));
	drive_expect(0, "", "rm -r .config");
	expect_not_started();
}

/** Root is told how to go on with a user's file, before anything starts; `check` and `explain` say the same. */
static void
configuration_of_another_user_is_refused_to_root(void **state)
{
	static const char why[] =
		"/theirs.conf: not trusted: owned by uid 1000, expected root's: copy it, or run as its owner";
	static const char *const commands[] = {"run -c theirs.conf " STARTED, "run -e seccomp -c theirs.conf " STARTED,
					       "check $PWD/theirs.conf", "explain -c $PWD/theirs.conf tcp 0.0.0.0:80"};
	char line[256];

	(void)state;
	assert_true(drive_write("theirs.conf", "mode = off\n", 0644));
	if (geteuid() != 0 || drive("chown 1000 theirs.conf")->status != 0)
		skip();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct drive_result *result;

		snprintf(line, sizeof(line), "$BG %s", commands[i]);
		result = drive_expect(i < 2 ? 125 : 2, NULL, line);
		if (!strstr(result->err, why) || strlen(result->out))
			fail_msg("%s: %s%s", commands[i], result->out, result->err);
	}
	expect_not_started();
	assert_non_null(strstr(drive_expect(0, NULL, "chown 0 theirs.conf && $BG run -c theirs.conf true")->err,
			       "theirs.conf: mode is off: nothing is guarded\n"));
}

static void
environment_mistakes_name_the_variable_or_the_option(void **state)
{
	(void)state;
	drive_expect(125, "bindguard: unknown BINDGUARD_LOG_FORMAT \"xml\", expected one of: text, json\n",
		     "BINDGUARD_LOG_FORMAT=xml $BG " STARTED);
	drive_expect(125, "bindguard: unknown BINDGUARD_MODE \"never\", expected one of: enforce, observe, off\n",
		     "BINDGUARD_MODE=never $BG " STARTED);
	/* An option takes the place of the variable, right or wrong. */
	drive_expect(0, "", "BINDGUARD_LOG_FORMAT=xml $BG -f json true");
	drive_expect(0, "", "BINDGUARD_MODE=never $BG -n true");
	assert_true(drive_write("deny.conf", "rule \"a\" {\n action = deny\n}\n", 0644));
	drive_expect(125, "bindguard: --to is set but no rule says to = {\"loopback\"}, expected such a rule\n",
		     "$BG -c deny.conf --to 127.0.0.2 " STARTED);
	expect_not_started();
}

static void
doubts_are_told_before_the_command_starts(void **state)
{
	static const struct {
		const char *before; /* what the shell does before */
		const char *arguments;
		const char *err;
	} cases[] = {
		{"", "-t nosuch0",
		 "bindguard: warning: --to: there is no interface \"nosuch0\" here now, expected loopback, an address "
		 "or "
		 "the name of one: until there is, servers that are to go there cannot bind\n"},
		{"BINDGUARD_TO=nosuch0", "",
		 "bindguard: warning: BINDGUARD_TO: there is no interface \"nosuch0\" here now, expected loopback, an "
		 "address or the name of one: until there is, servers that are to go there cannot bind\n"},
		{"", "-t 192.0.2.77",
		 "bindguard: warning: --to: no interface here has the address 192.0.2.77 now: until one has, servers "
		 "that "
		 "are to go there cannot bind\n"},
		{"", "-l /nonexistent/x",
		 "bindguard: warning: --log: events cannot be written to /nonexistent/x: No such file or directory; "
		 "they "
		 "go to standard error\n"},
		{"BINDGUARD_LOG=/proc", "",
		 "bindguard: warning: BINDGUARD_LOG: events cannot be written to /proc: expected a regular file; they "
		 "go to "
		 "standard error\n"},
		{"", "-q -t nosuch0", ""},
		{"", "-n", ""},
		{"BINDGUARD_MODE=off", "-t nosuch0", ""},
		{"", "-l here.log", ""},
		{"", "-l none", ""},
	};
	static const struct {
		const char *text;
		const char *err;
	} files[] = {
		{"log { }\n", ": no rule rewrites, confines, limits or denies a wildcard address: servers stay open to "
			      "the network\n"},
		{"", ": no rule rewrites, confines, limits or denies a wildcard address: servers stay open to the "
		     "network\n"},
		{"mode = off\n", ": mode is off: nothing is guarded\n"},
		{"mode = observe\n", ": mode is observe: nothing is changed\n"},
		{"rule a { protocol = tcp action = confine interface = nosuch0 }\n",
		 ":1: there is no interface \"nosuch0\" here now, expected the name of one: until there is, servers "
		 "that are "
		 "to go there cannot bind\n"},
		{"rule a { protocol = tcp action = confine }\n", NULL},
	};
	const struct drive_result *result;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		drive_expect(0, cases[i].err, "%s $BG run %s true", cases[i].before, cases[i].arguments);
	for (size_t i = 0; i < LENGTH(files); i++) {
		assert_true(drive_write("doubtful.conf", files[i].text, 0644));
		result = drive_expect(0, NULL, "$BG -c doubtful.conf true");
		assert_true(files[i].err ? strstr(result->err, files[i].err) != NULL : !result->err[0]);
		/* That nothing is guarded is told in any case. */
		result = drive_expect(0, NULL, "$BG -q -c doubtful.conf true");
		assert_int_equal(result->err[0] != '\0', i < 4);
	}
}

/** neighbours_of_loopback_are_told_before_the_command_starts - route_localnet, of a network that is made for it. */
static void
neighbours_of_loopback_are_told_before_the_command_starts(void **state)
{
#define NETWORK(of)                                                                                                    \
	"unshare -rn sh -c 'ip link add eth9 type veth peer name eth8 && echo 1 >/proc/sys/net/ipv4/conf/" of          \
	"/route_localnet && exec \"$@\"' sh "

	(void)state;
	if (drive(NETWORK("eth9") "true")->status != 0) {
		print_message("skipped: no network namespaces here\n");
		skip();
	}
	drive_expect(0,
		     "bindguard: warning: built-in:20: neighbours at interface \"eth9\" reach servers that go to "
		     "127.0.0.1: net.ipv4.conf.eth9.route_localnet or that of \"all\" is set, expected 0, or action = "
		     "confine\n",
		     NETWORK("eth9") "$BG run true");
	assert_non_null(strstr(drive_expect(0, NULL, NETWORK("all") "$BG run true")->err, "or that of \"all\" is set"));
	drive_expect(0, "", NETWORK("lo") "$BG run true");
	drive_expect(0, "", NETWORK("eth9") "$BG run -n true");
	drive_expect(0, "", NETWORK("eth9") "$BG run -q true");
	assert_true(drive_write("confined.conf", "rule a { protocol = tcp action = confine }\n", 0644));
	drive_expect(0, "", NETWORK("eth9") "$BG run -c confined.conf true");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_wrong_command_lines_say_what_was_expected),
		cmocka_unit_test(usage_help_and_version_are_on_standard_output),
		cmocka_unit_test(usage_command_near_a_subcommand_is_run),
		cmocka_unit_test(usage_help_is_a_subcommand_too),
		cmocka_unit_test(configuration_mistakes_are_all_told_and_nothing_starts),
		cmocka_unit_test(configuration_of_another_user_is_refused_to_root),
		cmocka_unit_test(environment_mistakes_name_the_variable_or_the_option),
		cmocka_unit_test(doubts_are_told_before_the_command_starts),
		cmocka_unit_test(neighbours_of_loopback_are_told_before_the_command_starts),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run usage", tests, drive_set_up, drive_tear_down);
}
