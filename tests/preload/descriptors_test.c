/* SPDX-License-Identifier: MIT
 * descriptors_test.c - programs whose descriptors 0, 1 and 2 are closed, or are sockets, broken pipes and data files: the
 * guard guards all the same, and no byte of its events gets where the program does not expect it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

/** expect - run the host under @environment, whose output must be @expected. */
static void
expect(const char *environment, const char *arguments, const char *expected)
{
	char output[1024];
	int status = host_run(environment, arguments, output, sizeof(output));

	if (status || strcmp(output, expected) != 0)
		fail_msg("%s, %s: status %d, %s", environment, arguments, status, output);
}

/** descriptors_all_closed_are_free_for_the_server - it serves on 0, and what it accepts is 1 and 2. */
static void
descriptors_all_closed_are_free_for_the_server(void **state)
{
	(void)state;
	expect("BINDGUARD_LOG=stderr BINDGUARD_LOG_EVENTS=all", "descriptors all", "");
	expect("BINDGUARD_LOG=stderr BINDGUARD_LOG_EVENTS=all", "descriptors all 0<&- 1>&- 2>&-", "");
	expect("BINDGUARD_CONFIG=/nowhere", "descriptors all", "");
	figure("3 servers on descriptors 0 to 3: 12 sockets guarded, 3 clients got 5 bytes each");
}

/** kinds - what a descriptor may be, and whether the host can write to it itself. */
static const struct {
	const char *name;
	int own;
} kinds[] = {{"listener", -1}, {"client", 1}, {"local", 1}, {"broken", -1}, {"pipe", -1}, {"file", -1}, {"closed", -1}};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/** descriptor_that_became_something_else_gets_no_byte - nor does the program get a signal. */
static void
descriptor_that_became_something_else_gets_no_byte(void **state)
{
	static const char *const environments[] = {"BINDGUARD_LOG=stderr BINDGUARD_LOG_EVENTS=all",
						   "BINDGUARD_LOG=stderr BINDGUARD_LOG_FORMAT=json",
						   "BINDGUARD_CONFIG=/nowhere"};
	char arguments[128], expected[128];
	unsigned runs = 0;

	(void)state;
	for (size_t e = 0; e < sizeof(environments) / sizeof(environments[0]); e++)
		for (size_t i = 0; i < KINDS; i++)
			for (int fd = 0; fd <= 2; fd++, runs++) {
				snprintf(arguments, sizeof(arguments), "descriptors now %s %d%s", kinds[i].name, fd,
					 fd == 1 ? " count" : "");
				snprintf(expected, sizeof(expected),
					 "guarded 10 of 10, stray bytes 0, own %d, signals 0\n", kinds[i].own);
				expect(environments[e], arguments, expected);
			}
	figure("%u runs of 10 binds: 0 stray bytes, 0 SIGPIPE", runs);
}

/** stderr_of_a_daemon_at_start_gets_no_byte - inetd gives its servers the client's socket as 0, 1 and 2. */
static void
stderr_of_a_daemon_at_start_gets_no_byte(void **state)
{
	unsigned runs = 0;
	char arguments[128], expected[128];

	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		for (int fd = 0; fd <= 2; fd++) {
			/* A pipe or a file that is descriptor 2 at the start is where the events belong. */
			if (fd == 2 && (strcmp(kinds[i].name, "pipe") == 0 || strcmp(kinds[i].name, "file") == 0))
				continue;
			snprintf(arguments, sizeof(arguments), "descriptors start %s %d", kinds[i].name, fd);
			snprintf(expected, sizeof(expected), "guarded 10 of 10, stray bytes 0, own %d, signals 0\n",
				 kinds[i].own);
			expect("BINDGUARD_LOG=stderr BINDGUARD_LOG_EVENTS=all", arguments, expected);
			runs++;
		}
	figure("%u runs of 10 binds: 0 stray bytes", runs);
}

/** stderr_broken_pipe_raises_no_signal - whether SIGPIPE ends the program or is counted. */
static void
stderr_broken_pipe_raises_no_signal(void **state)
{
	(void)state;
	expect("BINDGUARD_LOG=stderr", "descriptors start broken 2",
	       "guarded 10 of 10, stray bytes 0, own -1, signals 0\n");
	expect("BINDGUARD_LOG=stderr", "descriptors start broken 2 count",
	       "guarded 10 of 10, stray bytes 0, own -1, signals 0\n");
	expect("BINDGUARD_CONFIG=/nowhere", "descriptors start broken 2 count",
	       "guarded 10 of 10, stray bytes 0, own -1, signals 0\n");
	figure("3 runs of 10 binds into a broken pipe: 0 SIGPIPE");
}

/** stderr_pipe_at_start_gets_the_events - so that the tests above cannot pass by silence. */
static void
stderr_pipe_at_start_gets_the_events(void **state)
{
	char output[1024];
	unsigned bytes = 0;

	(void)state;
	assert_int_equal(host_run("BINDGUARD_LOG=stderr", "descriptors start pipe 2", output, sizeof(output)), 0);
	assert_int_equal(sscanf(output, "guarded 10 of 10, stray bytes %u,", &bytes), 1);
	assert_true(bytes > 10 * 60);
	figure("10 binds: %u bytes of events", bytes);
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
		cmocka_unit_test(descriptors_all_closed_are_free_for_the_server),
		cmocka_unit_test(descriptor_that_became_something_else_gets_no_byte),
		cmocka_unit_test(stderr_of_a_daemon_at_start_gets_no_byte),
		cmocka_unit_test(stderr_broken_pipe_raises_no_signal),
		cmocka_unit_test(stderr_pipe_at_start_gets_the_events),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
