/* SPDX-License-Identifier: MIT
 * alloc_test.c - each allocation of reading a configuration fails in turn, alone and with all that follow: the policy is
 * whole, or lockdown with a mistake that says why; nothing leaks. In process, and in a program that starts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "faults/alloc.h"
#include "faults/places.h"
#include "faults/start.h"
#include "preload/host.h"
#include "preload/sink.h"

#define RULES 8

static struct bg_loaded loaded;

/** struct outcomes - how often. */
struct outcomes {
	unsigned right, lockdown, injections;
};

/** write_rules - a file of many rules with all keys, so that the arena takes several blocks. */
static void
write_rules(const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fprintf(file, "mode = enforce\nlog {\n\tto = \"/var/log/guard\"\n\tformat = json\n\tevents = all\n}\n");
	for (int i = 0; i < RULES; i++)
		fprintf(file,
			"rule \"r%d\" {\n\tprogram = {\"p*\", \"/usr/*/q\"}\n\tcommand = {\"*vite*\", \"*-m http*\"}\n"
			"\tprotocol = {\"tcp\", \"udp\"}\n\tfamily = {\"ipv4\", \"ipv6\"}\n"
			"\taddress = {\"wildcard\", \"10.0.0.0/8\", \"fd00::/8\"}\n\tport = {\"%d\", \"2000-3000\"}\n"
			"\taction = rewrite\n\tto = {\"127.0.0.%d\", \"::1\"}\n\tto_port = %d\n}\n",
			i, 1000 + i, 1 + i, 5000 + i);
	fprintf(file, "rule \"last\" {\n\taction = confine\n\tinterface = lo\n}\n");
	fprintf(file, "rule \"deny\" {\n\taction = deny\n\terror = EADDRINUSE\n}\n");
	assert_int_equal(fclose(file), 0);
}

/** says_memory - is there a mistake that says what failed? */
static bool
says_memory(const struct bg_diags *diags)
{
	for (unsigned i = 0; i < diags->count; i++)
		if (strstr(diags->items[i].text, "memory") || strstr(diags->items[i].text, "ENOMEM"))
			return true;
	return false;
}

/** copy_right - the policy and the number of mistakes when nothing fails. Return: to be freed. */
static struct bg_policy *
copy_right(const struct bg_settings *settings, unsigned *mistakes)
{
	struct bg_policy *copy;

	bg_load(settings, NULL, &loaded);
	*mistakes = bg_diags_mistakes(&loaded.diags);
	copy = malloc(loaded.policy->size);
	assert_non_null(copy);
	memcpy(copy, loaded.policy, loaded.policy->size);
	bg_loaded_free(&loaded);
	return copy;
}

/** one_load - one allocation fails. Return: whether there was one. */
static bool
one_load(const struct bg_settings *settings, enum alloc_kind kind, unsigned at, bool onward,
	 const struct bg_policy *right, unsigned mistakes, struct outcomes *outcomes)
{
	unsigned injected;
	long outstanding;
	bool same, unused;

	alloc_arm(kind, at, onward);
	bg_load(settings, NULL, &loaded);
	injected = alloc_disarm();
	same = loaded.policy->size == right->size && memcmp(loaded.policy, right, right->size) == 0;
	unused = settings->mode && loaded.policy->mode == BG_MODE_OFF; /* observe: nothing is changed */
	if (same && bg_diags_mistakes(&loaded.diags) == mistakes)
		outcomes->right++;
	else if ((unused || (loaded.policy->lockdown && loaded.policy->rule_count == bg_policy_lockdown->rule_count)) &&
		 says_memory(&loaded.diags))
		outcomes->lockdown++;
	else
		fail_msg("allocation %u%s: %u rules, %u mistakes, the first \"%s\"", at, onward ? " and on" : "",
			 loaded.policy->rule_count, bg_diags_mistakes(&loaded.diags),
			 loaded.diags.count ? loaded.diags.items[0].text : "");
	bg_loaded_free(&loaded);
	outstanding = alloc_outstanding();
	if (outstanding)
		fail_msg("allocation %u%s: %ld leak", at, onward ? " and on" : "", outstanding);
	outcomes->injections += injected > 0;
	return injected > 0;
}

