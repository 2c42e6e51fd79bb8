/* SPDX-License-Identifier: MIT
 * random_ways_test.c - sequences of random calls on client sockets, under rules for connect(2), on a machine with two links: each
 * goes from where a naive model has it, hosts/random_ways.c. BG_SEED of the environment: that seed, BG_SEQUENCES: so many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "net/capture.h"
#include "net/places.h"
#include "preload/host.h"
#include "preload/pin_run.h"

#define SEQUENCES 1500

static unsigned long seed, sequences = SEQUENCES;

/** write_rule - as a file. Return: the environment that names it. */
static const char *
write_rule(const char *rule)
{
	static char environment[160];
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/ways", host_folder());
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(rule, file);
	fclose(file);
	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", path);
	return environment;
}

/** run - sequences under @policy: none goes wrong. */
static void
run(const char *policy, const char *environment)
{
	char arguments[128], output[65536];
	unsigned connected = 0, loopback = 0, wrong = 1;
	const char *end;

	snprintf(arguments, sizeof(arguments), "random_ways %s %lu %lu", policy, seed, sequences);
	assert_int_equal(host_run(environment, arguments, output, sizeof(output)), 0);
	end = strstr(output, "connected ");
	if (!end || sscanf(end, "connected %u, loopback %u, wrong %u", &connected, &loopback, &wrong) != 3 || wrong)
		fail_msg("BG_SEED=%lu %s: %.800s", seed, policy, output);
	assert_true(connected > sequences && loopback >= sequences / 25);
	figure("%s: %lu random sequences from seed %lu: %u connected elsewhere, %u to loopback, 0 wrong", policy,
	       sequences, seed, connected, loopback);
}

/** client_confined_goes_as_the_model_has_it - by the device of the rule, or by its own. */
static void
client_confined_goes_as_the_model_has_it(void **state)
{
	(void)state;
	run("confine", write_rule("rule r { call = connect action = confine interface = " PLACES_DEVICE " }\n"));
}

/** client_rewritten_goes_as_the_model_has_it - from the addresses of the rule, or from its own. */
static void
client_rewritten_goes_as_the_model_has_it(void **state)
{
	(void)state;
	run("rewrite", write_rule("rule r { call = connect action = rewrite to = {\"" PLACES_HERE4 "\", \"" PLACES_HERE6
				  "\"} }\n"));
}

/** client_pinned_sends_nothing_by_another_link - whatever it does in between. */
static void
client_pinned_sends_nothing_by_another_link(void **state)
{
	(void)state;
	capture_count();
	run("pin", "BINDGUARD_LOG=none BINDGUARD_PIN=" PLACES_DEVICE);
	assert_int_equal(capture_count(), 0);
}

static int
set_up(void **state)
{
	const char *given = getenv("BG_SEED"), *count = getenv("BG_SEQUENCES");

	(void)state;
	if (given)
		seed = strtoul(given, NULL, 10);
	else if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		seed %= 1000000000;
	if (count)
		sequences = strtoul(count, NULL, 10) / 50;
	return pin_set_up(PIN_PRELOAD);
}

static int
tear_down(void **state)
{
	(void)state;
	return pin_tear_down();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* First: nothing that another one has sent is on its way. */
		cmocka_unit_test(client_pinned_sends_nothing_by_another_link),
		cmocka_unit_test(client_confined_goes_as_the_model_has_it),
		cmocka_unit_test(client_rewritten_goes_as_the_model_has_it),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
