/* SPDX-License-Identifier: MIT
 * devices_test.c - a device that the program has chosen is kept, before bind(2) or after; one that the kernel set, for the
 * sake of a link-local address or as on every socket of a VRF, is no choice, and the rules apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define PORTS_FROM 21000
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"
#define ON_CABLE BG_BUILD_DIR "/hosts/on_device " CABLE " env"
#define SKIPPED 77

/**
 * struct row - a way of hosts/devices.c.
 * @name: of the test; without its ending, with `_` for `-`, the way
 * @bare, @root, @user: what it is bound to bare, guarded, and guarded without privilege; or what failed. NULL: as @bare
 * @event: part of the one line of the log, of root's run; %P is the port; NULL: there is none
 * @open: a choice of the program: the second host reaches it, guarded or not
 * @deaf: nobody reaches it guarded, and libbindguard(7) says so
 * @environment: every socket is the cable's
 */
struct row {
	const char *name;
	const char *bare;
	const char *root;
	const char *user;
	const char *event;
	bool open;
	bool deaf;
	bool environment;
};

#define ENDING "_is_as_chosen"
#define ROW(way) .name = way ENDING
#define CHOSE ", rule \"servers\"; the program itself chose a device)"
#define LATE ", rule \"servers\"; already bound: confined, since its address cannot change)"
#define DENIED "listen: Permission denied"
#define VRF ", rule \"servers\"; its device is of every socket here (VRF): not taken off)"

