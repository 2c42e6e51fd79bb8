/* SPDX-License-Identifier: MIT
 * threads_test.c - storms: a signal handler that binds while everything else does, threads, threads that fork, threads that
 * are cancelled. No deadlock, no leak, no lost errno. */
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

/** LIMIT - a storm that takes so long hangs. */
#define LIMIT " timeout 300 env"

/** counts - what the host said of its binds, in the line at @line. */
struct bind_counts {
	long done;
	long failed;
	long exposed;
	long errno_lost;
};

/** read_counts - the next line of the host; all must be well. Return: behind it. */
static const char *
read_counts(const char *line, struct bind_counts *counts)
{
	if (sscanf(line, "binds %ld failed %ld exposed %ld errno lost %ld", &counts->done, &counts->failed,
		   &counts->exposed, &counts->errno_lost) != 4 ||
	    counts->failed || counts->exposed || counts->errno_lost)
		fail_msg("%s", line);
	return strchr(line, '\n') + 1;
}

/** run - a host that must end well. */
static void
run(const char *environment, const char *arguments, char output[1024])
{
	int status = host_run(environment, arguments, output, 1024);

	if (status)
		fail_msg("%s: status %d, %s", arguments, status, output);
}

/** handler_that_binds_while_main_binds_leaks_nothing - 100,000 binds under a 150 microsecond timer. */
static void
handler_that_binds_while_main_binds_leaks_nothing(void **state)
{
	struct bind_counts inside, handled;
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=none" LIMIT, "storm timer 100000", output);
	read_counts(read_counts(output, &inside), &handled);
	assert_true(inside.done >= 100000 && handled.done >= 200);
	figure("%ld binds, and %ld in the handler: 0 failed, 0 exposed, 0 errno lost", inside.done, handled.done);
}

/** count_lines - whole lines of the file at @path that end as an event of this test does; all must. */
static long
count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512];
	long count = 0;

	assert_non_null(file);
	for (; fgets(line, sizeof(line), file); count++)
		if (strncmp(line, "bindguard[", 10) != 0 || !strstr(line, "rule \"servers\"") || !strchr(line, '\n'))
			fail_msg("line %ld: %s", count + 1, line);
	fclose(file);
	return count;
}

/** handler_that_logs_while_main_logs_keeps_every_line - one line a bind, none torn. */
static void
handler_that_logs_while_main_logs_keeps_every_line(void **state)
{
	char path[64];
	struct bind_counts inside, handled;
	char output[1024];

	(void)state;
	snprintf(path, sizeof(path), "%s/storm", host_folder());
	run("BINDGUARD_LOG=$BG_FOLDER/storm" LIMIT, "storm timer 5000", output);
	read_counts(read_counts(output, &inside), &handled);
	assert_int_equal(count_lines(path), inside.done + handled.done);
	figure("%ld binds, %ld of them in the handler: as many whole lines", inside.done + handled.done, handled.done);
}

/** handler_that_binds_inside_malloc_does_not_hang - the guard allocates nothing after it is set up. */
static void
handler_that_binds_inside_malloc_does_not_hang(void **state)
{
	struct bind_counts inside, handled;
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=stderr BINDGUARD_LOG_FORMAT=json" LIMIT, "storm timer 1000000 allocate", output);
	read_counts(read_counts(output, &inside), &handled);
	figure("%ld calls of malloc, %ld binds in the handler: 0 failed, 0 exposed", inside.done, handled.done);
}

/** threads_that_bind_are_all_guarded - 8 threads, 1,000 binds each. */
static void
threads_that_bind_are_all_guarded(void **state)
{
	struct bind_counts counts;
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=none" LIMIT, "storm threads 8 1000", output);
	read_counts(output, &counts);
	assert_int_equal(counts.done, 8000);
	run("BINDGUARD_LOG=stderr BINDGUARD_CONFIG=/nowhere" LIMIT, "storm threads 8 100", output);
	read_counts(output, &counts);
	figure("8000 binds of 8 threads, 800 in lockdown: 0 failed, 0 exposed");
}

/** threads_that_fork_have_guarded_children - no lock is left behind by a thread that is not there. */
static void
threads_that_fork_have_guarded_children(void **state)
{
	struct bind_counts counts;
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=stderr BINDGUARD_LOG_EVENTS=all" LIMIT, "storm forks 4 100", output);
	read_counts(output, &counts);
	assert_true(counts.done >= 400);
	figure("200 children, and %ld binds of threads beside them: 0 failed, 0 exposed", counts.done - 200);
}

/** thread_cancelled_in_a_call_leaves_nothing_behind - asynchronously in bind(2), and in a connect(2) that waits. */
static void
thread_cancelled_in_a_call_leaves_nothing_behind(void **state)
{
	int in_bind, in_connect, left;
	struct bind_counts counts;
	char output[1024];

	(void)state;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
	/* The runtime hangs where a thread is cancelled asynchronously inside of it, or takes what is left on the stack of the
	 * calls that were cancelled for an overflow of its own. */
	skip();
#endif
	run("BINDGUARD_LOG=none" LIMIT, "storm cancel 200", output);
	if (sscanf(output, "cancelled in bind %d, in connect %d, descriptors left over %d", &in_bind, &in_connect,
		   &left) != 3 ||
	    in_bind != 200 || in_connect != 4 || left != 0)
		fail_msg("%s", output);
	read_counts(strchr(output, '\n') + 1, &counts);
	figure("200 threads cancelled in bind, 4 in connect: 0 descriptors left, %ld binds after: 0 exposed",
	       counts.done);
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
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_that_binds_while_main_binds_leaks_nothing),
		cmocka_unit_test(handler_that_logs_while_main_logs_keeps_every_line),
		cmocka_unit_test(handler_that_binds_inside_malloc_does_not_hang),
		cmocka_unit_test(threads_that_bind_are_all_guarded),
		cmocka_unit_test(threads_that_fork_have_guarded_children),
		cmocka_unit_test(thread_cancelled_in_a_call_leaves_nothing_behind),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
