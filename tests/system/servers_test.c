/* SPDX-License-Identifier: MIT
 * servers_test.c - every server of the table, unguarded and guarded, seen from this machine and from a second one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/net.h"
#include "system/server.h"
#include "system/table.h"

static const int families[] = {AF_INET, AF_INET6};
static const char *const family_words[] = {"IPv4", "IPv6"};

/** tell - everything there is to know about a run that failed. */
static void
tell(const struct run *run, const char *what)
{
	char text[16384];

	print_error("%s: %s\n", run->server->name, what);
	server_read(run, "out", text, sizeof(text));
	print_error("-- its output:\n%s\n", text);
	server_read(run, "log", text, sizeof(text));
	print_error("-- the log:\n%s\n", text);
	server_table_has(run, "-", text, sizeof(text));
	print_error("-- the socket table:\n%s\n", text);
}

/** expect - fail with everything known unless @good. The server is ended first. */
static void
expect(struct run *run, bool good, const char *what)
{
	if (good)
		return;
	tell(run, what);
	server_stop(run);
	fail_msg("%s: %s", run->server->name, what);
}

/** start - or fail. */
static void
start(struct run *run, const struct server *server, enum guard guard)
{
	if (!server_is_there(server)) {
		print_message("%s: %s is not installed\n", server->name, server->words[0]);
		skip();
	}
	expect(run, server_start(run, server, guard), "does not listen");
}

/** asked - the question of the run's protocol. */
static struct question
asked(const struct run *run)
{
	const struct server *server = run->server;
	struct question question = {.udp = server->udp,
				    .port = run->port,
				    .request = server->request,
				    .size = server->size ? server->size : strlen(server->request),
				    .answer = server->answer};

	return question;
}

/** expect_probe - ask from @from and compare. */
static void
expect_probe(struct run *run, enum host from, int family, enum probe wanted)
{
	struct question question = asked(run);
	enum probe got = net_ask(from, families[family], &question);
	char what[160];

	snprintf(what, sizeof(what), "%s from %s: %s, expected %s", family_words[family],
		 from == HOST_HERE ? "this machine" : "the second host", net_probe_word(got), net_probe_word(wanted));
	/* A datagram may also get no answer at all: what counts is that none comes. */
	expect(run, got == wanted || (question.udp && wanted == PROBE_REFUSED && got == PROBE_SILENT), what);
}

/** expect_open - on each family that the row names, this machine and the second host are answered. */
static void
expect_open(struct run *run)
{
	bool serves[] = {run->server->ipv4, run->server->ipv6};

	for (int family = 0; family < 2; family++) {
		expect_probe(run, HOST_HERE, family, serves[family] ? PROBE_ANSWERED : PROBE_REFUSED);
		expect_probe(run, HOST_PEER, family, serves[family] ? PROBE_ANSWERED : PROBE_REFUSED);
	}
}

/** expect_table - the socket table shows each local address of the row. */
static void
expect_table(struct run *run)
{
	char expanded[256], table[65536], what[320];
	char *rest = expanded, *local;

	server_expand(run, run->server->table, expanded, sizeof(expanded));
	while ((local = strsep(&rest, " ")) != NULL) {
		snprintf(what, sizeof(what), "the socket table lacks %s", local);
		expect(run, server_table_has(run, local, table, sizeof(table)), what);
	}
}

/** expect_event - the log holds @event. */
static void
expect_event(struct run *run, const char *event)
{
	char expanded[256], log[16384], what[320];

	server_expand(run, event, expanded, sizeof(expanded));
	server_read(run, "log", log, sizeof(log));
	snprintf(what, sizeof(what), "the log lacks: %s", expanded);
	expect(run, strstr(log, expanded) != NULL, what);
}

/** expect_guarded - all four: answers here, refused from the second host, the socket table, the log. */
static void
expect_guarded(struct run *run)
{
	bool serves[] = {run->server->ipv4, run->server->ipv6};

	for (int family = 0; family < 2; family++) {
		if (serves[family])
			expect_probe(run, HOST_HERE, family, PROBE_ANSWERED);
		expect_probe(run, HOST_PEER, family, PROBE_REFUSED);
	}
	expect_table(run);
	for (int i = 0; i < 3 && run->server->events[i]; i++)
		expect_event(run, run->server->events[i]);
}

/** server_unguarded_is_open_guarded_is_not - a row: first unguarded, so that a test that cannot fail shows. */
static void
server_unguarded_is_open_guarded_is_not(void **state)
{
	const struct server *server = *state;
	struct run run;

	start(&run, server, GUARD_NONE);
	expect_open(&run);
	server_stop(&run);
	start(&run, server, GUARD_PRELOAD);
	expect_guarded(&run);
	server_stop(&run);
}

/** server_unprivileged_is_guarded - without capabilities: SO_BINDTODEVICE and all. */
static void
server_unprivileged_is_guarded(void **state)
{
	static const char *const names[] = {"python_http_server_ipv4", "node_http_dualstack"};

	(void)state;
	for (size_t i = 0; i < server_count; i++)
		if (strcmp(servers[i].name, names[0]) == 0 || strcmp(servers[i].name, names[1]) == 0) {
			struct run run;

			start(&run, &servers[i], GUARD_UNPRIVILEGED);
			expect_guarded(&run);
			server_stop(&run);
		}
}

/** server_observed_is_unchanged_and_logged - observe mode: open as ever, and the log says what would be done. */
static void
server_observed_is_unchanged_and_logged(void **state)
{
	struct run run;

	(void)state;
	start(&run, &servers[0], GUARD_OBSERVE);
	expect_open(&run);
	expect_event(&run, "tcp 0.0.0.0:%P -> 127.0.0.1:%P (would rewrite, rule \"servers\")");
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
	struct CMUnitTest *tests = calloc(server_count + 2, sizeof(*tests));
	size_t count = 0;

	for (; count < server_count; count++) {
		union {
			const struct server *in;
			void *out;
		} row = {.in = &servers[count]};

		tests[count] = (struct CMUnitTest){.name = servers[count].name,
						   .test_func = server_unguarded_is_open_guarded_is_not,
						   .initial_state = row.out};
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_unprivileged_is_guarded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_observed_is_unchanged_and_logged);
	return _cmocka_run_group_tests("servers", tests, count, set_up, tear_down);
}
