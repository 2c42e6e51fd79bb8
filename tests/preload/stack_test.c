/* SPDX-License-Identifier: MIT
 * stack_test.c - binds on a stack of 16 KiB: a thread's with guard pages, and a signal handler's. How deep the guard goes is
 * measured, on its longest ways: both loopbacks, an interface as target, text, JSON and the journal. */
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

/** DEEPEST - bytes that a guarded call may use: what is left of 16 KiB after a signal frame with AVX-512 registers. */
#define DEEPEST 10240

static const char *const environments[] = {
	"BINDGUARD_LOG=none",
	"BINDGUARD_LOG=stderr",
	"BINDGUARD_LOG=$BG_FOLDER/log BINDGUARD_LOG_FORMAT=json",
	"BINDGUARD_LOG=syslog BINDGUARD_LOG_FORMAT=json",
	"BINDGUARD_LOG=journal BINDGUARD_LOG_EVENTS=all",
	"BINDGUARD_LOG=journal BINDGUARD_LOG_FORMAT=json BINDGUARD_TO=lo",
	"BINDGUARD_LOG=stderr BINDGUARD_LOG_FORMAT=json BINDGUARD_TO=127.0.0.1,::1",
	"BINDGUARD_LOG=journal BINDGUARD_LOG_FORMAT=json BINDGUARD_FROM=machine,lo,10.0.0.0/8,2001:db8::/47",
	"BINDGUARD_CONFIG=/nowhere BINDGUARD_LOG=journal",
	"BINDGUARD_CONFIG=$BG_FOLDER/out BINDGUARD_LOG=journal BINDGUARD_LOG_FORMAT=json",
};

/** deepest_of - the deepest call over all environments, on a stack of the kind @where. */
static unsigned
deepest_of(const char *where)
{
	/* Instrumented frames are larger; the limit is one of the library that is installed. */
	unsigned size = getenv("BG_PRELOAD_FIRST") ? 131072 : 16384, deepest = 0;
	char arguments[64], output[256];

	snprintf(arguments, sizeof(arguments), "small_stack %u %s", size, where);
	for (size_t i = 0; i < sizeof(environments) / sizeof(environments[0]); i++) {
		int status = host_run(environments[i], arguments, output, sizeof(output));
		unsigned guarded = 0, depth = 0;

		if (status || sscanf(output, "guarded %u of 6, deepest %u", &guarded, &depth) != 2 || guarded != 6)
			fail_msg("%s, %s: status %d, %s", environments[i], where, status, output);
		if (depth > deepest)
			deepest = depth;
	}
	if (size == 16384 && deepest > DEEPEST)
		fail_msg("a guarded call uses %u bytes of stack, expected at most %d", deepest, DEEPEST);
	return deepest;
}

/** thread_with_16_kib_of_stack_is_guarded - with guard pages on both sides. */
static void
thread_with_16_kib_of_stack_is_guarded(void **state)
{
	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* the runtime's thread-local storage takes more of a thread's stack */
#endif
	figure("deepest guarded call: %u bytes of stack", deepest_of("thread"));
}

/** handler_with_16_kib_of_stack_is_guarded - the kernel's signal frame lies there, too. */
static void
handler_with_16_kib_of_stack_is_guarded(void **state)
{
	(void)state;
	figure("deepest guarded call: %u bytes of stack", deepest_of("handler"));
}

static int
set_up(void **state)
{
	char path[128];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/out", host_folder());
	file = fopen(path, "we");
	if (!file)
		return -1;
	fputs("rule b { address = wildcard action = rewrite to = loopback }\n"
	      "rule r { call = connect action = rewrite to = " CABLE " }\n",
	      file);
	fclose(file);
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
		cmocka_unit_test(thread_with_16_kib_of_stack_is_guarded),
		cmocka_unit_test(handler_with_16_kib_of_stack_is_guarded),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
