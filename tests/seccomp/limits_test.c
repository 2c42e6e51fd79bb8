/* SPDX-License-Identifier: MIT
 * limits_test.c - limits and scheduling that the command was started with are the command's, and not the supervisor's of the
 * engine `seccomp`: it answers on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "seccomp/guarded.h"

#define DROP "setpriv --bounding-set=-all --inh-caps=-all "

/** limits_soft_are_the_commands_alone - the command has them as they were, the supervisor the hard ones. */
static void
limits_soft_are_the_commands_alone(void **state)
{
	static const char *const limits[] = {"cpu=600:700 s CPU", "nofile=22:1024 s NOFILE", "fsize=0:4096 s FSIZE",
					     "data=99000000:990000000 s DATA", "as=99000000:9900000000 s AS"};
	char before[128], command[256], output[256], name[16];
	unsigned long soft, hard, first, second;

	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* its shadow memory takes terabytes of address space */
#endif
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		assert_int_equal(sscanf(limits[i], "%*[^=]=%lu:%lu s %15s", &soft, &hard, name), 3);
		snprintf(before, sizeof(before), "prlimit --%.*s", (int)strcspn(limits[i], " "), limits[i]);
		snprintf(command, sizeof(command),
			 "sh -c 'for p in $$ $PPID; do prlimit --pid=$p --noheadings --raw -o SOFT --%.*s; done'",
			 (int)strcspn(limits[i], "="), limits[i]);
		run_guarded(before, command, output, sizeof(output));
		if (strncmp(output, "unlimited", 9) == 0 || sscanf(output, "%lu", &first) != 1 || first != soft)
			fail_msg("%s, of the command: %s", limits[i], output);
		/* With CAP_SYS_RESOURCE there is none. */
		if (sscanf(strchr(output, '\n'), "%lu", &second) == 1 && second < hard)
			fail_msg("%s, of the supervisor: %s", limits[i], output);
	}
}

/** descriptors_few_serve_many_processes - with no way to have more of them. */
static void
descriptors_few_serve_many_processes(void **state)
{
	char output[256];

	(void)state;
	run_guarded("prlimit --nofile=22:22 " DROP, HOST("crowd processes 40"), output, sizeof(output));
	if (atoi(output) != 40)
		fail_msg("%s", output);
}

/** time_that_cannot_be_had_is_said - before the command runs, and once. */
static void
time_that_cannot_be_had_is_said(void **state)
{
	static const char said[] = "bindguard: the limit of 700 seconds of processor time (ulimit -t) cannot be raised";
	char output[1024];

	(void)state;
	run_guarded("prlimit --cpu=600:700 " DROP, "echo started 2>&1", output, sizeof(output));
	if (strncmp(output, said, strlen(said)) != 0 || !strstr(output, "\nstarted\n"))
		fail_msg("%s", output);
	run_guarded(DROP, "echo started 2>&1", output, sizeof(output));
	assert_string_equal(output, "started\n");
}

/** scheduling_low_is_the_commands_alone - niceness, class, processors and who is killed first when memory is short. */
static void
scheduling_low_is_the_commands_alone(void **state)
{
	static const struct {
		const char *before, *tell, *output;
	} rows[] = {
		{"nice -n 7", "ps -o ni= -p $p | tr -d \" \"", "7\n0\n"},
		{"chrt -b 0", "ps -o cls= -p $p | tr -d \" \"", "B\nTS\n"},
		{"chrt -i 0", "ps -o cls= -p $p | tr -d \" \"", "IDL\nTS\n"},
		{"choom -n 500 --", "test $(cat /proc/$p/oom_score_adj) -gt 0; echo $?", "0\n1\n"},
		{"taskset -c 0", "test $(taskset -p $p | tr -d \" \" | cut -d: -f2) = 1; echo $?", "0\n1\n"},
	};
	char command[512], output[256];

	(void)state;
	if (geteuid() != 0)
		skip(); /* niceness is not everybody's to take back */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (i == 4 && sysconf(_SC_NPROCESSORS_CONF) == 1)
			continue;
		snprintf(command, sizeof(command), "sh -c 'for p in $$ $PPID; do %s; done'", rows[i].tell);
		run_guarded(rows[i].before, command, output, sizeof(output));
		if (strcmp(output, rows[i].output) != 0)
			fail_msg("%s: %s", rows[i].before, output);
	}
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	setenv("BINDGUARD_LOG", "none", 1);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_soft_are_the_commands_alone),
		cmocka_unit_test(descriptors_few_serve_many_processes),
		cmocka_unit_test(time_that_cannot_be_had_is_said),
		cmocka_unit_test(scheduling_low_is_the_commands_alone),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
