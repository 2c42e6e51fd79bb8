/* SPDX-License-Identifier: MIT
 * sandbox_test.c - programs under a seccomp filter of their own: the guard makes the system calls that libbindguard(7)
 * lists and no others, and where one of them is answered with an error, no server is exposed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define CALLS_MAX 512
#define LOG "BINDGUARD_LOG="

/**
 * struct plan - a thing that a sandboxed program does.
 * @environment: of the guard
 * @arguments: of the host, behind the filter
 * @rows: what the guard does then, as libbindguard(7) names it
 * @socket: what becomes of the socket, as the host describes it
 */
struct plan {
	const char *environment;
	const char *arguments;
	const char *rows;
	const char *socket;
};

static const struct plan plans[] = {
	{LOG "none", "b 4 tcp 0.0.0.0 19500 stack", "rewrite", "127.0.0.1:19500 "},
	{LOG "none", "b 4 tcp 0.0.0.0 19501 heap", "elsewhere rewrite", "127.0.0.1:19501 "},
	{LOG "none", "b 6only udp :: 19502 heap", "elsewhere rewrite", "[::1]:19502 "},
	{LOG "none", "b 6 tcp :: 19503 stack", "confine", "[::]:19503%lo "},
	{LOG "none", "L 6 udp :: 0 stack", "", "[::]:0 "},
	{LOG "none", "Bl 4 tcp 0.0.0.0 0 stack", "listen", "%lo guarded"},
	{LOG "none", "l 6 tcp :: 0 stack", "listen", "%lo guarded"},
	{LOG "none", "Bc 4 udp 0.0.0.0 19504 stack", "connect", " c 0 "},
	{LOG "none", "Db 4 tcp 0.0.0.0 19512 stack", "device", "0.0.0.0:19512%" CABLE},
	{LOG "none", "DBl 4 tcp 0.0.0.0 19513 stack", "device listen", "0.0.0.0:19513%" CABLE},
	{LOG "none", "s 6 tcp :: 0 stack", "scope", " s 111 "},
	{LOG "none BINDGUARD_TO=" CABLE, "b 4 tcp 0.0.0.0 19505 stack", "rewrite interface", HERE4 ":19505 "},
	{LOG "none BINDGUARD_TO=" HERE4, "Bl 4 tcp 0.0.0.0 0 stack", "listen interface", "%" CABLE " "},
	{LOG "stderr", "b 4 tcp 0.0.0.0 19506 stack", "rewrite event stderr", "127.0.0.1:19506 "},
	{LOG "stderr " LOG "stderr", "b 6 udp :: 19507 stack", "confine event stderr", "[::]:19507%lo "},
	{LOG "/tmp/.bindguard-sandbox", "b 4 tcp 0.0.0.0 19508 stack", "rewrite event file", "127.0.0.1:19508 "},
	{LOG "syslog", "b 4 tcp 0.0.0.0 19509 stack", "rewrite event syslog stderr", "127.0.0.1:19509 "},
	{LOG "journal", "b 4 tcp 0.0.0.0 19510 stack", "rewrite event json journal stderr syslog", "127.0.0.1:19510 "},
	{LOG "stderr BINDGUARD_LOG_FORMAT=json", "b 4 tcp 0.0.0.0 19511 stack", "rewrite event json stderr",
	 "127.0.0.1:19511 "},
};

#define PLANS (sizeof(plans) / sizeof(plans[0]))

/**
 * struct spare - calls of a row that are made only where something is out of the ordinary: a write fails or is cut short,
 * the socket has a filter, netlink does not answer, the vDSO cannot tell the time, the kernel chose the port, descriptor 2 is
 * a pipe or a terminal, a file is a FIFO, new, empty or not root's, a socket is waited for by an epoll(7) instance, an MPTCP socket changes its
 * name, a port is shared or in use, a device is not lo.
 */
struct spare {
	const char *row;
	const char *calls;
};

static const struct spare spares[] = {
	{"rewrite", "fchownat,getsockname,setsockopt,statx"},
	{"confine", "close,getsockname,socket,statx"},
	{"listen", "setsockopt,shutdown"},
	{"device", "bind"},
	{"scope", "rt_sigprocmask"},
	{"connect", "mmap,munmap,openat,read"},
	{"interface", "openat,read"},
	{"event", "clock_gettime,getsockname"},
	{"stderr", "close,openat,pwritev2,rt_sigtimedwait"},
	{"file", "fcntl,geteuid,lseek,read,readlinkat,rt_sigtimedwait"},
};

