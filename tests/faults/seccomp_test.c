/* SPDX-License-Identifier: MIT
 * seccomp_test.c - each system call that the supervisor of the engine `seccomp` makes from a notification to the last
 * answer fails in turn: the program gets its own result, or a refusal; it is never exposed and never hangs, and the
 * supervisor goes on and keeps no descriptor.
 *
 *   what fails                                     what the program gets
 *   its own bind, listen, connect                  that errno
 *   poll, receiving a notification, sending one    as without: it is done again
 *   asking whether the notification still stands   EINTR: whose call it is, nobody knows; but for an event: nothing else
 *   pidfd_open, pidfd_getfd, reading its memory    EACCES, or that errno; its memory is read in another way where it can be
 *   reading its names, where rules ask for them    EACCES
 *   what both engines share                        as calls_test.c has it
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "faults/places.h"
#include "faults/supervisor.h"
#include "net/addresses.h"
#include "preload/sink.h"

#define QUIET "BINDGUARD_LOG=none"
#define LOGGED "BINDGUARD_LOG=" FAULT_LOG
#define UNPRIVILEGED "setpriv --bounding-set -net_raw --inh-caps -net_raw"

#define CAPABILITIES 64 /* bytes of a line */

static const int all[] = {EPERM, ENOMEM, EINTR, ENOSYS, EACCES, 0};
static const int few[] = {EPERM, 0};

static struct supervised_program supervised;
static int syslog_fd = -1, descriptors;
static char capabilities[CAPABILITIES];
static bool running;

/** count_descriptors - of the supervisor. */
static int
count_descriptors(void)
{
	char path[64];
	int count = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)supervised.supervisor);
	folder = opendir(path);
	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/** count_messages - that syslog has got. */
static unsigned
count_messages(void)
{
	char message[8192];
	unsigned count = 0;

	while (recv(syslog_fd, message, sizeof(message), MSG_DONTWAIT) >= 0)
		count++;
	return count;
}

/** count_said - events since the last time, wherever they went. */
static int
count_said(void)
{
	unsigned said = sink_count(FAULT_LOG, "bindguard[") + sink_count(FAULT_STDERR, "bindguard[") + count_messages();

	if (truncate(FAULT_LOG, 0) || truncate(FAULT_STDERR, 0))
		return (int)said; /* not there yet */
	return (int)said;
}

/** part_of - the step whose own call has this number; 0 where none has. */
static unsigned
part_of(const struct row *row, const struct trace *trace)
{
	const char *letters = trace->number == SYS_bind					   ? "BS"
			      : trace->number == SYS_listen				   ? "L"
			      : trace->number == SYS_connect && trace->family == AF_UNSPEC ? "D"
			      : trace->number == SYS_connect				   ? "C"
											   : "";
	const char *at = letters[0] ? strpbrk(row->steps, letters) : NULL;

	return at ? (unsigned)(at - row->steps) : 0;
}

/** read_line - what the program has seen. Return: whether it is that. */
static bool
read_line(const char *line, size_t steps, struct record *r)
{
	int used = 0, more = 0;

	if (sscanf(line, "%d %d %d %d %127s%n", &r->exposed, &r->leaked, &r->changed, &r->blocked, r->name, &used) != 5)
		return false;
	for (size_t i = 0; i < steps; i++, used += more)
		if (sscanf(line + used, " %d %d%n", &r->result[i], &r->errors[i], &more) != 2)
			return false;
	return true;
}

/** one_round - Return: whether the program answered. */
static bool
one_round(const struct row *row, const struct fault *fault, struct record *r)
{
	const struct trace *trace = &supervised.trace;
	bool answered = supervised_round(&supervised, fault);

	*r = (struct record){.error = fault->error,
			     .at = fault->at,
			     .injected = trace->injected,
			     .number = trace->number,
			     .own_fd = supervised.own,
			     .family = trace->family,
			     .third = trace->arguments[2],
			     .part = part_of(row, trace)};
	r->said = count_said();
	return answered && read_line(supervised.process.line, strlen(row->steps), r);
}

