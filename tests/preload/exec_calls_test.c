/* SPDX-License-Identifier: MIT
 * exec_calls_test.c - each call that executes a program, under the preload alone: followed by the command that the environment
 * names, only told without one, left alone with `0`. What is in the program's own process can be looked at here by valgrind and
 * sanitizers; tests/launcher/follow_test.c has the rest. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/seccomp.h"
#include "preload/host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STATIC BG_BUILD_DIR "/probes/probe-static"

static const char *const calls[] = {"execve", "execv",	 "execvp",   "execvpe", "execl",  "execlp",
				    "execle", "fexecve", "execveat", "spawn",	"spawnp", "vfork"};

/** expect - @call of @file, with these variables, comes to a program, or an event, that prints @part. */
static void
expect(const char *environment, const char *call, const char *file, const char *part)
{
	char arguments[512], output[4096];

	snprintf(arguments, sizeof(arguments), "exec_by %s %s listen 2>&1", call, file);
	host_run(environment, arguments, output, sizeof(output));
	if (!strstr(output, part))
		fail_msg("%s %s: %s", environment, arguments, output);
}

/** expect_each - likewise each call. */
static void
expect_each(const char *environment, const char *file, const char *part)
{
	for (size_t i = 0; i < LENGTH(calls); i++)
		expect(environment, calls[i], file, part);
}

/** needs_seccomp - skip where the engine seccomp cannot work. */
static void
needs_seccomp(void)
{
	char why[256];

	if (!bg_seccomp_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
}

static void
program_is_followed_by_each_call(void **state)
{
	(void)state;
	needs_seccomp();
	expect_each("BINDGUARD_LOG=none BINDGUARD_FOLLOW=" BG_COMMAND, STATIC, "lo\n");
}

static void
program_is_told_by_each_call(void **state)
{
	(void)state;
	expect_each("BINDGUARD_LOG=stderr", STATIC, " not guarded: it is a static program; ");
	expect_each("BINDGUARD_FOLLOW=strict", STATIC, " refused: EACCES: ");
	expect_each("BINDGUARD_FOLLOW=0", STATIC, "anywhere\n");
}

static void
program_that_is_reached_is_guarded_by_each_call(void **state)
{
	(void)state;
	expect_each("BINDGUARD_LOG=none BINDGUARD_FOLLOW=" BG_COMMAND, BG_BUILD_DIR "/probes/probe-dynamic", "lo\n");
}

/** A thread's, and a signal handler's: both ways of the command, with each kind of sink. */
static void
call_with_16_kib_of_stack_is_followed(void **state)
{
	static const char *const where[] = {"thread", "handler"};

	(void)state;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
	skip(); /* the runtime's thread-local storage, or its red zones, take more of a stack */
#endif
	needs_seccomp();
	for (size_t i = 0; i < LENGTH(where); i++) {
		expect("BINDGUARD_LOG_EVENTS=all BINDGUARD_LOG=journal BINDGUARD_FOLLOW=" BG_COMMAND, where[i], STATIC,
		       "lo\n");
		expect("BINDGUARD_LOG_EVENTS=all BINDGUARD_LOG=stderr BINDGUARD_FOLLOW=" BG_COMMAND, where[i], STATIC,
		       "lo\n");
		expect("BINDGUARD_LOG_FORMAT=json BINDGUARD_FOLLOW=strict:/no/such", where[i], STATIC, "\"EACCES\"");
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_is_followed_by_each_call),
		cmocka_unit_test(program_is_told_by_each_call),
		cmocka_unit_test(program_that_is_reached_is_guarded_by_each_call),
		cmocka_unit_test(call_with_16_kib_of_stack_is_followed),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
