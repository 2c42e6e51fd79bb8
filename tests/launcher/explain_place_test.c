/* SPDX-License-Identifier: MIT
 * explain_place_test.c - what `bindguard explain` takes from where it runs: what the machine can do, modes,
 * environment, the ports that a listen may choose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define THEN "at listen: not asked again, bind has decided\n"
#define GIVEN_BACK(call) "at connect to another host: given back, bind(" call ")\n"

static void
change_that_this_machine_cannot_make_is_told(void **state)
{
	static const char text[] = "rule a { program = nosuch action = confine interface = nosuch0 }\n"
				   "rule b { action = confine }\n";
	static const char *const rows[][3] = {
		{"udp '[::1]:80'", "bind([::1]:80)\n", "true"},
		{"udp 127.9.9.9:80", "bind(127.9.9.9:80)\n", "true"},
		{"tcp '[::]:80'", "bind([::]:80)\n", "true"},
		{"tcp 0.0.0.0:80", "bind(0.0.0.0:80)\n", "true"},
		{"udp 192.0.2.77:80",
		 "bind(192.0.2.77:80), but the interface lo does not have 192.0.2.77 now (EADDRNOTAVAIL)\n", "false"},
		{"tcp '[2001:db8::77]:80'", "but the interface lo does not have 2001:db8::77 now (EADDRNOTAVAIL)\n",
		 "false"},
		{"tcp '[::ffff:192.0.2.77]:80'", "but the interface lo does not have 192.0.2.77 now", "false"},
		{"-p nosuch udp 127.0.0.1:80", "but there is no interface nosuch0 here now\n", "false"},
	};
	char arguments[1024];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *path = capture_file("confined.conf", text, strlen(text));

		snprintf(arguments, sizeof(arguments), "-c '%s' %s", path, rows[i][0]);
		capture_expect(capture_explain(arguments)->out, rows[i][1]);
		snprintf(arguments, sizeof(arguments), "--json -c '%s' %s", path, rows[i][0]);
		if (!strstr(capture_explain(arguments)->out,
			    strcmp(rows[i][2], "true") == 0 ? "\"available\": true" : "\"available\": false"))
			fail_msg("%s: %s expected in\n%s", rows[i][0], rows[i][2], capture_explain(arguments)->out);
	}
}

static void
mode_that_changes_nothing_is_told(void **state)
{
	const struct capture *run = capture_run("BINDGUARD_CONFIG= BINDGUARD_MODE=observe", "explain tcp 0.0.0.0:80");

	(void)state;
	assert_int_equal(run->status, 0);
	capture_expect(run->out, "changed: bind(127.0.0.1:80)\n");
	capture_expect(run->out, "\nmode = observe: nothing of this is done, only logged\n");
	run = capture_run("BINDGUARD_CONFIG= BINDGUARD_MODE=off", "explain tcp 0.0.0.0:80");
	assert_int_equal(run->status, 0);
	capture_expect(run->out, "\nmode = off: nothing of this is done\n");
}

static void
environment_counts_as_for_guarded_programs(void **state)
{
	const struct capture *run = capture_run("BINDGUARD_CONFIG= BINDGUARD_TO=127.0.0.9", "explain tcp 0.0.0.0:80");

	(void)state;
	assert_int_equal(run->status, 3);
	capture_expect(run->out, "matches: rewrite to 127.0.0.9\nchanged: bind(127.0.0.9:80)\n");
	capture_expect(run->out, THEN GIVEN_BACK("0.0.0.0:80"));
	run = capture_run("BINDGUARD_CONFIG= BINDGUARD_TO=192.0.2.77", "explain tcp 0.0.0.0:80");
	capture_expect(run->out, "changed: bind(192.0.2.77:80), but no interface here has 192.0.2.77 now\n" THEN
				 "at connect: kept, whatever the other end\n");
}

/** number_of - the integer behind @key of element @i of @array. */
static unsigned
number_of(const json_t *array, size_t i, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(json_array_get(array, i), key));
}

static void
listen_is_explained_for_every_port_that_may_be_chosen(void **state)
{
	static const char format[] = "rule a { port = {1-%u, %u} action = deny }\n"
				     "rule b { port = {%u, %u-65535} action = deny error = EPERM }\n"
				     "rule z { port = 0 action = allow }\n";
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned low = 0, high = 0, middle;
	char text[512], arguments[640];
	json_t *value, *listen;
	int status;

	(void)state;
	assert_true(range && fscanf(range, "%u %u", &low, &high) == 2 && high - low > 8);
	fclose(range);
	/* Denied up to the middle; two ports denied by one rule each; free; denied by the other from high on. */
	middle = (low + high) / 2;
	snprintf(text, sizeof(text), format, middle, middle + 1, middle + 2, high);
	snprintf(arguments, sizeof(arguments), "-c %s tcp '[::]:0'", capture_file("ports.conf", text, strlen(text)));
	value = capture_explain_json(arguments, &status);
	listen = json_object_get(value, "listen");
	assert_int_equal(status, 4);
	assert_string_equal(json_string_value(json_object_get(json_object_get(value, "decision"), "effect")), "none");
	assert_int_equal(json_array_size(listen), 4);
	for (size_t i = 0; i < 4; i++) {
		const unsigned borders[] = {low, middle + 2, middle + 3, high, high + 1};
		static const char *const errors[] = {"EACCES", "EPERM", NULL, "EPERM"};
		const char *error = json_string_value(json_object_get(json_array_get(listen, i), "error"));

		assert_int_equal(number_of(listen, i, "first_port"), borders[i]);
		assert_int_equal(number_of(listen, i, "last_port"), borders[i + 1] - 1);
		assert_string_equal(error ? error : "none", errors[i] ? errors[i] : "none");
	}
	json_decref(value);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_that_this_machine_cannot_make_is_told),
		cmocka_unit_test(mode_that_changes_nothing_is_told),
		cmocka_unit_test(environment_counts_as_for_guarded_programs),
		cmocka_unit_test(listen_is_explained_for_every_port_that_may_be_chosen),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
