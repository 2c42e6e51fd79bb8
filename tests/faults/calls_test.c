/* SPDX-License-Identifier: MIT
 * calls_test.c - each system call that a guarded call makes fails in turn: the program's own call with the very error that
 * the program then gets; one of the guard's with none, or with a refusal. Never is a server left open.
 *
 *   what fails                                         what the program gets
 *   its own bind, listen, connect, bindresvport        that errno; errno is as it was after a success
 *   a question about the socket, or remembering it     success and guarded, or EACCES; a client: its errno at the changed
 *                                                      address (EINVAL, ENETUNREACH), or the errno of the question
 *   SO_BINDTODEVICE                                    the fallback of the rule, or EACCES
 *   what a client's new socket takes                   that errno, EADDRINUSE without SO_REUSEADDR; all else as it was
 *   addresses of an interface                          as without, by another way to ask; where there is none, EACCES
 *   a sink                                             as without; the line is in the next sink
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "faults/judge.h"
#include "faults/places.h"
#include "faults/tracer.h"
#include "net/addresses.h"
#include "preload/host.h"
#include "preload/sink.h"

#define QUIET "BINDGUARD_LOG=none"
#define ALL "1 12 4 38 13 1+ 12+ 38+ 1= 38=" /* see fault_calls.c */
#define FEW "1 12+ 38=" /* where a new socket gets some 100 options, each of which is three system calls */

static unsigned injections;

/** judge_all - the lines of a host. Return: whether all could be read, and the first was right. */
static bool
judge_all(const struct row *row, FILE *lines)
{
	struct record right, r;
	char line[512];

	injections = 0;
	if (!fgets(line, sizeof(line), lines) || !judge_read(line, strlen(row->steps), &right))
		return false;
	if (strcmp(right.name, row->name) != 0)
		return false;
	judge(row, &right, &right);
	while (!judge_end() && fgets(line, sizeof(line), lines)) {
		if (!judge_read(line, strlen(row->steps), &r))
			return false;
		judge(row, &right, &r);
		injections += r.injected > 0;
	}
	return true;
}

/** run_as - the row's plan, by @user. @redirection: where descriptor 2 goes */
static void
run_as(const struct row *row, const char *user, const char *redirection)
{
	char arguments[512], command[HOST_COMMAND_MAX];
	FILE *lines;
	bool readable;
	int status;

	snprintf(arguments, sizeof(arguments), "fault_calls %s %s %s %s", row->plan, user, row->errors, redirection);
	host_command(command, row->environment, arguments);
	lines = popen(command, "re");
	assert_non_null(lines);
	judge_begin();
	readable = judge_all(row, lines);
	status = pclose(lines);
	if (judge_end())
		fail_msg("%s", judge_end());
	if (status || !readable)
		fail_msg("%s: status %d, or not %s where nothing fails", command, status, row->name);
	figure("%s | %s, %s: %u injections", row->environment, row->plan, user, injections);
	assert_true(injections > 0);
}

/** run_rows - each as root, whose SO_BINDTODEVICE may be taken off, and as nobody. */
static void
run_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		run_as(&rows[i], "root", "2>/dev/null");
		run_as(&rows[i], "nobody", "2>/dev/null");
	}
}

#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/** server_whose_system_calls_fail_is_never_exposed - binds and listens, whatever the bind returns. */
static void
server_whose_system_calls_fail_is_never_exposed(void **state)
{
	static const struct row rows[] = {
		{QUIET, "4 tcp -1 4000 BL lo", "BL", ALL, "127.0.0.1/4000%", {0}},
		{QUIET, "6 tcp 0 4000 BL lo", "BL", ALL, "::/4000%lo", {0}},
		{QUIET, "6 tcp 1 4000 BL lo", "BL", ALL, "::1/4000%", {0}},
		{QUIET, "4 udp -1 4000 B lo", "B", ALL, "127.0.0.1/4000%", {0}},
		{QUIET, "6 udp 0 4000 B lo", "B", ALL, "::/4000%lo", {0}},
		{QUIET, "6 udp 1 4000 B lo", "B", ALL, "::1/4000%", {0}},
		{QUIET, "4 tcp -1 0 BL lo", "BL", ALL, "0.0.0.0/0%lo", {0}},
		{QUIET, "6 tcp 0 0 BL lo", "BL", ALL, "::/0%lo", {0}},
		{QUIET, "4 tcp -1 0 L lo", "L", ALL, "0.0.0.0/0%lo", {0}},
		{QUIET, "6 tcp 0 0 L lo", "L", ALL, "::/0%lo", {0}},
		{QUIET, "6 mptcp 0 4000 BL lo", "BL", ALL, "::/4000%lo", {0}},
		{QUIET, "4 mptcp -1 0 BL lo", "BL", ALL, "0.0.0.0/0%lo", {0}},
		{QUIET, "4 tcp -1 4000 SL any", "SL", ALL, HERE4 "/4000%", {0}},
		{"BINDGUARD_MODE=observe " QUIET, "4 tcp -1 4000 BL any", "BL", ALL, "0.0.0.0/4000%", {0}},
	};

	(void)state;
	RUN(rows);
}

