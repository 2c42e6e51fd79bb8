/* SPDX-License-Identifier: MIT
 * sandbox_test.c - programs under a seccomp filter of their own: the guard makes the system calls that libbindguard(7)
 * lists and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "preload/sandbox_run.h"

#define LOG "BINDGUARD_LOG="

static const struct sandbox_plan plans[] = {
	{LOG "none", "b 4 tcp 0.0.0.0 19500 stack", "rewrite", "127.0.0.1:19500 "},
	{LOG "none", "b 4 tcp 0.0.0.0 19501 heap", "elsewhere rewrite", "127.0.0.1:19501 "},
	{LOG "none", "b 6only udp :: 19502 heap", "elsewhere rewrite", "[::1]:19502 "},
	{LOG "none", "b 6 tcp :: 19503 stack", "confine", "[::]:19503%lo "},
	{LOG "none", "L 6 udp :: 0 stack", "", "[::]:0 "},
	{LOG "none", "Bl 4 tcp 0.0.0.0 0 stack", "listen", "%lo guarded"},
	{LOG "none", "l 6 tcp :: 0 stack", "listen", "%lo guarded"},
	{LOG "none", "Bc 4 udp 0.0.0.0 19504 stack", "connect", " c 0 "},
	{LOG "none BINDGUARD_CONFIG=$BG_FOLDER/confine", "c 4 tcp 0.0.0.0 0 stack", "outgoing", " c 111 "},
	{LOG "none BINDGUARD_CONFIG=$BG_FOLDER/rewrite", "c 4 tcp 0.0.0.0 0 stack", "outgoing", HERE4},
	{LOG "none", "Db 4 tcp 0.0.0.0 19512 stack", "device", "0.0.0.0:19512%" CABLE},
	{LOG "none", "DBl 4 tcp 0.0.0.0 19513 stack", "device listen", "0.0.0.0:19513%" CABLE},
	{LOG "none", "s 6 tcp :: 0 stack", "scope", " s 111 "},
	{LOG "none BINDGUARD_FOLLOW=/no/such", "e 4 tcp 0.0.0.0 0 stack", "exec", " e 14 "},
	{LOG "none BINDGUARD_TO=" CABLE, "b 4 tcp 0.0.0.0 19505 stack", "rewrite interface", HERE4 ":19505 "},
	{LOG "none BINDGUARD_TO=" HERE4, "Bl 4 tcp 0.0.0.0 0 stack", "listen interface", "%" CABLE " "},
	{LOG "none BINDGUARD_FROM=machine," CABLE, "b 4 udp 0.0.0.0 19514 stack", "limit", "0.0.0.0:19514 "},
	{LOG "none BINDGUARD_FROM=" CABLE, "Bl 4 tcp 0.0.0.0 19515 stack", "limit listen", "0.0.0.0:19515 "},
	{LOG "stderr", "b 4 tcp 0.0.0.0 19506 stack", "rewrite event stderr", "127.0.0.1:19506 "},
	{LOG "stderr " LOG "stderr", "b 6 udp :: 19507 stack", "confine event stderr", "[::]:19507%lo "},
	{LOG "$BG_FOLDER/log", "b 4 tcp 0.0.0.0 19508 stack", "rewrite event file", "127.0.0.1:19508 "},
	{LOG "syslog", "b 4 tcp 0.0.0.0 19509 stack", "rewrite event syslog stderr", "127.0.0.1:19509 "},
	{LOG "journal", "b 4 tcp 0.0.0.0 19510 stack", "rewrite event json journal stderr syslog", "127.0.0.1:19510 "},
	{LOG "stderr BINDGUARD_LOG_FORMAT=json", "b 4 tcp 0.0.0.0 19511 stack", "rewrite event json stderr",
	 "127.0.0.1:19511 "},
};

/** write_rules - for connect, as the files that the plans name. */
static int
write_rules(void **state)
{
	static const char *const rules[][2] = {
		{"confine", "rule r { call = connect action = confine interface = " CABLE " }"},
		{"rewrite", "rule r { call = connect action = rewrite to = \"" HERE4 "\" }"},
	};
	char path[128];

	if (sandbox_set_up(state))
		return -1;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", host_folder(), rules[i][0]);
		file = fopen(path, "we");
		if (!file || fputs(rules[i][1], file) < 0 || fclose(file))
			return -1;
	}
	return 0;
}

#define PLANS (sizeof(plans) / sizeof(plans[0]))

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
		sandbox_read_rows(plans[i].rows, list, NULL);
		snprintf(filter, sizeof(filter), "kill:%s", list);
		sandbox_run(&plans[i], filter, output, sizeof(output));
		if (strncmp(output, "ended 0 ", 8) != 0 || !strstr(output, plans[i].socket))
			fail_msg("%s, %s: %s", plans[i].environment, plans[i].arguments, output);
	}
	figure("%zu actions under exactly the calls of libbindguard(7): 0 killed", PLANS);
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
		sandbox_read_rows(plans[i].rows, list, needed);
		filters[0] = '\0';
		while (needed[0] && (name = strsep(&rest, ","))) {
			char fewer[CALLS_MAX] = "", copy[CALLS_MAX], *other, *left = copy;

			memcpy(copy, list, sizeof(copy));
			while ((other = strsep(&left, ",")))
				if (strcmp(other, name) != 0)
					sandbox_add(fewer, other);
			sandbox_append(filters, sizeof(filters), "%skill:%s", filters[0] ? "/" : "", fewer);
			removed++;
		}
		if (!filters[0])
			continue;
		sandbox_run(&plans[i], filters, output, sizeof(output));
		if (strstr(output, "ended"))
			fail_msg("%s, %s: survives with a call less than listed", plans[i].environment,
				 plans[i].arguments);
	}
	figure("%u calls taken from the list one at a time: each was needed", removed);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_killing_all_but_the_listed_calls_survives),
		cmocka_unit_test(sandbox_list_is_no_longer_than_needed),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, write_rules, sandbox_tear_down);
}
