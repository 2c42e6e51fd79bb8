/* SPDX-License-Identifier: MIT
 * rows.c - each server of a table, unguarded and guarded, seen from this machine and from a second one; and each client
 * of a table, which must reach the second one as if there were no guard. */
#include "system/rows.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "system/sockets.h"

#define ANSWER_MS 60000
#define STEP_MS 20

static const int families[] = {AF_INET, AF_INET6};
static const char *const family_words[] = {"IPv4", "IPv6"};

/** tell - everything there is to know about a run that failed. */
static void
tell(const struct run *run, const char *what)
{
	static char text[SOCKETS_SIZE];

	print_error("%s: %s\n", run->server->name, what);
	server_read(run, "out", text, sizeof(text));
	print_error("-- its output:\n%s\n", text);
	server_read(run, "log", text, sizeof(text));
	print_error("-- the log:\n%s\n", text);
	sockets_tell(SIDE_HERE, text, sizeof(text));
	print_error("-- the sockets:\n%s\n", text);
}

/** rows_expect - fail with everything known unless @good. The server is ended first. */
void
rows_expect(struct run *run, bool good, const char *what)
{
	if (good)
		return;
	tell(run, what);
	server_stop(run);
	fail_msg("%s: %s", run->server->name, what);
}

/** skip_missing - what this machine lacks is named; a skip is a failure where BG_MUST_RUN=1. */
static void
skip_missing(const struct server *server)
{
	const char *what = server_missing(server);

	if (what) {
		print_message("%s: %s\n", server->name, what);
		skip();
	}
}

/** rows_start - or fail. */
void
rows_start(struct run *run, const struct server *server, enum guard guard)
{
	skip_missing(server);
	rows_expect(run, server_start(run, server, guard), "does not listen");
}

/** expect_probe - ask from @from and compare. An answer is waited for: a server may listen before it can answer. */
static void
expect_probe(struct run *run, enum side from, int family, enum probe wanted)
{
	struct question question = server_question(run);
	enum probe got = net_ask(from, families[family], &question);
	long deadline = process_now_ms() + ANSWER_MS;
	char what[160];

	while (wanted == PROBE_ANSWERED && got != wanted && process_now_ms() < deadline) {
		poll(NULL, 0, STEP_MS);
		got = net_ask(from, families[family], &question);
	}
	snprintf(what, sizeof(what), "%s from %s: %s, expected %s", family_words[family],
		 from == SIDE_HERE ? "this machine" : "the second host", net_probe_word(got), net_probe_word(wanted));
	/* A datagram may also get no answer at all: what counts is that none comes. */
	rows_expect(run, got == wanted || (run->server->udp && wanted == PROBE_REFUSED && got == PROBE_SILENT), what);
}

/** expect_proved - what `bindguard prove` would say of all sockets of this host. @open: unguarded */
static void
expect_proved(struct run *run, bool open)
{
	const struct server *server = run->server;
	const struct exposure exposure = {server->udp, run->port, {server->ipv4, server->ipv6}, open};
	char what[256];

	rows_expect(run, server_listens(run), "listens no more");
	rows_expect(run, sockets_prove(&exposure, what, sizeof(what)), what);
}

/** expect_client - the row's client program succeeds. */
static void
expect_client(struct run *run)
{
	if (run->server->client)
		rows_expect(run, server_client(run), "its client failed");
}

/** rows_expect_open - on each family that the row names, this machine and the second host reach it and are answered. */
void
rows_expect_open(struct run *run)
{
	bool serves[] = {run->server->ipv4, run->server->ipv6};

	for (int family = 0; family < (net_has_ipv6() ? 2 : 1); family++) {
		expect_probe(run, SIDE_HERE, family, serves[family] ? PROBE_ANSWERED : PROBE_REFUSED);
		expect_probe(run, SIDE_THERE, family, serves[family] ? PROBE_ANSWERED : PROBE_REFUSED);
	}
	expect_client(run);
	expect_proved(run, true);
}

/** expect_table - the socket table shows each local address of the row. */
static void
expect_table(struct run *run)
{
	const struct server *server = run->server;
	char expanded[256], what[320];
	char *rest = expanded, *local;

	rows_expect(run, server_listens(run), "listens no more");
	server_expand(run, !net_has_ipv6() && server->table4 ? server->table4 : server->table, expanded,
		      sizeof(expanded));
	while ((local = strsep(&rest, " ")) != NULL) {
		snprintf(what, sizeof(what), "the socket table lacks %s", local);
		rows_expect(run, sockets_has(server->udp, local), what);
	}
}

