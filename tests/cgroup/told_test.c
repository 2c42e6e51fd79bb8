/* SPDX-License-Identifier: MIT
 * told_test.c - what `explain -e cgroup` and `list` tell of the engine cgroup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cgroup/cell.h"
#include "launcher/drive.h"

/** explain_names_the_rules_that_it_cannot_hold - by name, file and line; other engines have none of these. */
static void
explain_names_the_rules_that_it_cannot_hold(void **state)
{
	const struct drive_result *result;

	(void)state;
	assert_true(drive_write("rules.conf",
				"rule \"vite\" { command = {\"*vite*\"} action = deny }\n"
				"rule \"s\" { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n",
				0644));
	result = drive_expect(3, "", "%s", "$BG explain -e cgroup -c rules.conf tcp 0.0.0.0:80");
	assert_non_null(strstr(result->out, "at connect: kept, whatever the other end\n"));
	assert_non_null(strstr(result->out, "rules.conf:1): `command` cannot be read in "
					    "the kernel: name the `program`\n"
					    "engine cgroup: `bindguard run -e cgroup` refuses this configuration\n"));
	result = drive_expect(3, "", "%s", "$BG explain -e seccomp -c rules.conf tcp 0.0.0.0:80");
	assert_null(strstr(result->out, "engine"));
	result = drive_expect(
		0, "", "%s",
		"$BG explain --json -e cgroup -c rules.conf tcp 0.0.0.0:80 | jq -c '[.refused[].name, .connect]'");
	assert_string_equal(result->out, "[\"vite\",\"kept\"]\n");
	drive_expect(2, "bindguard: unknown engine \"x\", expected auto, preload, seccomp or cgroup\n", "%s",
		     "$BG explain -e x tcp 0.0.0.0:80");
}

/** list_shows_who_is_guarded - by the engine's name. */
static void
list_shows_who_is_guarded(void **state)
{
	const struct drive_result *result;

	(void)state;
	result = drive_expect(
		0, NULL, "%s",
		"unshare -n sh -c 'ip link set lo up; $BG run -q -e cgroup /usr/bin/python3 -m http.server 18123 "
		">/dev/null 2>&1 & p=$!; for i in $(seq 300); do $BG list | grep -q 18123 && break; sleep 0.05; done; "
		"$BG list --json | jq -c \"[.[] | .port, .guarded, .reachable]\"; kill $p'");
	assert_string_equal(result->out, "[18123,\"cgroup\",\"machine\"]\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explain_names_the_rules_that_it_cannot_hold),
		cmocka_unit_test(list_shows_who_is_guarded),
	};
	int failed;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	cell_set_up();
	failed = cmocka_run_group_tests(tests, drive_set_up, drive_tear_down);
	cell_tear_down();
	return failed;
}