/** reserved_port_whose_system_calls_fail_is_never_exposed - libc's bindresvport(3), as root; the port is its choice. */
static void
reserved_port_whose_system_calls_fail_is_never_exposed(void **state)
{
	static const struct row row = {QUIET, "4 tcp -1 0 RL lo", "RL", ALL, "0.0.0.0/0%lo", {0}};

	(void)state;
	run_as(&row, "root", "2>/dev/null");
}

/** rule_whose_system_calls_fail_is_never_passed_over - rewritten elsewhere, confined, denied, known by port 0. */
static void
rule_whose_system_calls_fail_is_never_passed_over(void **state)
{
#define RULE(text) "BINDGUARD_CONFIG=" FAULT_FOLDER "/" text " " QUIET
	static const struct row rows[] = {
		{"BINDGUARD_TO=" CABLE " " QUIET, "4 tcp -1 4000 BL " HERE4 "," CABLE, "BL", ALL, HERE4 "/4000%", {0}},
		{"BINDGUARD_TO=" CABLE " " QUIET,
		 "6 tcp 0 4000 BL " HERE6 "," HERE4 "," CABLE,
		 "BL",
		 ALL,
		 "::/4000%" CABLE,
		 {0}},
		{"BINDGUARD_TO=" CABLE " " QUIET, "6 tcp 1 4000 BL " HERE6 "," CABLE, "BL", ALL, HERE6 "/4000%", {0}},
		{"BINDGUARD_TO=" CABLE " " QUIET, "6 udp 1 4000 B " HERE6 "," CABLE, "B", ALL, HERE6 "/4000%", {0}},
		{"BINDGUARD_TO=" CABLE " " QUIET, "6 tcp 0 0 BL " CABLE, "BL", ALL, "::/0%" CABLE, {0}},
		{"BINDGUARD_TO=" HERE4 "," HERE6 " " QUIET, "4 tcp -1 0 BL " CABLE, "BL", ALL, "0.0.0.0/0%" CABLE, {0}},
		{"BINDGUARD_TO=" HERE4 "," HERE6 " " QUIET,
		 "6 tcp 0 4000 BL " HERE6 "," CABLE,
		 "BL",
		 ALL,
		 HERE6 "/4000%",
		 {0}},
		{"BINDGUARD_TO=" HERE4 " " QUIET, "6 udp 0 4000 B " HERE4, "B", ALL, "::ffff:" HERE4 "/4000%", {0}},
		{RULE("confine"), "4 tcp -1 4000 BL lo", "BL", ALL, "0.0.0.0/4000%lo", {0}},
		{RULE("confine"), "4 tcp -1 4000 SL lo", "SL", ALL, HERE4 "/4000%lo", {0}},
		{RULE("confine"), "6 udp 0 4000 B lo", "B", ALL, "::/4000%lo", {0}},
		{RULE("confine"),
		 "4 udp -1 4000 SCD lo",
		 "SCD",
		 ALL,
		 HERE4 "/4000%lo",
		 {EINVAL, ENETUNREACH, EADDRINUSE}},
		{RULE("specific"), "4 udp -1 4000 SCD lo", "SCD", FEW, HERE4 "/4000%lo", {EINVAL, EADDRINUSE}},
		{RULE("deny"), "4 tcp -1 4000 BL lo", "BL", ALL, "0.0.0.0/0%", {EADDRINUSE}},
		{RULE("deny"), "6 udp 0 4000 B lo", "B", ALL, "::/0%", {EADDRINUSE}},
		{RULE("zero"), "4 tcp -1 0 BL lo", "BL", ALL, "0.0.0.0/0%lo", {0}},
		{RULE("zero"), "6 tcp 0 0 BL lo", "BL", ALL, "::/0%lo", {0}},
	};
#undef RULE

	(void)state;
	sink_write(FAULT_FOLDER "/confine", "rule \"all\" {\n\taction = confine\n}\n");
	sink_write(FAULT_FOLDER "/specific", "rule \"own\" {\n\taddress = {\"" HERE4 "\"}\n\taction = rewrite\n\tto = "
					     "{\"loopback\"}\n}\n");
	sink_write(FAULT_FOLDER "/deny", "rule \"all\" {\n\taction = deny\n\terror = EADDRINUSE\n}\n");
	sink_write(FAULT_FOLDER "/zero",
		   "rule \"zero\" {\n\tprotocol = {\"tcp\"}\n\tport = {\"0\"}\n\taction = rewrite\n"
		   "\tto = {\"loopback\"}\n}\n");
	RUN(rows);
}

