/* SPDX-License-Identifier: MIT
 * outgoing_test.c - rules for connect(2) under the preload: by which link a client leaves, seen from the second host and by the
 * socket's own name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/ways.h"
#include "preload/host.h"

/** run - the row's client. @user: what starts it, for env(1) */
static void
run(const struct way *way, const char *user, const char *expected)
{
	char environment[512], arguments[1024], got[1024];

	snprintf(environment, sizeof(environment), "%s BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", user, ways_config(way));
	snprintf(arguments, sizeof(arguments), "outgoing %s", way->arguments);
	assert_int_equal(host_run(environment, arguments, got, sizeof(got)), 0);
	got[strcspn(got, "\n")] = '\0';
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s got \"%s\", expected \"%s\"", way->name, user, got, expected);
}

/** client_leaves_as_the_rules_say - the row's, as root. */
static void
client_leaves_as_the_rules_say(void **state)
{
	const struct way *way = *state;

	run(way, "", way->expected);
}

/** client_of_nobody_leaves_as_the_rules_say - without the privilege to take a device off a socket. */
static void
client_of_nobody_leaves_as_the_rules_say(void **state)
{
	const struct way *way = *state;

	run(way, "setpriv --reuid=65534 --regid=65534 --clear-groups env", way->nobodys ? way->nobodys : way->expected);
}

static int
set_up(void **state)
{
	(void)state;
	return ways_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	ways_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(2 * way_count, sizeof(*tests));

	for (size_t i = 0; i < 2 * way_count; i++) {
		union {
			const struct way *in;
			void *out;
		} way = {.in = &ways[i / 2]};

		tests[i].name = ways[i / 2].name;
		tests[i].initial_state = way.out;
		tests[i].test_func = i % 2 ? client_of_nobody_leaves_as_the_rules_say : client_leaves_as_the_rules_say;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("outgoing", tests, 2 * way_count, set_up, tear_down);
}
