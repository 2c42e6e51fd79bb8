/* SPDX-License-Identifier: MIT
 * transparency_test.c - programs under the preload, compared with themselves bare: what the guard does not change, it
 * must not change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "preload/host.h"

/** run - a host that must end well. */
static void
run(const char *environment, const char *arguments, char *output, size_t size)
{
	assert_int_equal(host_run(environment, arguments, output, size), 0);
}

/** host_with_its_own_confuse_is_unharmed - its cfg_init() is its own, the guard's configuration is read all the same. */
static void
host_with_its_own_confuse_is_unharmed(void **state)
{
	char output[1024];

	(void)state;
	run("LC_ALL=C.UTF-8 BINDGUARD_LOG=none BINDGUARD_CONFIG=" BG_SOURCE_DIR "/conf/bindguard.conf", "own_confuse",
	    output, sizeof(output));
	assert_string_equal(output,
			    "bind 0 127.0.0.1, by guard 0, own 4711, locale C, dlerror none, first free fd 4\n");
}

/** calls_odd_are_as_bare - every return, errno and name, under enforce and observe. */
static void
calls_odd_are_as_bare(void **state)
{
	static char bare[65536], guarded[65536];

	(void)state;
	run(NULL, "odd_calls", bare, sizeof(bare));
	assert_true(strlen(bare) > 10000 && strlen(bare) < sizeof(bare) - 1);
	run("BINDGUARD_LOG=none", "odd_calls", guarded, sizeof(guarded));
	assert_string_equal(guarded, bare);
	run("BINDGUARD_LOG=stderr BINDGUARD_MODE=observe", "odd_calls", guarded, sizeof(guarded));
	assert_string_equal(guarded, bare);
	run("BINDGUARD_CONFIG=/nowhere BINDGUARD_MODE=observe BINDGUARD_LOG=none", "odd_calls", guarded,
	    sizeof(guarded));
	assert_string_equal(guarded, bare);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_with_its_own_confuse_is_unharmed),
		cmocka_unit_test(calls_odd_are_as_bare),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