/** every_load - each allocation; after it a load in which none fails must be as ever. */
static struct outcomes
every_load(const char *what, const struct bg_settings *settings)
{
	struct outcomes outcomes = {0};
	unsigned mistakes, again;
	struct bg_policy *right = copy_right(settings, &mistakes), *after;

	for (int i = 0; i < 4; i++) {
		enum alloc_kind kind = i / 2 ? ALLOC_ARENA : ALLOC_SYSTEM;
		unsigned at = 1;

		while (one_load(settings, kind, at, i % 2, right, mistakes, &outcomes)) {
			after = copy_right(settings, &again);
			if (again != mistakes)
				fail_msg("after allocation %u: %s", at, loaded.diags.items[0].text);
			assert_memory_equal(after, right, right->size);
			free(after);
			at++;
		}
	}
	free(right);
	figure("%s: %u injections: %u times the rules, %u times lockdown", what, outcomes.injections, outcomes.right,
	       outcomes.lockdown);
	return outcomes;
}

/** file_without_memory_is_read_whole_or_not_used - libconfuse's allocations are among those of the arena. */
static void
file_without_memory_is_read_whole_or_not_used(void **state)
{
	struct bg_settings settings = {.config = FAULT_FOLDER "/many"};
	struct outcomes outcomes;

	(void)state;
	write_rules(settings.config);
	outcomes = every_load("file", &settings);
	assert_true(outcomes.injections > 500);
	settings.mode = "observe";
	settings.log = "/tmp/elsewhere";
	settings.log_format = "text";
	every_load("file and environment", &settings);
}

/** default_without_memory_is_kept_or_lockdown - it allocates where the environment changes it only. */
static void
default_without_memory_is_kept_or_lockdown(void **state)
{
	struct bg_settings settings = {.config = "", .to = "127.0.0.2", .log = "none"};
	struct outcomes outcomes = every_load("built-in", &settings);

	(void)state;
	assert_true(outcomes.injections >= 2);
}

/** mistakes_without_memory_stay_mistakes - a broken file never becomes a good one. */
static void
mistakes_without_memory_stay_mistakes(void **state)
{
	struct bg_settings settings = {.config = FAULT_FOLDER "/broken", .log = "none"};

	(void)state;
	sink_write(settings.config, START_RULES "rule \"last\" {\n\tport = {\"99999\"}\n\taction = allow\n}\n");
	every_load("a mistake", &settings);
	sink_write(settings.config,
		   START_RULES "rule \"port\" {\n\tport = {\"99999\"}\n\tnoise = {\"${HOME}\"}\n\taction = "
			       "rewrite\n}\nrule \"open\" {\n");
	every_load("mistakes", &settings);
}

/** program_that_starts_without_memory_is_guarded - the same in a program, whose own allocations do not fail. */
static void
program_that_starts_without_memory_is_guarded(void **state)
{
	const char *environment[] = {"BINDGUARD_CONFIG", FAULT_RULES, "FAULT_LIBRARY", host_library(), "FAULT_ALLOC",
				     NULL /* set */,	 NULL};
	struct outcomes outcomes = {0};
	struct fault none = {.at = 0};
	char preload[2048], number[16];
	struct start_result result;

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's malloc(3) stands in front of the one that fails */
	snprintf(preload, sizeof(preload), "%s/hosts/fail_alloc.so %s", BG_BUILD_DIR, host_library());
	for (int sign = 1; sign >= -1; sign -= 2) {
		int at = 0;

		do {
			snprintf(number, sizeof(number), "%d", sign * ++at);
			environment[5] = number;
			start_run(preload, environment, &none, &result);
			start_expect_end(&none, &result);
			if (start_is(&result, START_RIGHT))
				outcomes.right++;
			else if (start_is(&result, START_LOCKDOWN))
				outcomes.lockdown++;
			else
				fail_msg("allocation %s: printed %s, said %s", number, result.output, result.said);
			outcomes.injections += result.allocations > 0;
		} while (result.allocations > 0);
	}
	figure("%u injections: %u times the rules, %u times lockdown", outcomes.injections, outcomes.right,
	       outcomes.lockdown);
	assert_true(outcomes.injections >= 4);
	assert_int_equal(outcomes.lockdown, outcomes.injections);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_without_memory_is_read_whole_or_not_used),
		cmocka_unit_test(default_without_memory_is_kept_or_lockdown),
		cmocka_unit_test(mistakes_without_memory_stay_mistakes),
		cmocka_unit_test(program_that_starts_without_memory_is_guarded),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, start_set_up, start_tear_down);
}