/**
 * client_whose_system_calls_fail_is_served_or_refused - it has bound a wildcard first, and reaches the other host. As root
 * an IPv6 one only loses its device; all others are exchanged for a new socket.
 */
static void
client_whose_system_calls_fail_is_served_or_refused(void **state)
{
	static const struct row rows[] = {
		{QUIET, "6 udp 0 4000 bC lo", "bC", ALL, HERE6 "/4000%", {EINVAL, ENETUNREACH, EADDRINUSE}},
		{QUIET, "6 tcp 0 4000 bC lo", "bC", FEW, HERE6 "/4000%", {ENETUNREACH, EADDRINUSE}},
		{"BINDGUARD_TO=" HERE4 " " QUIET, "4 udp -1 4000 bC " HERE4, "bC", ALL, HERE4 "/4000%", {0}},
	};
	static const struct row exchanged[] = {
		{QUIET, "4 udp -1 4000 bC lo", "bC", FEW, HERE4 "/4000%", {EINVAL, EADDRINUSE}},
		{QUIET, "4 tcp -1 4000 bC lo", "bC", FEW, HERE4 "/4000%", {EINVAL, EADDRINUSE}},
	};

	(void)state;
	RUN(rows);
	for (size_t i = 0; i < sizeof(exchanged) / sizeof(exchanged[0]); i++)
		run_as(&exchanged[i], "nobody", "2>/dev/null");
}

/** client_under_a_rule_whose_system_calls_fail_goes_no_other_way - it leaves as the rule says, or its connect fails. */
static void
client_under_a_rule_whose_system_calls_fail_goes_no_other_way(void **state)
{
#define RULE(text) "BINDGUARD_CONFIG=" FAULT_FOLDER "/" text " " QUIET
	static const struct row rows[] = {
		{RULE("device"), "4 udp -1 0 C " CABLE, "C", ALL, HERE4 "/0%" CABLE, {0}},
		{RULE("device"), "6 udp 0 0 C " CABLE, "C", ALL, HERE6 "/0%" CABLE, {0}},
		{RULE("device"), "4 tcp -1 0 C " CABLE, "C", ALL, HERE4 "/0%" CABLE, {0}},
		{RULE("address"), "4 udp -1 0 C " HERE4, "C", ALL, HERE4 "/0%", {0}},
		{RULE("address"), "6 tcp 0 0 C " HERE6, "C", ALL, HERE6 "/0%", {0}},
		{RULE("address"), "4 udp -1 4000 bC any", "bC", ALL, HERE4 "/4000%" CABLE, {0}},
	};
#undef RULE

	(void)state;
	sink_write(FAULT_FOLDER "/device",
		   "rule \"out\" {\n\tcall = connect\n\taction = confine\n\tinterface = \"" CABLE "\"\n}\n");
	sink_write(FAULT_FOLDER "/address",
		   "rule \"out\" {\n\tcall = connect\n\taction = rewrite\n\tto = {\"" HERE4 "\", \"" HERE6 "\"}\n}\n");
	RUN(rows);
}