/** holds - is @name one of the comma-separated @list? */
static bool
holds(const char *list, const char *name)
{
	char padded[CALLS_MAX + 2], wanted[64];

	snprintf(padded, sizeof(padded), ",%s,", list);
	snprintf(wanted, sizeof(wanted), ",%s,", name);
	return strstr(padded, wanted) != NULL;
}

/** spared - the calls of @row that the guard does not make each time. */
static const char *
spared(const char *row)
{
	for (size_t i = 0; i < sizeof(spares) / sizeof(spares[0]); i++)
		if (strcmp(row, spares[i].row) == 0)
			return spares[i].calls;
	return "";
}

/** add - append @name to the comma-separated @list, once. */
static void
add(char list[CALLS_MAX], const char *name)
{
	if (holds(list, name))
		return;
	if (list[0])
		strncat(list, ",", CALLS_MAX - strlen(list) - 1);
	strncat(list, name, CALLS_MAX - strlen(list) - 1);
}

/**
 * read_rows - add the calls that the manual page lists for each of @rows.
 * @needed: set to those that the guard makes each time, NULL: not asked for
 */
static void
read_rows(const char *rows, char list[CALLS_MAX], char needed[CALLS_MAX])
{
	FILE *page = fopen(BG_SOURCE_DIR "/man/libbindguard.7", "re");
	char words[128], line[256];
	char *rest = words, *row;

	assert_non_null(page);
	snprintf(words, sizeof(words), "%s", rows);
	while ((row = strsep(&rest, " "))) {
		char start[64];
		bool found = row[0] == '\0';

		snprintf(start, sizeof(start), ".It Cm %s : Li ", row);
		rewind(page);
		while (!found && fgets(line, sizeof(line), page)) {
			char *calls = line + strlen(start), *name;

			if (strncmp(line, start, strlen(start)) != 0)
				continue;
			found = true;
			calls[strcspn(calls, "\n")] = '\0';
			while ((name = strsep(&calls, " "))) {
				add(list, name);
				if (needed && !holds(spared(row), name))
					add(needed, name);
			}
		}
		if (!found)
			fail_msg("libbindguard(7) has no row %s", row);
	}
	fclose(page);
}

/** run - the plan under @filters, one after the other; a line of output each. */
static void
run(const struct plan *plan, const char *filters, char *output, size_t size)
{
	static char arguments[HOST_COMMAND_MAX];

	snprintf(arguments, sizeof(arguments), "sandbox %s %s", filters, plan->arguments);
	if (host_run(plan->environment, arguments, output, size))
		fail_msg("%s did not run: %s", arguments, output);
}

/** sandbox_killing_all_but_the_listed_calls_survives - and does all that it does without a filter. */
static void
sandbox_killing_all_but_the_listed_calls_survives(void **state)
{
	char list[CALLS_MAX], filter[CALLS_MAX + 16], output[512];

	(void)state;
	if (host_log())
		return; /* another log makes other calls */
	for (size_t i = 0; i < PLANS; i++) {
		list[0] = '\0';
		read_rows(plans[i].rows, list, NULL);
		snprintf(filter, sizeof(filter), "kill:%s", list);
		run(&plans[i], filter, output, sizeof(output));
		if (strncmp(output, "ended 0 ", 8) != 0 || !strstr(output, plans[i].socket))
			fail_msg("%s, %s: %s", plans[i].environment, plans[i].arguments, output);
	}
	figure("%zu actions under exactly the calls of libbindguard(7): 0 killed", PLANS);
}

/** append - printf(3) behind what @text holds. */
static void
append(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
	assert_true(strlen(text) < size - 1);
}

/** sandbox_list_is_no_longer_than_needed - the manual page names no call that is not made. */
static void
sandbox_list_is_no_longer_than_needed(void **state)
{
	static char filters[HOST_COMMAND_MAX], output[4096];
	char list[CALLS_MAX];
	unsigned removed = 0;

	(void)state;
	for (size_t i = 0; i < PLANS; i++) {
		char needed[CALLS_MAX] = "", *rest = needed, *name;

		list[0] = '\0';
		read_rows(plans[i].rows, list, needed);
		filters[0] = '\0';
		while (needed[0] && (name = strsep(&rest, ","))) {
			char fewer[CALLS_MAX] = "", copy[CALLS_MAX], *other, *left = copy;

			memcpy(copy, list, sizeof(copy));
			while ((other = strsep(&left, ",")))
				if (strcmp(other, name) != 0)
					add(fewer, other);
			append(filters, sizeof(filters), "%skill:%s", filters[0] ? "/" : "", fewer);
			removed++;
		}
		if (!filters[0])
			continue;
		run(&plans[i], filters, output, sizeof(output));
		if (strstr(output, "ended"))
			fail_msg("%s, %s: survives with a call less than listed", plans[i].environment,
				 plans[i].arguments);
	}
	figure("%u calls taken from the list one at a time: each was needed", removed);
}

