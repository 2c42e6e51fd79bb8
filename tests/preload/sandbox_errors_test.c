/* SPDX-License-Identifier: MIT
 * sandbox_errors_test.c - programs under a seccomp filter of their own: where a system call of the guard is answered
 * with an error, no server is exposed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sandbox_run.h"

#define LOG "BINDGUARD_LOG="

/** sandbox_answering_an_error_exposes_nothing - whichever call fails, with whatever errno: guarded, or refused. */
static void
sandbox_answering_an_error_exposes_nothing(void **state)
{
	static const struct sandbox_plan servers[] = {
		{LOG "none", "bl 4 tcp 0.0.0.0 19520 stack", NULL, NULL},
		{LOG "none", "bl 4 tcp 0.0.0.0 19521 heap", NULL, NULL},
		{LOG "none", "bl 6 tcp :: 19522 heap", NULL, NULL},
		{LOG "none", "bl 6only tcp :: 19523 stack", NULL, NULL},
		{LOG "none", "bl 4 tcp 0.0.0.0 0 heap", NULL, NULL},
		{LOG "none", "bl 6 tcp :: 0 stack", NULL, NULL},
		{LOG "none", "l 4 tcp 0.0.0.0 0 stack", NULL, NULL},
		{LOG "none", "l 6 tcp :: 0 stack", NULL, NULL},
		{LOG "none", "b 4 udp 0.0.0.0 19524 heap", NULL, NULL},
		{LOG "none", "b 6 udp :: 19525 stack", NULL, NULL},
		{LOG "stderr", "bl 6 tcp :: 19526 stack", NULL, NULL},
		{LOG "$BG_FOLDER/log", "bl 4 tcp 0.0.0.0 19527 heap", NULL, NULL},
		{LOG "none BINDGUARD_TO=lo", "bl 4 tcp 0.0.0.0 19528 heap", NULL, NULL},
		{LOG "none BINDGUARD_FROM=machine", "bl 6 tcp :: 19536 heap", NULL, NULL},
		{LOG "none BINDGUARD_FROM=machine", "b 4 udp 0.0.0.0 19537 heap", NULL, NULL},
	};
	static const int errors[] = {EPERM, ENOSYS, ENOPROTOOPT};
	static char filters[HOST_COMMAND_MAX], output[16384];
	char list[CALLS_MAX] = "", *rest = list, *name, *line, *lines;
	unsigned runs = 0, guarded = 0;

	(void)state;
	sandbox_read_rows("elsewhere confine limit listen interface event stderr file syslog", list, NULL);
	filters[0] = '\0';
	while ((name = strsep(&rest, ",")))
		for (size_t e = 0; e < (strncmp(name, "getsock", 7) == 0 ? 3 : 1); e++)
			sandbox_append(filters, sizeof(filters), "%serrno:%d:%s", filters[0] ? "/" : "", errors[e],
				       name);
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		sandbox_run(&servers[i], filters, output, sizeof(output));
		for (lines = output; (line = strsep(&lines, "\n")) && *line; runs++) {
			if (strncmp(line, "ended 0 ", 8) != 0 || strstr(line, "exposed"))
				fail_msg("%s, run %u: %s", servers[i].arguments, runs, line);
			guarded += strstr(line, "guarded") != NULL;
		}
	}
	assert_true(runs > 300);
	figure("%u runs with one call failing: %u guarded, %u refused, 0 exposed, 0 killed", runs, guarded,
	       runs - guarded);
}

/** struct filtered_call - a system call of one argument: what the guard asks of a socket, or does to it. */
struct filtered_call {
	const char *call;
	unsigned argument;
	unsigned value;
};

static const struct filtered_call filtered_calls[] = {
	{"getsockopt", 2, SO_TYPE},
	{"getsockopt", 2, SO_DOMAIN},
	{"getsockopt", 2, SO_PROTOCOL},
	{"getsockopt", 2, SO_BINDTODEVICE},
	{"getsockopt", 2, SO_COOKIE},
	{"getsockopt", 2, SO_REUSEADDR},
	{"getsockopt", 2, IPV6_V6ONLY},
	{"setsockopt", 2, SO_BINDTODEVICE},
	{"setsockopt", 2, SO_ATTACH_FILTER},
	{"setsockopt", 2, SO_LOCK_FILTER},
	{"socket", 0, AF_INET},
	{"socket", 0, AF_INET6},
	{"socket", 0, AF_NETLINK},
	{"socket", 0, AF_UNIX},
	{"ioctl", 1, SIOCGIFINDEX},
	{"ioctl", 1, SIOCGIFNAME},
	{"fcntl", 1, F_GETFD},
	{"fcntl", 1, F_GETFL},
	{"fcntl", 1, F_GETOWN_EX},
	{"rt_sigprocmask", 0, (unsigned)-1},
};

