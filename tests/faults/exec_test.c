/* SPDX-License-Identifier: MIT
 * exec_test.c - each system call that the guard makes while a program is executed fails in turn. What the preload reaches stays
 * guarded; what it does not is followed, or executed bare and told, or refused and told with `strict`; and where the call itself
 * fails, it fails with the very error. Never is a program left alone in silence.
 *
 * The tracer is a debugger: where it is not gone yet, the guard tells that and follows nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "faults/start.h"
#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STATIC BG_BUILD_DIR "/probes/probe-static"
#define DYNAMIC BG_BUILD_DIR "/probes/probe-dynamic"
#define SCRIPT SINK_DIR "/script"

static const int errors[] = {EPERM, ENOMEM, EINTR, ENOSYS, EIO, EMFILE, ENFILE};
static const char *const calls[] = {"execve", "fexecve", "execvp", "spawn"};

/** struct outcomes - how often. */
struct outcomes {
	unsigned guarded, told, refused, failed;
};

/** is_failure - is @output `failed ERROR`? */
static bool
is_failure(const char *output, int error)
{
	char text[32];

	snprintf(text, sizeof(text), "failed %d\n", error);
	return strcmp(output, text) == 0;
}

/** judge - what came of one run. @reached: the preload reaches the program. Return: whether it may be. */
static bool
judge(const struct start_result *result, const struct fault *fault, bool reached, bool strict,
      struct outcomes *outcomes)
{
	/* No sink is left for the event. */
	bool unheard = fault->more == FAULT_ONWARD && result->trace.injected > 1;

	if (strcmp(result->output, "lo\n") == 0)
		return ++outcomes->guarded;
	if (strcmp(result->output, "anywhere\n") == 0 && !reached && !strict && strstr(result->said, " not guarded: "))
		return ++outcomes->told;
	if (strict && is_failure(result->output, EACCES) && (unheard || strstr(result->said, "refused: EACCES")))
		return ++outcomes->refused;
	return is_failure(result->output, result->trace.injected ? fault->error : -1) && ++outcomes->failed;
}

/** every_run - of @file by @call, each call with each error, alone, with all that follow, with all of its number. */
static void
every_run(const char *call, const char *file, bool strict, struct outcomes *outcomes)
{
	const char *words[] = {"fault_exec", call, file, "listen", NULL};
	char follow[512];
	const char *environment[] = {"BINDGUARD_FOLLOW", follow, "BINDGUARD_CONFIG", "", NULL};
	struct start_result result;

	snprintf(follow, sizeof(follow), "%s%s", strict ? "strict:" : "", BG_COMMAND);
	for (size_t i = 0; i < 3 * LENGTH(errors); i++) {
		struct fault fault = {.error = errors[i / 3], .more = (enum fault_more)(i % 3)};

		if (fault.more && fault.error == EINTR) /* libc tries again, for ever */
			continue;
		do {
			fault.at++;
			start_run_host(words, host_preload(), environment, &fault, &result);
			if (!judge(&result, &fault, strcmp(file, DYNAMIC) == 0, strict, outcomes))
				fail_msg("%s %s: call %u (%ld)%s: error %d: printed %s, said %.400s", call, file,
					 fault.at, result.trace.number, fault_more_name(fault.more), fault.error,
					 result.output, result.said);
		} while (result.trace.injected > 0);
		assert_true(fault.at > 8);
	}
}

/** run - by each call. */
static struct outcomes
run(const char *file, bool strict)
{
	struct outcomes outcomes = {0};

	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime gives up when its own calls fail */
	for (size_t i = 0; i < LENGTH(calls); i++)
		every_run(calls[i], file, strict, &outcomes);
	figure("%u guarded, %u told, %u refused, %u failed as injected", outcomes.guarded, outcomes.told,
	       outcomes.refused, outcomes.failed);
	return outcomes;
}

static void
exec_of_what_the_preload_reaches_stays_guarded_whatever_fails(void **state)
{
	struct outcomes outcomes = run(DYNAMIC, false);

	(void)state;
	assert_true(outcomes.guarded > 50 && outcomes.failed > 20);
}

static void
exec_of_a_static_program_is_told_whatever_fails(void **state)
{
	struct outcomes outcomes = run(STATIC, false);

	(void)state;
	assert_true(outcomes.told > 50 && outcomes.failed > 20);
}

static void
exec_of_a_static_interpreter_is_told_whatever_fails(void **state)
{
	struct outcomes outcomes;

	(void)state;
	sink_write(SCRIPT, "#!/bin/busybox sh\nexec " STATIC " listen\n");
	assert_int_equal(chmod(SCRIPT, 0755), 0);
	outcomes = run(SCRIPT, false);
	assert_true(outcomes.told > 50 && outcomes.failed > 20);
}

static void
exec_that_is_strict_is_refused_whatever_fails(void **state)
{
	struct outcomes outcomes = run(STATIC, true);

	(void)state;
	assert_true(outcomes.refused > 50);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_of_what_the_preload_reaches_stays_guarded_whatever_fails),
		cmocka_unit_test(exec_of_a_static_program_is_told_whatever_fails),
		cmocka_unit_test(exec_of_a_static_interpreter_is_told_whatever_fails),
		cmocka_unit_test(exec_that_is_strict_is_refused_whatever_fails),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, start_set_up, start_tear_down);
}