/** read_capabilities - of the supervisor, as /proc/PID/status has those that are effective. */
static void
read_capabilities(char text[CAPABILITIES])
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)supervised.supervisor);
	file = fopen(path, "re");
	text[0] = '\0';
	while (file && !text[0] && fgets(line, sizeof(line), file))
		if (strncmp(line, "CapEff:", 7) == 0)
			snprintf(text, CAPABILITIES, "%.40s", line);
	if (file)
		fclose(file);
}

/** check_supervisor - it goes on, with as many descriptors as before and what it may. */
static const char *
check_supervisor(void)
{
	char now[CAPABILITIES];

	if (supervised.dead)
		return "the supervisor ends";
	if (count_descriptors() > descriptors)
		return "the supervisor keeps a descriptor";
	read_capabilities(now);
	return strcmp(now, capabilities) == 0 ? NULL : "the supervisor loses a capability";
}

/** every_round - each call with each error of @errors. Return: NULL, or what is wrong. @injections: is written */
static const char *
every_round(const struct row *row, const int *errors, unsigned *injections)
{
	static char text[512];
	struct record right, r;
	struct fault fault = {.at = 0};
	const char *wrong = NULL;

	*injections = 0;
	one_round(row, &fault, &right); /* handles are opened once */
	if (!one_round(row, &fault, &right) || strcmp(right.name, row->name) != 0)
		return supervised.process.line;
	descriptors = count_descriptors();
	read_capabilities(capabilities);
	judge(row, &right, &right);
	for (; *errors && !wrong && !judge_end(); errors++) {
		fault = (struct fault){.error = *errors};
		do {
			fault.at++;
			if (!one_round(row, &fault, &r))
				wrong = supervised.dead ? "the supervisor ends" : "the program hangs";
			else
				judge(row, &right, &r);
			if (!wrong)
				wrong = check_supervisor();
			*injections += supervised.trace.injected;
		} while (!wrong && !judge_end() && supervised.trace.injected);
	}
	if (wrong)
		snprintf(text, sizeof(text), "call %u, number %ld, %s: %s", fault.at, supervised.trace.number,
			 fault_error_name(fault.error), wrong);
	return wrong ? text : judge_end();
}

/** run_row - under a supervisor of its own. @privilege: what starts that, @inside: what starts the program in it */
static void
run_row(const struct row *row, const char *privilege, const char *inside, const int *errors)
{
	char before[512];
	unsigned injections;
	const char *wrong;

	snprintf(before, sizeof(before), "env BINDGUARD_CONFIG= %s %s", row->environment, privilege);
	judge_begin();
	supervised_start(&supervised, before, inside, row->plan, "2>>" FAULT_STDERR);
	running = true;
	count_said();
	wrong = every_round(row, errors, &injections);
	supervised_stop(&supervised);
	running = false;
	if (wrong)
		fail_msg("%s | %s, %s: %s", row->environment, row->plan, privilege, wrong);
	figure("%s | %s, %s: %u injections", row->environment, row->plan, privilege, injections);
	assert_true(injections > 0);
}

/** server_whose_supervisor_fails_is_never_exposed - nor left without an answer. */
static void
server_whose_supervisor_fails_is_never_exposed(void **state)
{
	static const struct row rows[] = {
		{QUIET, "4 tcp -1 4000 BL lo", "BL", NULL, "127.0.0.1/4000%", {EINTR}},
		{QUIET, "6 tcp 0 4000 BL lo", "BL", NULL, "::/4000%lo", {EINTR}},
		{QUIET, "6 tcp 0 0 L lo", "L", NULL, "::/0%lo", {EINTR}},
		{QUIET, "6 udp 0 4000 B lo", "B", NULL, "::/4000%lo", {EINTR}},
		{"BINDGUARD_TO=" CABLE " " QUIET,
		 "4 tcp -1 4000 BL " HERE4 "," CABLE,
		 "BL",
		 NULL,
		 HERE4 "/4000%",
		 {EINTR, EADDRNOTAVAIL}},
		{"BINDGUARD_MODE=observe " QUIET, "4 tcp -1 4000 BL any", "BL", NULL, "0.0.0.0/4000%", {EINTR}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i], i % 2 ? UNPRIVILEGED : "", "", all);
}