/** join_questions - a filter for each of them and each errno, in @filters. Return: how many. */
static unsigned
join_questions(char *filters, size_t size)
{
	static const int errors[] = {EPERM, ENOPROTOOPT};
	unsigned count = 0;

	filters[0] = '\0';
	for (size_t i = 0; i < sizeof(filtered_calls) / sizeof(filtered_calls[0]); i++)
		for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++, count++)
			sandbox_append(filters, size, "%serrno:%d:%s:%u:%u", filters[0] ? "/" : "", errors[e],
				       filtered_calls[i].call, filtered_calls[i].argument, filtered_calls[i].value);
	return count;
}

/** sandbox_answering_an_error_to_one_question_exposes_nothing - as by a filter that looks at a call's arguments. */
static void
sandbox_answering_an_error_to_one_question_exposes_nothing(void **state)
{
	static const struct sandbox_plan servers[] = {
		{LOG "none", "bl 4 tcp 0.0.0.0 19530 heap", NULL, NULL},
		{LOG "none", "bl 6 tcp :: 19531 stack", NULL, NULL},
		{LOG "none", "bl 6only tcp :: 19532 stack", NULL, NULL},
		{LOG "none", "bl 4 tcp 0.0.0.0 0 stack", NULL, NULL},
		{LOG "none", "l 6 tcp :: 0 stack", NULL, NULL},
		{LOG "none", "b 4 udp 0.0.0.0 19533 stack", NULL, NULL},
		{LOG "none BINDGUARD_FROM=machine", "bl 6 tcp :: 19538 heap", NULL, NULL},
		{LOG "none BINDGUARD_FROM=machine,lo", "b 6 udp :: 19539 heap", NULL, NULL},
		{LOG "none", "b 6 udp :: 19534 stack", NULL, NULL},
		{LOG "stderr", "b 6 udp :: 19535 stack", NULL, NULL},
		{LOG "syslog", "bl 6 tcp :: 19536 stack", NULL, NULL},
		{LOG "none BINDGUARD_TO=127.0.0.9", "bl 4 tcp 0.0.0.0 0 stack", NULL, NULL},
		{LOG "none BINDGUARD_TO=lo", "bl 6 tcp :: 19537 stack", NULL, NULL},
	};
	static char filters[HOST_COMMAND_MAX], output[16384];
	unsigned runs = 0, guarded = 0, count = join_questions(filters, sizeof(filters));

	(void)state;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		char *lines = output, *line;

		sandbox_run(&servers[i], filters, output, sizeof(output));
		for (; (line = strsep(&lines, "\n")) && *line; runs++) {
			if (strncmp(line, "ended 0 ", 8) != 0 || strstr(line, "exposed"))
				fail_msg("%s, run %u: %s", servers[i].arguments, runs, line);
			guarded += strstr(line, "guarded") != NULL;
		}
	}
	assert_int_equal(runs, count * sizeof(servers) / sizeof(servers[0]));
	figure("%u runs with one question failing: %u guarded, %u refused, 0 exposed", runs, guarded, runs - guarded);
}

/** sandbox_answering_an_error_to_a_client_keeps_it_a_client - it connects, or gets an error; it is never a server. */
static void
sandbox_answering_an_error_to_a_client_keeps_it_a_client(void **state)
{
	static const struct sandbox_plan clients[] = {
		{LOG "none", "Bc 4 udp 0.0.0.0 19540 stack", NULL, NULL},
		{LOG "none", "Bc 6 udp :: 19541 stack", NULL, NULL},
		{LOG "none", "Bc 4 tcp 0.0.0.0 19542 stack", NULL, NULL},
		{LOG "none", "Bc 6only udp :: 19543 stack", NULL, NULL},
	};
	static char filters[HOST_COMMAND_MAX], output[16384];
	unsigned runs = 0, count = join_questions(filters, sizeof(filters));

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		char *lines = output, *line;

		sandbox_run(&clients[i], filters, output, sizeof(output));
		for (; (line = strsep(&lines, "\n")) && *line; runs++)
			if (strncmp(line, "ended 0 B 0 c ", 14) != 0 || !strstr(line, " idle "))
				fail_msg("%s, run %u: %s", clients[i].arguments, runs, line);
	}
	assert_int_equal(runs, count * sizeof(clients) / sizeof(clients[0]));
	figure("%u clients with one question failing: 0 killed, 0 servers", runs);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_answering_an_error_exposes_nothing),
		cmocka_unit_test(sandbox_answering_an_error_to_one_question_exposes_nothing),
		cmocka_unit_test(sandbox_answering_an_error_to_a_client_keeps_it_a_client),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sandbox_set_up, sandbox_tear_down);
}
