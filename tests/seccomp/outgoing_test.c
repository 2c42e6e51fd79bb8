/* SPDX-License-Identifier: MIT
 * outgoing_test.c - rules for connect(2) under the engine `seccomp`: by which link a client leaves, seen from the second host
 * and by the socket's own name. */
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
#include "seccomp/guarded.h"

/** client_leaves_as_the_rules_say - the row's. */
static void
client_leaves_as_the_rules_say(void **state)
{
	const struct way *way = *state;
	char arguments[1024], got[1024];

	setenv("BINDGUARD_CONFIG", ways_config(way), 1);
	snprintf(arguments, sizeof(arguments), "../seccomp_cli %s/hosts/outgoing %s", BG_BUILD_DIR, way->arguments);
	assert_int_equal(host_run(NULL, arguments, got, sizeof(got)), 0);
	got[strcspn(got, "\n")] = '\0';
	if (strcmp(got, way->expected) != 0)
		fail_msg("%s: got \"%s\", expected \"%s\"", way->name, got, way->expected);
}

static int
set_up(void **state)
{
	(void)state;
	log_to("none");
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
	struct CMUnitTest *tests = calloc(way_count, sizeof(*tests));

	for (size_t i = 0; i < way_count; i++) {
		union {
			const struct way *in;
			void *out;
		} way = {.in = &ways[i]};

		tests[i] = (struct CMUnitTest){
			.name = ways[i].name, .test_func = client_leaves_as_the_rules_say, .initial_state = way.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("outgoing", tests, way_count, set_up, tear_down);
}