/** sandbox_answering_an_error_exposes_nothing - whichever call fails, with whatever errno: guarded, or refused. */
static void
sandbox_answering_an_error_exposes_nothing(void **state)
{
	static const struct plan servers[] = {
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
		{LOG "/tmp/.bindguard-sandbox", "bl 4 tcp 0.0.0.0 19527 heap", NULL, NULL},
		{LOG "none BINDGUARD_TO=lo", "bl 4 tcp 0.0.0.0 19528 heap", NULL, NULL},
	};
	static const int errors[] = {EPERM, ENOSYS, ENOPROTOOPT};
	static char filters[HOST_COMMAND_MAX], output[16384];
	char list[CALLS_MAX] = "", *rest = list, *name, *line, *lines;
	unsigned runs = 0, guarded = 0;

	(void)state;
	read_rows("elsewhere confine listen interface event stderr file syslog", list, NULL);
	filters[0] = '\0';
	while ((name = strsep(&rest, ",")))
		for (size_t e = 0; e < (strncmp(name, "getsock", 7) == 0 ? 3 : 1); e++)
			append(filters, sizeof(filters), "%serrno:%d:%s", filters[0] ? "/" : "", errors[e], name);
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		run(&servers[i], filters, output, sizeof(output));
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

/** struct asked - a system call of one argument: what the guard asks of a socket, or does to it. */
struct asked {
	const char *call;
	unsigned argument;
	unsigned value;
};

static const struct asked asked[] = {
	{"getsockopt", 2, SO_TYPE},
	{"getsockopt", 2, SO_DOMAIN},
	{"getsockopt", 2, SO_PROTOCOL},
	{"getsockopt", 2, SO_BINDTODEVICE},
	{"getsockopt", 2, SO_COOKIE},
	{"getsockopt", 2, SO_REUSEADDR},
	{"getsockopt", 2, IPV6_V6ONLY},
	{"setsockopt", 2, SO_BINDTODEVICE},
	{"setsockopt", 2, SO_ATTACH_FILTER},
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
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++, count++)
			append(filters, size, "%serrno:%d:%s:%u:%u", filters[0] ? "/" : "", errors[e], asked[i].call,
			       asked[i].argument, asked[i].value);
	return count;
}

/** sandbox_answering_an_error_to_one_question_exposes_nothing - as by a filter that looks at a call's arguments. */
static void
sandbox_answering_an_error_to_one_question_exposes_nothing(void **state)
{
	static const struct plan servers[] = {
		{LOG "none", "bl 4 tcp 0.0.0.0 19530 heap", NULL, NULL},
		{LOG "none", "bl 6 tcp :: 19531 stack", NULL, NULL},
		{LOG "none", "bl 6only tcp :: 19532 stack", NULL, NULL},
		{LOG "none", "bl 4 tcp 0.0.0.0 0 stack", NULL, NULL},
		{LOG "none", "l 6 tcp :: 0 stack", NULL, NULL},
		{LOG "none", "b 4 udp 0.0.0.0 19533 stack", NULL, NULL},
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

		run(&servers[i], filters, output, sizeof(output));
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
	static const struct plan clients[] = {
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

		run(&clients[i], filters, output, sizeof(output));
		for (; (line = strsep(&lines, "\n")) && *line; runs++)
			if (strncmp(line, "ended 0 B 0 c ", 14) != 0 || !strstr(line, " idle "))
				fail_msg("%s, run %u: %s", clients[i].arguments, runs, line);
	}
	assert_int_equal(runs, count * sizeof(clients) / sizeof(clients[0]));
	figure("%u clients with one question failing: 0 killed, 0 servers", runs);
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	remove("/tmp/.bindguard-sandbox");
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_killing_all_but_the_listed_calls_survives),
		cmocka_unit_test(sandbox_list_is_no_longer_than_needed),
		cmocka_unit_test(sandbox_answering_an_error_exposes_nothing),
		cmocka_unit_test(sandbox_answering_an_error_to_one_question_exposes_nothing),
		cmocka_unit_test(sandbox_answering_an_error_to_a_client_keeps_it_a_client),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