static const struct row rows[] = {
	/* The kernel's device, by a bind that failed. */
	{ROW("tcp6_scope_port"), .bare = "::%" CABLE, .root = "::%lo", .user = "::%lo",
	 .event = "[::]:%P -> [::]:%P%lo"},
	{ROW("tcp6_scope_port_v6only"), .bare = "::%" CABLE, .root = "::1", .user = "::1",
	 .event = "-> [::1]:%P (rewrite"},
	{ROW("tcp6_scope_mapped"), .bare = "::ffff:0.0.0.0%" CABLE, .root = "::ffff:127.0.0.1",
	 .user = "::ffff:127.0.0.1", .event = "-> [::ffff:127.0.0.1]:%P"},
	{ROW("tcp6_scope_wild"), .bare = "::%" CABLE, .root = "::%lo", .user = "::%lo",
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	{ROW("tcp6_scope_unbound"), .bare = "::%" CABLE, .root = "::%lo", .user = "::%lo",
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	{ROW("udp6_scope_port"), .bare = "::%" CABLE, .root = "::%lo", .user = "::%lo",
	 .event = "[::]:%P -> [::]:%P%lo"},
	{ROW("udp6_scope_port_v6only"), .bare = "::%" CABLE, .root = "::1", .user = "::1",
	 .event = "-> [::1]:%P (rewrite"},
	/* By a connect that failed: what executed another program, too. */
	{ROW("tcp6_refused"), .bare = "::%" CABLE, .root = "::%lo", .user = DENIED,
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	{ROW("tcp6_wild_refused"), .bare = "::%" CABLE, .root = "::%lo", .user = DENIED,
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	{ROW("tcp6_refused_exec"), .bare = "::%" CABLE, .root = "::%lo", .user = DENIED,
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	/* A mapped address has no way to a link-local one: nothing is sent. */
	{ROW("tcp6_mapped_refused"), .bare = "::ffff:0.0.0.0%" CABLE, .root = "::ffff:0.0.0.0%lo",
	 .user = "::ffff:0.0.0.0%lo", .event = "%lo (rewrite" LATE},
	{ROW("tcp6_early_refused"), .bare = "::%" CABLE, .root = "::%lo", .user = DENIED,
	 .event = "-> [::]:%P%lo (rewrite" LATE},
	/* The program's. */
	{ROW("tcp4_early_port"), .bare = "0.0.0.0%" CABLE, .event = "0.0.0.0:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_early_port"), .bare = "::%" CABLE, .event = "[::]:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_early_scope_port"), .bare = "::%" CABLE, .event = "[::]:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_early_port_exec"), .bare = "::%" CABLE, .event = "[::]:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("udp4_early_port"), .bare = "0.0.0.0%" CABLE, .event = "0.0.0.0:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp4_port_late"), .bare = "0.0.0.0%" CABLE, .event = "0.0.0.0:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_port_late_v6only"), .bare = "::%" CABLE, .event = "[::]:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_mapped_late"), .bare = "::ffff:0.0.0.0%" CABLE, .event = "%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp6_port_late"), .bare = "::%" CABLE, .user = "device: Operation not permitted",
	 .event = "[::]:%P%" CABLE " left exposed (rewrite" CHOSE, .open = true},
	{ROW("tcp4_wild_late"), .bare = "0.0.0.0%" CABLE, .event = "0.0.0.0:%P%" CABLE " left exposed (rewrite" CHOSE,
	 .open = true},
	{ROW("tcp4_port_lo"), .bare = "0.0.0.0%lo", .root = "127.0.0.1%lo", .user = "127.0.0.1%lo"},
	{ROW("tcp4_port_late_twice"), .bare = "0.0.0.0%" CABLE,
	 .event = "0.0.0.0:%P%" CABLE " left exposed (rewrite" CHOSE, .open = true},
	{ROW("tcp4_port_late_there"), .bare = "0.0.0.0%" CABLE},
	{ROW("udp4_port_late"), .bare = "0.0.0.0%" CABLE, .root = "127.0.0.1%" CABLE, .user = "127.0.0.1%" CABLE,
	 .event = "-> 127.0.0.1:%P (rewrite", .deaf = true},
	/* The environment's. */
	{ROW("tcp4_port_in_vrf"), .bare = "0.0.0.0%" CABLE, .root = "127.0.0.1%" CABLE, .user = "127.0.0.1%" CABLE,
	 .event = "-> 127.0.0.1:%P%" CABLE, .environment = true, .deaf = true},
	{ROW("tcp6_port_in_vrf"), .bare = "::%" CABLE, .root = "::ffff:127.0.0.1%" CABLE,
	 .user = "::ffff:127.0.0.1%" CABLE, .event = "-> [::ffff:127.0.0.1]:%P%" CABLE " (rewrite" VRF,
	 .environment = true, .deaf = true},
	{ROW("tcp4_wild_in_vrf"), .bare = "0.0.0.0%" CABLE, .root = DENIED, .user = DENIED,
	 .event = VRF " failed: EACCES", .environment = true},
	{ROW("udp4_port_in_vrf"), .bare = "0.0.0.0%" CABLE, .root = "127.0.0.1%" CABLE, .user = "127.0.0.1%" CABLE,
	 .event = "-> 127.0.0.1:%P%" CABLE, .environment = true, .deaf = true},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static char log_path[] = "/tmp/bindguard-devices.XXXXXX";
static unsigned next_port = PORTS_FROM;

/**
 * struct run - a server that is running, or has not started.
 * @port: it asked for; the real one afterwards
 * @bound: name and device, or what failed
 */
struct run {
	struct process process;
	bool started;
	unsigned port;
	char bound[128];
};

/** start - @how: NULL: bare; else guarded, arguments of env(1). */
static void
start(struct run *run, const struct row *row, const char *how)
{
	char way[64], environment[1024], arguments[256];

	snprintf(way, sizeof(way), "%.*s", (int)(strlen(row->name) - strlen(ENDING)), row->name);
	for (char *c = way; *c; c++)
		*c = *c == '_' ? '-' : *c;
	run->port = next_port++;
	truncate(log_path, 0);
	snprintf(environment, sizeof(environment), "%s %s BINDGUARD_LOG=%s", row->environment ? ON_CABLE : "",
		 how ? how : "", how ? (host_log() ? "none" : log_path) : "none BINDGUARD_MODE=off");
	snprintf(arguments, sizeof(arguments), "devices %s %u", way, run->port);
	run->started = host_start(&run->process, environment, arguments) &&
		       sscanf(run->process.line, "%u %127s", &run->port, run->bound) == 2;
	if (!run->started)
		snprintf(run->bound, sizeof(run->bound), "%.127s", run->process.line);
}

/** expect_reached - does @from reach the server at all? By the row's family. */
static void
expect_reached(const struct row *row, const struct run *run, enum side from, bool expected, const char *how)
{
	bool stream = row->name[0] == 't';
	int family =
		row->name[3] == '4' || strstr(row->name, "mapped") || strstr(run->bound, "ffff") ? AF_INET : AF_INET6;
	struct question question = {.protocol = stream ? BG_PROTOCOL_TCP : BG_PROTOCOL_UDP,
				    .port = run->port,
				    .request = "ping",
				    .size = stream ? 0 : 4,
				    .answer = stream ? "hello" : "ping"};
	enum probe got = net_ask(from, family, &question);

	if ((got == PROBE_ANSWERED) != expected)
		fail_msg("%s %s at %s: from %s: %s", row->name, how, run->bound,
			 from == SIDE_HERE ? "this machine" : "the second host", net_probe_word(got));
}

/** expect_event - of root's run: the row's, and no other. */
static void
expect_event(const struct row *row, unsigned port)
{
	char log[4096] = "", wanted[256] = "", *at = wanted;
	FILE *file = fopen(log_path, "re");
	size_t length;

	assert_non_null(file);
	length = fread(log, 1, sizeof(log) - 1, file);
	fclose(file);
	log[length] = '\0';
	for (const char *c = row->event ? row->event : ""; *c; c++) {
		if (c[0] == '%' && c[1] == 'P') {
			at += sprintf(at, "%u", port);
			c++;
		} else {
			*at++ = *c;
		}
	}
	*at = '\0';
	if (!strstr(log, wanted) || (strcmp(row->root ? row->root : "", DENIED) != 0 && strstr(log, "EACCES")))
		fail_msg("%s: no \"%s\" in\n%s", row->name, wanted, log);
	if (!row->open && strstr(log, "left exposed"))
		fail_msg("%s: %s", row->name, log);
}

/** run_guarded - @bound is what is expected of it. */
static void
run_guarded(const struct row *row, const char *how, const char *bound)
{
	bool there = strstr(row->name, "there") != NULL;
	struct run run;

	start(&run, row, how);
	if (strcmp(run.bound, bound) != 0)
		fail_msg("%s %s: %s, expected %s", row->name, how, run.bound, bound);
	if (run.started && !there) {
		expect_reached(row, &run, SIDE_THERE, row->open, how);
		if (!row->open)
			expect_reached(row, &run, SIDE_HERE, !row->deaf, how);
	}
	host_stop(&run.process);
	if (!how[0] && !host_log())
		expect_event(row, run.port);
}

/** device_is_as_chosen - a row: bare, guarded as root, guarded without privilege. */
static void
device_is_as_chosen(void **state)
{
	const struct row *row = *state;
	struct run run;

	start(&run, row, NULL);
	if (row->environment && !run.started && !run.bound[0])
		skip(); /* no cgroup v2 */
	if (strcmp(run.bound, row->bare) != 0)
		fail_msg("%s bare: %s, expected %s", row->name, run.bound, row->bare);
	if (!strstr(row->name, "there") && !strstr(row->name, "_lo_"))
		expect_reached(row, &run, SIDE_THERE, true, "bare");
	host_stop(&run.process);
	run_guarded(row, "", row->root ? row->root : row->bare);
	run_guarded(row, UNPRIVILEGED, row->user ? row->user : row->bare);
	figure("bare at %s, guarded at %s, as a user at %s", row->bare, row->root ? row->root : row->bare,
	       row->user ? row->user : row->bare);
}

static int
set_up(void **state)
{
	int log = mkstemp(log_path);

	(void)state;
	if (log < 0)
		return -1;
	close(log);
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return unlink(log_path);
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
