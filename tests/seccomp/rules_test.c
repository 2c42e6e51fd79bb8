/* SPDX-License-Identifier: MIT
 * rules_test.c - rules and events under the engine `seccomp`: which program a call is of, whose rules count, and what
 * is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/echo.h"
#include "seccomp/guarded.h"

#define LOOPBACK "error 0 address 127.0.0.1\n"

/** rule_of_a_program_asks_the_target - executable and command line are those of the process that binds. */
static void
rule_of_a_program_asks_the_target(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", output[256];
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	fputs("rule \"p\" { program = {\"raw_c*\"} command = {\"*port 19406*\"} address = {\"wildcard\"} action = deny "
	      "error = "
	      "EPERM }\nrule \"r\" { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n",
	      file);
	fclose(file);
	setenv("BINDGUARD_CONFIG", path, 1);
	run_guarded("", HOST("raw_calls port 19406"), output, sizeof(output));
	assert_non_null(strstr(output, "error 1 address 0.0.0.0\n"));
	run_guarded("", HOST("raw_calls port 19407"), output, sizeof(output));
	assert_non_null(strstr(output, LOOPBACK));
	setenv("BINDGUARD_CONFIG", "", 1);
	unlink(path);
}

/** rules_of_another_user_are_not_used - by root's supervisor: lockdown, and nothing where they would log. */
static void
rules_of_another_user_are_not_used(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", spoils[64], output[256];
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	snprintf(spoils, sizeof(spoils), "%s.preload", path);
	fprintf(file, "log { to = \"%s\" }\nrule \"X ./evil.so Y\" { action = rewrite to = {\"127.0.0.9\"} }\n",
		spoils);
	fclose(file);
	if (geteuid() != 0 || chown(path, 1000, 1000)) {
		unlink(path);
		skip();
	}
	setenv("BINDGUARD_CONFIG", path, 1);
	unsetenv("BINDGUARD_LOG");
	run_guarded("", HOST("raw_calls port 19406"), output, sizeof(output));
	setenv("BINDGUARD_CONFIG", "", 1);
	setenv("BINDGUARD_LOG", "none", 1);
	unlink(path);
	assert_int_not_equal(access(spoils, F_OK), 0);
	assert_non_null(strstr(output, LOOPBACK));
}

/**
 * rules_of_many_programs_are_kept_apart - one supervisor, more command lines than it keeps rules for, each twice: every one
 * gets its own rules, the first time, from what is kept, and after that was given up for another.
 */
static void
rules_of_many_programs_are_kept_apart(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", output[4096], expected[4096] = "";
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	fputs("rule \"r\" { address = {\"127.0.0.0/8\"} action = allow }\n", file);
	for (unsigned port = 19410; port < 19422; port++)
		fprintf(file,
			"rule \"%u\" { command = {\"*port %u\"} address = {\"wildcard\"} action = rewrite to = "
			"{\"127.0.1.%u\"} }\n",
			port, port, port % 100);
	fclose(file);
	for (unsigned i = 0; i < 48; i++)
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
			 "euid %d error 0 address 127.0.1.%u\n", (int)geteuid(), (19410 + i / 2 % 12) % 100);
	setenv("BINDGUARD_CONFIG", path, 1);
	run_guarded("",
		    "sh -c 'for round in 1 2; do for port in $(seq 19410 19421); do " HOST(
			    "raw_calls") " port $port; " HOST("raw_calls") " port $port; done; done'",
		    output, sizeof(output));
	setenv("BINDGUARD_CONFIG", "", 1);
	unlink(path);
	assert_string_equal(output, expected);
}

/** event_any_tells_the_target - its process, program and descriptor, and the engine. */
static void
event_any_tells_the_target(void **state)
{
	static const char *const parts[] = {"\"engine\":\"seccomp\"", "\"fd\":3", "\"program\":\"raw_calls\"",
					    "\"call\":\"bind\"", "\"rule\":\"servers\""};
	char output[4096], wanted[64];
	int pid, ppid;

	(void)state;
	log_to("stderr");
	setenv("BINDGUARD_LOG_FORMAT", "json", 1);
	run_guarded("", "sh -c 'echo $$ $PPID; exec " HOST("raw_calls port 19408") " 2>&1' 2>&1", output,
		    sizeof(output));
	log_to("none");
	unsetenv("BINDGUARD_LOG_FORMAT");
	assert_int_equal(sscanf(output, "%d %d", &pid, &ppid), 2);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strstr(output, parts[i]))
			fail_msg("%s is not in %s", parts[i], output);
	snprintf(wanted, sizeof(wanted), "\"pid\":%d,\"ppid\":%d,", pid, ppid);
	if (!strstr(output, wanted))
		fail_msg("%s is not in %s", wanted, output);
}

/** client_at_the_users_address_is_kept - whatever is logged, to loopback as well. */
static void
client_at_the_users_address_is_kept(void **state)
{
	static const char *const clients[] = {
		HOST("client_ways tcp4_to_loopback 19430"),
		HOST("client_ways udp4_to_loopback 19431"),
		HOST("client_ways tcp6_to_loopback 19432"),
		HOST("client_ways udp6_to_loopback 19433"),
	};
	char log_path[64];
	const char *const logs[] = {"none", log_path};
	const size_t count = sizeof(clients) / sizeof(clients[0]);
	char outputs[2][1024];

	(void)state;
	snprintf(log_path, sizeof(log_path), "%s/calls", host_folder());
	setenv("BINDGUARD_TO", CABLE, 1);
	for (size_t i = 0; i < count; i++) {
		for (int log = 0; log < 2; log++) {
			setenv("BINDGUARD_LOG", logs[log], 1);
			run_guarded("", clients[i], outputs[log], sizeof(outputs[log]));
		}
		if (!strstr(outputs[0], i < 2 ? "at " HERE4 " 1943" : "at :: 1943") ||
		    strcmp(outputs[0], outputs[1]) != 0)
			fail_msg("%s:\nno log: %slog:    %s", clients[i], outputs[0], outputs[1]);
	}
	unsetenv("BINDGUARD_TO");
	log_to("none");
	figure("%zu clients, the same with a log and without", count);
}

/** client_known_is_told_once_and_another_process_too - the supervisor keeps its processes apart. */
static void
client_known_is_told_once_and_another_process_too(void **state)
{
	static const char *const told[] = {" 0.0.0.0:19440 -> 127.0.0.1:19440 (",
					   " 0.0.0.0:19442 -> 127.0.0.1:19442 ("};
	char output[4096];

	(void)state;
	log_to("stderr");
	run_guarded("",
		    "sh -c '" HOST("sink_host") " udp 0.0.0.0 19440 connect " THERE4
						" 9 udp 0.0.0.0 19441; " HOST("sink_host") " udp 0.0.0.0 19442' 2>&1",
		    output, sizeof(output));
	log_to("none");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!strstr(output, told[i]))
			fail_msg("%s is not in %s", told[i], output);
	if (strstr(output, "19441") || strstr(output, "undo") || !strstr(output, "bind 0\nconnect 0\nbind 0\nend\n"))
		fail_msg("%s", output);
	figure("2 processes, a line each");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_of_a_program_asks_the_target),
		cmocka_unit_test(rules_of_another_user_are_not_used),
		cmocka_unit_test(rules_of_many_programs_are_kept_apart),
		cmocka_unit_test(event_any_tells_the_target),
		cmocka_unit_test(client_at_the_users_address_is_kept),
		cmocka_unit_test(client_known_is_told_once_and_another_process_too),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, echo_set_up, echo_tear_down);
}
