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

#include "net/conf.h"
#include "net/net.h"
#include "preload/host.h"

#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"
#define CONFINE "BINDGUARD_LOG=none BINDGUARD_CONFIG=$BG_CONF/confine.conf"

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
	run("LC_ALL=C.UTF-8 BINDGUARD_LOG=none BINDGUARD_CONFIG=$BG_CONF/command.conf", "own_confuse", output,
	    sizeof(output));
	assert_string_equal(output,
			    "bind 0 127.0.0.1, by guard 0, own 4711, locale C, dlerror none, first free fd 4\n");
	figure("cfg_init and 4 others: 0 calls by the guard, its configuration read");
}

/** lines_of - how many. */
static int
lines_of(const char *text)
{
	int lines = 0;

	while ((text = strchr(text, '\n'))) {
		lines++;
		text++;
	}
	return lines;
}

/** calls_odd_are_as_bare - every return, errno and name, under enforce and observe. */
static void
calls_odd_are_as_bare(void **state)
{
	static char bare[262144], guarded[262144];

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
	figure("%d calls, 3 ways to guard, 0 differ", lines_of(bare));
}

/** calls_odd_unprivileged_are_as_bare - the ways that need no privilege: a socket is exchanged, not its device taken off. */
static void
calls_odd_unprivileged_are_as_bare(void **state)
{
	static char bare[262144], guarded[262144];

	(void)state;
	run("BINDGUARD_MODE=off " UNPRIVILEGED, "odd_calls", bare, sizeof(bare));
	run("BINDGUARD_LOG=none " UNPRIVILEGED, "odd_calls", guarded, sizeof(guarded));
	assert_string_equal(guarded, bare);
	assert_true(lines_of(bare) > 900);
	figure("%d calls, 0 differ", lines_of(bare));
}

/** expect_same - every line; a difference is told by the first line that differs, since cmocka cuts long messages. */
static void
expect_same(const char *way, const char *bare, const char *guarded)
{
	const char *line = bare;

	for (size_t i = 0; bare[i] || guarded[i]; i++) {
		if (bare[i] != guarded[i])
			fail_msg("%s\nbare:    %.200s\nguarded: %.200s", way, line, guarded + (line - bare));
		if (bare[i] == '\n')
			line = bare + i + 1;
	}
}

/** cut_open - take the last line, `open N`, off. Return: N. */
static int
cut_open(char *output)
{
	char *at = strstr(output, "open ");

	assert_non_null(at);
	*at = '\0';
	return atoi(at + strlen("open "));
}

/** calls_repeated_are_as_bare - what is called twice or too late costs no socket, and leaves none open to other hosts. */
static void
calls_repeated_are_as_bare(void **state)
{
	static const char *const ways[] = {"BINDGUARD_LOG=none", "BINDGUARD_LOG=none " UNPRIVILEGED, CONFINE,
					   CONFINE " " UNPRIVILEGED};
	char bare[4096], guarded[4096];
	int open;

	(void)state;
	assert_int_equal(net_run(SIDE_HERE, "echo 0 0 >/proc/sys/net/ipv4/ping_group_range"), 0);
	run(NULL, "repeated_calls", bare, sizeof(bare));
	open = cut_open(bare);
	assert_true(open > 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		run(ways[i], "repeated_calls", guarded, sizeof(guarded));
		assert_int_equal(cut_open(guarded), 0);
		expect_same(ways[i], bare, guarded);
	}
	figure("%d lines, 4 ways to guard, 0 differ; open to other hosts: bare %d, guarded 0", lines_of(bare), open);
}

/**
 * address_changed_meanwhile_is_never_a_wildcard - what was decided on is what is bound. (A mapping that another thread
 * removes meanwhile is the program's own race: bare it ends in EFAULT, under the guard in a signal.)
 */
static void
address_changed_meanwhile_is_never_a_wildcard(void **state)
{
	int tries, wildcard, loopback, failed, open, repeated = 0;
	char output[256];

	(void)state;
	do { /* a busy machine may run one thread after the other */
		run(NULL, "odd_calls race 20000", output, sizeof(output));
		assert_int_equal(sscanf(output, "tries %d wildcard %d loopback %d", &tries, &open, &loopback), 3);
	} while ((open == 0 || loopback == 0) && ++repeated < 100);
	assert_true(open > 0 && loopback > 0);
	run("BINDGUARD_LOG=none", "odd_calls race 200000", output, sizeof(output));
	assert_int_equal(
		sscanf(output, "tries %d wildcard %d loopback %d failed %d", &tries, &wildcard, &loopback, &failed), 4);
	if (wildcard || failed || loopback != 200000)
		fail_msg("%s", output);
	figure("200000 binds while the address changes, %d wildcards (bare %d of 20000)", wildcard, open);
}

static int
set_up(void **state)
{
	(void)state;
	conf_folder();
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
		cmocka_unit_test(host_with_its_own_confuse_is_unharmed),
		cmocka_unit_test(calls_odd_are_as_bare),
		cmocka_unit_test(calls_odd_unprivileged_are_as_bare),
		cmocka_unit_test(calls_repeated_are_as_bare),
		cmocka_unit_test(address_changed_meanwhile_is_never_a_wildcard),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
