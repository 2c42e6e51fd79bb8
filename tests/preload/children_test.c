/* SPDX-License-Identifier: MIT
 * children_test.c - what a forked, vforked, spawned, executed or daemonised child of a guarded program binds is guarded,
 * and the parent is none the worse for it. */
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

#define TO "BINDGUARD_LOG=none BINDGUARD_TO=127.0.0.9,::1"
#define WELL(who, address) who " 4 of 4, first " address ":19800, errno 4711\n"

/** expect - the host's output. */
static void
expect(const char *arguments, const char *expected)
{
	char output[1024];
	int status = host_run(TO, arguments, output, sizeof(output));

	if (status || strcmp(output, expected) != 0)
		fail_msg("%s: status %d, %s", arguments, status, output);
	figure("4 binds of the child, 4 of the parent: 8 guarded");
}

/** child_forked_is_guarded - and the parent afterwards. */
static void
child_forked_is_guarded(void **state)
{
	(void)state;
	expect("children fork", WELL("child", "127.0.0.9") WELL("parent", "127.0.0.9"));
}

/** child_vforked_leaves_the_parent_s_memory_intact - it binds in it. */
static void
child_vforked_leaves_the_parent_s_memory_intact(void **state)
{
	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* the runtime makes a fork(2) of a vfork(2) */
#endif
	expect("children vfork", WELL("child", "127.0.0.9") "canary intact, errno 12\n" WELL("parent", "127.0.0.9"));
}

/** child_spawned_is_guarded - with the environment that it inherits. */
static void
child_spawned_is_guarded(void **state)
{
	(void)state;
	expect("children spawn", WELL("child", "127.0.0.9") WELL("parent", "127.0.0.9"));
}

/** child_executed_without_environment_has_the_default - LD_PRELOAD is all that is left. */
static void
child_executed_without_environment_has_the_default(void **state)
{
	(void)state;
	expect("children exec", WELL("child", "127.0.0.1") WELL("parent", "127.0.0.9"));
}

/** grandchild_daemonised_is_guarded - in a session of its own, without stdin and stderr. */
static void
grandchild_daemonised_is_guarded(void **state)
{
	(void)state;
	expect("children daemon", WELL("child", "127.0.0.9") WELL("parent", "127.0.0.9"));
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
		cmocka_unit_test(child_forked_is_guarded),
		cmocka_unit_test(child_vforked_leaves_the_parent_s_memory_intact),
		cmocka_unit_test(child_spawned_is_guarded),
		cmocka_unit_test(child_executed_without_environment_has_the_default),
		cmocka_unit_test(grandchild_daemonised_is_guarded),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