/** rows_expect_event - the log holds @event. */
void
rows_expect_event(struct run *run, const char *event)
{
	char expanded[256], log[16384], what[320];

	server_expand(run, event, expanded, sizeof(expanded));
	server_read(run, run->server->log ? run->server->log : "log", log, sizeof(log));
	snprintf(what, sizeof(what), "the log lacks: %s", expanded);
	rows_expect(run, strstr(log, expanded) != NULL, what);
}

/** expect_events - the log holds each event of the row. */
static void
expect_events(struct run *run)
{
	const struct server *server = run->server;
	const char *const *events = !net_has_ipv6() && server->events4[0] ? server->events4 : server->events;

	for (int i = 0; i < SERVER_EVENTS && events[i]; i++)
		rows_expect_event(run, events[i]);
}

/** rows_expect_guarded - all: answers here, nothing for the second host, its client, the socket table, the log. */
void
rows_expect_guarded(struct run *run)
{
	bool serves[] = {run->server->ipv4, run->server->ipv6};

	for (int family = 0; family < (net_has_ipv6() ? 2 : 1); family++) {
		if (serves[family])
			expect_probe(run, SIDE_HERE, family, PROBE_ANSWERED);
		expect_probe(run, SIDE_THERE, family, PROBE_REFUSED);
	}
	expect_client(run);
	expect_proved(run, false);
	expect_table(run);
	expect_events(run);
}

/** server_unguarded_is_open_guarded_is_not - a row: first unguarded, so that a test that cannot fail shows. */
static void
server_unguarded_is_open_guarded_is_not(void **state)
{
	const struct server *server = *state;
	struct run run;

	rows_start(&run, server, GUARD_NONE);
	rows_expect_open(&run);
	server_stop(&run);
	rows_start(&run, server, GUARD_PRELOAD);
	rows_expect_guarded(&run);
	server_stop(&run);
}

/** client_reaches_the_second_host_guarded_or_not - a row without a server of this host: its client decides. */
static void
client_reaches_the_second_host_guarded_or_not(void **state)
{
	static const enum guard guards[] = {GUARD_NONE, GUARD_PRELOAD};
	const struct server *server = *state;
	struct run run;

	skip_missing(server);
	for (int i = 0; i < 2; i++) {
		rows_expect(&run, server_prepare(&run, server, guards[i]), "the second host does not listen");
		expect_client(&run);
		if (guards[i] == GUARD_PRELOAD)
			expect_events(&run);
		server_stop(&run);
	}
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up();
}

static int
drop_ipv6(void **state)
{
	(void)state;
	return net_drop_ipv6();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

/** make_tests - a cmocka test a row; those that need IPv6 are left out by name where @ipv6 is not. Return: how many. */
static size_t
make_tests(const struct table *table, CMUnitTestFunction test, bool ipv6, struct CMUnitTest *tests)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++) {
		union {
			const struct server *in;
			void *out;
		} row = {.in = &table->rows[i]};
		char *name;

		if (!ipv6 && row.in->needs_ipv6) {
			print_message("# %s: left out without IPv6: %s\n", row.in->name, row.in->needs_ipv6);
			continue;
		}
		if (asprintf(&name, "%s%s", row.in->name, ipv6 ? "" : "_without_ipv6") < 0)
			break;
		tests[count++] = (struct CMUnitTest){.name = name, .test_func = test, .initial_state = row.out};
	}
	return count;
}

/** run_twice - the table with IPv6 and without. @only: a pattern of names, or NULL. Return: failures, an exit status. */
static int
run_twice(const struct table *table, CMUnitTestFunction test, const char *only)
{
	struct CMUnitTest *tests = calloc(table->count, sizeof(*tests));
	size_t count;
	char *path;
	int failed;

	if (!tests || asprintf(&path, "%s:/usr/sbin:/sbin", getenv("PATH")) < 0)
		return 1;
	setenv("PATH", path, 1);
	if (only)
		cmocka_set_test_filter(only);
	count = make_tests(table, test, true, tests);
	failed = _cmocka_run_group_tests(table->name, tests, count, set_up, NULL);
	count = make_tests(table, test, false, tests);
	return failed + _cmocka_run_group_tests(table->name, tests, count, drop_ipv6, tear_down);
}

/** rows_run - a table of servers. Return: an exit status. */
int
rows_run(const struct table *table, const char *only)
{
	return run_twice(table, server_unguarded_is_open_guarded_is_not, only);
}

/** rows_run_clients - a table of clients. Return: an exit status. */
int
rows_run_clients(const struct table *table, const char *only)
{
	return run_twice(table, client_reaches_the_second_host_guarded_or_not, only);
}