/**
 * rule_of_a_program_whose_supervisor_fails_is_not_dropped - whether a rule is for it hangs on what /proc tells of it: where
 * it tells nothing, nobody knows that the rule is not.
 */
static void
rule_of_a_program_whose_supervisor_fails_is_not_dropped(void **state)
{
	static const char *const rules[] = {
		"rule \"r\" { program = {\"fault_target\"} action = rewrite to = {\"loopback\"} }\n",
		"rule \"r\" { command = {\"*fault_target*\"} action = rewrite to = {\"loopback\"} }\n"};
	static const struct row row = {
		"BINDGUARD_CONFIG=" FAULT_RULES " " QUIET, "4 udp -1 4000 B lo", "B", NULL, "127.0.0.1/4000%", {EINTR}};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		sink_write(FAULT_RULES, rules[i]);
		run_row(&row, "", "", all);
	}
}

/** program_whose_supervisor_fails_has_no_privilege_more - a port below 1024 is not for it, whatever the supervisor may. */
static void
program_whose_supervisor_fails_has_no_privilege_more(void **state)
{
	static const char inside[] = "setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service";
	static const struct row row = {QUIET, "4 tcp -1 80 B lo", "B", NULL, "0.0.0.0/0%", {EINTR}};
	static const struct row other = {QUIET, "4 tcp -1 80 B lo", "B", NULL, "127.0.0.1/80%", {EINTR}};

	(void)state;
	run_row(&row, "", inside, all);
	run_row(&other, "", "", all);
}

/** client_whose_supervisor_fails_is_served_or_refused - its new socket is put into its place by the supervisor. */
static void
client_whose_supervisor_fails_is_served_or_refused(void **state)
{
	static const struct row rows[] = {
		{QUIET, "4 udp -1 4000 BC lo", "BC", NULL, HERE4 "/4000%", {EINTR, EINVAL, EADDRINUSE}},
		{QUIET, "4 tcp -1 4000 BC lo", "BC", NULL, HERE4 "/4000%", {EINTR, EINVAL, EADDRINUSE}},
	};
	static const struct row dissolved = {QUIET, "6 udp 0 4000 BCD lo", "BCD",
					     NULL,  "::/4000%lo",	   {EINTR, ENETUNREACH}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i], "", "", few);
	run_row(&dissolved, "", "", all);
}

/** event_whose_supervisor_fails_is_in_the_next_sink - its names may be missing, the line may not. */
static void
event_whose_supervisor_fails_is_in_the_next_sink(void **state)
{
	static const struct row rows[] = {
		{LOGGED, "4 tcp -1 4000 BL lo", "BL", NULL, "127.0.0.1/4000%", {EINTR}},
		{"BINDGUARD_LOG=stderr", "6 tcp 0 4000 BL lo", "BL", NULL, "::/4000%lo", {EINTR}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i], "", "", all);
}

static int
set_up(void **state)
{
	if (!fault_possible() || sink_set_up(state) || sink_begin(state))
		return -1;
	syslog_fd = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	return 0;
}

/** end - of each test: no process stays where one failed. */
static int
end(void **state)
{
	(void)state;
	if (running)
		supervised_stop(&supervised);
	running = false;
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(server_whose_supervisor_fails_is_never_exposed, end),
		cmocka_unit_test_teardown(rule_of_a_program_whose_supervisor_fails_is_not_dropped, end),
		cmocka_unit_test_teardown(program_whose_supervisor_fails_has_no_privilege_more, end),
		cmocka_unit_test_teardown(client_whose_supervisor_fails_is_served_or_refused, end),
		cmocka_unit_test_teardown(event_whose_supervisor_fails_is_in_the_next_sink, end),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, sink_tear_down);
}
