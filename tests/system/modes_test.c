/* SPDX-License-Identifier: MIT
 * modes_test.c - a server without any capability, and one that is only observed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/net.h"
#include "system/rows.h"

static const struct server servers[] = {
	{.name = "python_http_server_ipv4",
	 .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "%P"},
	 HTTP,
	 .ipv4 = true,
	 .table = "127.0.0.1:%P",
	 .events = {TO_LOOPBACK4}},
	{.name = "node_http_dualstack",
	 .words = {"node", "-e", "require('http').createServer((q, r) => r.end('hello')).listen(%P)"},
	 HTTP,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
};

/** server_unprivileged_is_guarded - without capabilities: SO_BINDTODEVICE and all. */
static void
server_unprivileged_is_guarded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct run run;

		rows_start(&run, &servers[i], GUARD_UNPRIVILEGED);
		rows_expect_guarded(&run);
		server_stop(&run);
	}
}

/** server_observed_is_unchanged_and_logged - observe mode: open as ever, and the log says what would be done. */
static void
server_observed_is_unchanged_and_logged(void **state)
{
	struct run run;

	(void)state;
	rows_start(&run, &servers[0], GUARD_OBSERVE);
	rows_expect_open(&run);
	rows_expect_event(&run, "tcp 0.0.0.0:%P -> 127.0.0.1:%P (would rewrite, rule \"servers\")");
	server_stop(&run);
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
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_unprivileged_is_guarded),
		cmocka_unit_test(server_observed_is_unchanged_and_logged),
	};

	return cmocka_run_group_tests_name("modes", tests, set_up, tear_down);
}
