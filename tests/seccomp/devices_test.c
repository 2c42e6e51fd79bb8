/* SPDX-License-Identifier: MIT
 * devices_test.c - the ways of tests/preload/hosts/devices.c under the engine: a device that the kernel has set is no
 * choice of the program's, one that the program has chosen after bind(2) is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/addresses.h"
#include "net/net.h"
#include "seccomp/guarded.h"

#define PORT "21500"
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all "

/**
 * struct row - a way.
 * @name: of the test: its ending goes, and `_` is `-`
 * @as: arguments before the host
 * @bound: what the guarded host prints behind its port, or what failed
 */
struct row {
	const char *name;
	const char *as;
	const char *bound;
};

#define ENDING "_is_as_chosen"

static const struct row rows[] = {
	{"tcp6_scope_port" ENDING, "", "::%lo"},
	{"tcp6_scope_port_v6only" ENDING, UNPRIVILEGED, "::1"},
	{"tcp6_scope_port_exec" ENDING, "", "::%lo"},
	{"udp6_scope_port" ENDING, UNPRIVILEGED, "::%lo"},
	{"tcp6_refused" ENDING, "", "::%lo"},
	{"tcp6_refused_exec" ENDING, "", "::%lo"},
	{"tcp6_mapped_refused" ENDING, "", "::ffff:0.0.0.0%lo"},
	{"tcp4_early_port" ENDING, "", "0.0.0.0%" CABLE},
	{"tcp6_early_scope_port" ENDING, "", "::%" CABLE},
	{"tcp4_port_late" ENDING, UNPRIVILEGED, "0.0.0.0%" CABLE},
	{"tcp6_mapped_late" ENDING, "", "::ffff:0.0.0.0%" CABLE},
	{"tcp4_port_late_there" ENDING, "", "0.0.0.0%" CABLE},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/** device_is_as_chosen - a row. */
static void
device_is_as_chosen(void **state)
{
	const struct row *row = *state;
	char way[64], command[512], output[256];
	const char *bound;

	snprintf(way, sizeof(way), "%.*s", (int)(strlen(row->name) - strlen(ENDING)), row->name);
	for (char *c = way; *c; c++)
		*c = *c == '_' ? '-' : *c;
	snprintf(command, sizeof(command), "%s%s %s " PORT " </dev/null", row->as, HOST("devices"), way);
	run_guarded("env BINDGUARD_CONFIG= BINDGUARD_LOG=none", command, output, sizeof(output));
	output[strcspn(output, "\n")] = '\0';
	bound = strchr(output, ' ');
	if (!bound || strcmp(bound + 1, row->bound) != 0)
		fail_msg("%s: %s, expected %s", way, output, row->bound);
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
	struct CMUnitTest tests[ROWS] = {{.name = NULL}};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].name,
					       .test_func = device_is_as_chosen,
					       .initial_state = (void *)(uintptr_t)&rows[i]};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