/** limited_server_whose_system_calls_fail_is_never_exposed - it has the filter, or a peer, or the call fails. */
static void
limited_server_whose_system_calls_fail_is_never_exposed(void **state)
{
#define LIMIT "BINDGUARD_FROM=machine " QUIET
	static const struct row rows[] = {
		{LIMIT, "4 udp -1 4000 B lo", "B", ALL, "0.0.0.0/4000%", {0}},
		{LIMIT, "6 udp 0 4000 B lo", "B", ALL, "::/4000%", {0}},
		{LIMIT, "4 udp -1 4000 bC lo", "bC", ALL, HERE4 "/4000%", {0}},
		{LIMIT, "6 udp 0 4000 bC lo", "bC", ALL, HERE6 "/4000%", {0}},
		{LIMIT, "4 udp -1 4000 bcD lo", "bcD", ALL, "0.0.0.0/4000%", {0}},
	};
#undef LIMIT

	(void)state;
	RUN(rows);
}

/** client_that_disconnects_whose_system_calls_fail_is_never_exposed - it is a server again, connect(2) to AF_UNSPEC. */
static void
client_that_disconnects_whose_system_calls_fail_is_never_exposed(void **state)
{
	static const struct row rows[] = {
		{QUIET, "4 udp -1 4000 bcD lo", "bcD", ALL, "0.0.0.0/4000%lo", {0}},
		{QUIET, "6 udp 0 4000 bcD lo", "bcD", ALL, "::/4000%lo", {0}},
		{QUIET, "6 udp 0 4000 bD lo", "bD", ALL, "::/4000%lo", {0}},
		{QUIET, "6 udp 0 4000 BD lo", "BD", ALL, "::/4000%lo", {0}}, /* not held to its device either */
	};

	(void)state;
	RUN(rows);
}

/** event_whose_sink_fails_is_in_the_next - and the program gets what it would have got. */
static void
event_whose_sink_fails_is_in_the_next(void **state)
{
	static const struct row rows[] = {
		{"BINDGUARD_LOG=" FAULT_LOG, "4 tcp -1 4000 BL lo", "BL", ALL, "127.0.0.1/4000%", {0}},
		{"BINDGUARD_LOG=stderr", "4 tcp -1 4000 BL lo", "BL", ALL, "127.0.0.1/4000%", {0}},
		{"BINDGUARD_LOG=syslog", "6 tcp 0 4000 BL lo", "BL", ALL, "::/4000%lo", {0}},
		{"BINDGUARD_LOG=journal", "4 tcp -1 0 BL lo", "BL", ALL, "0.0.0.0/0%lo", {0}},
		{"BINDGUARD_LOG_EVENTS=all BINDGUARD_LOG=" FAULT_LOG,
		 "4 tcp -1 4000 SL any",
		 "SL",
		 ALL,
		 HERE4 "/4000%",
		 {0}},
		{"BINDGUARD_MODE=observe BINDGUARD_LOG=" FAULT_LOG, "6 udp 0 4000 B any", "B", ALL, "::/4000%", {0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_as(&rows[i], "root", "2>>" FAULT_STDERR);
		run_as(&rows[i], "nobody", "9<>" FAULT_FIFO " 2>" FAULT_FIFO);
	}
}

static int
set_up(void **state)
{
	if (!fault_possible() || sink_set_up(state) || sink_begin(state))
		return -1;
	return mkfifo(FAULT_FIFO, 0600);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_whose_system_calls_fail_is_never_exposed),
		cmocka_unit_test(reserved_port_whose_system_calls_fail_is_never_exposed),
		cmocka_unit_test(rule_whose_system_calls_fail_is_never_passed_over),
		cmocka_unit_test(client_whose_system_calls_fail_is_served_or_refused),
		cmocka_unit_test(client_under_a_rule_whose_system_calls_fail_goes_no_other_way),
		cmocka_unit_test(limited_server_whose_system_calls_fail_is_never_exposed),
		cmocka_unit_test(client_that_disconnects_whose_system_calls_fail_is_never_exposed),
		cmocka_unit_test(event_whose_sink_fails_is_in_the_next),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, sink_tear_down);
}
