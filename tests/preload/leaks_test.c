/* SPDX-License-Identifier: MIT
 * leaks_test.c - servers that come to a wildcard socket in every way there is: open to the second host when bare, and
 * under the guard answering this machine alone, with and without privilege, on hosts that lack things, too. */
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

#include "bindguard/load.h"
#include "net/net.h"
#include "preload/host.h"

#define PORTS_FROM 20000
#define FILTERED BG_BUILD_DIR "/hosts/leaky_filter env"
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"

/** enum serves - the address families that the bare server answers. */
enum serves { IPV4 = 1, IPV6 = 2, BOTH = 3 };

/** enum kind - how it is asked. */
enum kind { TCP, UDP, LITE };

/**
 * struct row - a scenario.
 * @name: of the test; without its ending the scenario of hosts/leaky.c, unless @scenario names another
 * @parent: HOW and FAMILY of hosts/leaky_parent.c; NULL: the server makes its socket itself
 * @kind, @serves: of the bare server, to this machine
 * @leaks: what the bare server answers the second host; 0: the same. An IPv6 datagram socket that was connected once hears
 *         no other IPv6 peer any more, but by IPv4 everybody: the kernel forgets the one peer and not the other
 * @bound: the socket's name and device under the guard
 * @events: lines of the log, in order, without what comes before the protocol; %P is the port
 * @privileged: makes no sense without capabilities
 * @config: the rules; NULL: the built-in default
 */
struct row {
	const char *name;
	const char *scenario;
	const char *parent;
	enum kind kind;
	enum serves serves;
	enum serves leaks;
	const char *bound;
	const char *events[4];
	bool privileged;
	const char *config;
};

#define ENDING "_is_guarded"
#define ROW(scenario) .name = scenario ENDING
#define REWRITE4(protocol) protocol " 0.0.0.0:%P -> 127.0.0.1:%P (rewrite, rule \"servers\")"
#define REWRITE6(protocol) protocol " [::]:%P -> [::1]:%P (rewrite, rule \"servers\")"
#define CONFINE6(protocol) protocol " [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\")"
#define LATE ", rule \"servers\"; already bound: confined, since its address cannot change)"
#define LATE4(protocol, port) protocol " 0.0.0.0:" port " -> 0.0.0.0:%P%lo (rewrite" LATE
#define LATE6(protocol, port) protocol " [::]:" port " -> [::]:%P%lo (rewrite" LATE
#define AGAIN4 "-> 0.0.0.0:%P%lo (rewrite" LATE
#define AGAIN6 "-> [::]:%P%lo (rewrite" LATE
#define UNDO " (undo: connects to another host, rule \"servers\")"

static const struct row rows[] = {
	{ROW("tcp4_fixed"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_v6only"), .kind = TCP, .serves = IPV6, .bound = "::1", .events = {REWRITE6("tcp")}},
	{ROW("tcp6_dualstack"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp6_v6only_never_set"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_unspec"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_mapped"), .kind = TCP, .serves = IPV4, .bound = "::ffff:127.0.0.1",
	 .events = {"tcp [::ffff:0.0.0.0]:%P -> [::ffff:127.0.0.1]:%P (rewrite"}},
	{ROW("tcp6_of_24_bytes"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_of_128_bytes"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_of_128_bytes"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_port_zero"), .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_v6only_port_zero"), .kind = TCP, .serves = IPV6, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp6_port_zero"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_unbound"), .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "0")}},
	{ROW("tcp6_v6only_unbound"), .kind = TCP, .serves = IPV6, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp6_unbound"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp4_listens_twice"), .kind = TCP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_listens_twice"), .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_inherited"), .scenario = "tcp_from_elsewhere", .parent = "inherited 4", .kind = TCP, .serves = IPV4,
	 .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_inherited"), .scenario = "tcp_from_elsewhere", .parent = "inherited 6", .kind = TCP, .serves = BOTH,
	 .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_inherited_listening"), .scenario = "tcp_from_elsewhere", .parent = "inherited-listening 4",
	 .kind = TCP, .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_inherited_listening"), .scenario = "tcp_from_elsewhere", .parent = "inherited-listening 6",
	 .kind = TCP, .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_passed"), .scenario = "tcp_passed", .parent = "passed 4", .kind = TCP, .serves = IPV4,
	 .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_passed_listening"), .scenario = "tcp_passed", .parent = "passed-listening 6", .kind = TCP,
	 .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_bound_by_syscall"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_bound_by_syscall"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_listening_by_syscall"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp6_listening_by_syscall"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "%P")}},
	{ROW("tcp4_bound_by_libc_handle"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("tcp4_second_port"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {"(rewrite, rule \"servers\") failed: EADDRINUSE", REWRITE4("tcp")}},
	{ROW("tcp6_second_port"), .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("tcp")}},
	{ROW("tcp6_second_port_v6only"), .serves = IPV6, .bound = "::1",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", REWRITE6("tcp")}},
	{ROW("tcp6_second_socket"), .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("tcp"), "[::]:%P%lo (rewrite, rule \"servers\") failed: EADDRINUSE"}},
	{ROW("tcp6_second_bind"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp6_port_zero_second_bind"), .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EINVAL", LATE6("tcp", "%P")}},
	{ROW("tcp4_reuseport_sockets"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("tcp"), REWRITE4("tcp")}},
	{ROW("tcp6_reuseport_sockets"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp"), CONFINE6("tcp")}},
	{ROW("tcp4_reuseport_processes"), .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("tcp"), REWRITE4("tcp")}},
	{ROW("tcp6_reuseport_processes"), .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("tcp"), CONFINE6("tcp")}},
	{ROW("tcp4_reuseaddr"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp4_nonblock"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("mptcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("mptcp6_fixed"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("mptcp4_port_zero"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	{ROW("mptcp6_unbound"), .serves = BOTH, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
	{ROW("tcp4_failed_connect"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {AGAIN4}},
	{ROW("tcp6_failed_connect"), .serves = BOTH, .bound = "::%lo", .events = {AGAIN6}},
	{ROW("tcp4_client_listens"), .serves = IPV4, .bound = "0.0.0.0%lo",
	 .events = {REWRITE4("tcp"), LATE4("tcp", "%P")}},
	{ROW("tcp6_client_listens"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp"), LATE6("tcp", "%P")}},
	{ROW("tcp4_to_itself"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_to_itself"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_port_zero_to_itself"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {AGAIN4}},
	{ROW("tcp6_listens_again"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_listener_connects"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_listener_connects"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_duplicate"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
	{ROW("tcp6_duplicate"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
	{ROW("tcp4_bindresvport"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")},
	 .privileged = true},
	{ROW("udp4_fixed"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udp")}},
	{ROW("udp6_v6only"), .kind = UDP, .serves = IPV6, .bound = "::1", .events = {REWRITE6("udp")}},
	{ROW("udp6_dualstack"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp6_second_port"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("udp")}},
	{ROW("udp6_second_port_reuseaddr"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {"%lo (rewrite, rule \"servers\") failed: EADDRINUSE", CONFINE6("udp")}},
	{ROW("udp6_second_bind"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp4_reuseport_sockets"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("udp"), REWRITE4("udp")}},
	{ROW("udp6_reuseport_sockets"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), "(rewrite, rule \"servers\")"}},
	{ROW("udplite4_fixed"), .kind = LITE, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udplite")}},
	{ROW("udplite6_dualstack"), .kind = LITE, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udplite")}},
	{ROW("udp4_disconnected"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("udp")}},
	{ROW("udp6_disconnected"), .kind = UDP, .serves = BOTH, .leaks = IPV4, .bound = "::%lo",
	 .events = {CONFINE6("udp")}},
	{ROW("udp6_disconnected_at_once"), .kind = UDP, .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("udp")}},
	{ROW("udp4_client_disconnected"), .kind = UDP, .serves = IPV4, .bound = "0.0.0.0%lo",
	 .events = {REWRITE4("udp"), LATE4("udp", "%P")}},
	{ROW("udp6_client_disconnected"), .kind = UDP, .serves = IPV4, .leaks = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), LATE6("udp", "%P")}},
	{ROW("udp6_client_disconnected_often"), .kind = UDP, .serves = IPV4, .leaks = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), AGAIN6, AGAIN6, AGAIN6}},
	{ROW("udp6_disconnected_by_syscall"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_disconnected_by_a_child"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_executed"), .kind = UDP, .serves = BOTH, .leaks = IPV4, .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp6_executed_disconnected"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), "(rewrite, rule \"servers\")"}},
	{ROW("udp6_client_executed"), .kind = UDP, .serves = IPV4, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), LATE6("udp", "%P")}},
	{ROW("udp6_client_fails_executed"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp"), UNDO}},
	{ROW("udp6_handed_over"), .kind = UDP, .serves = BOTH, .leaks = IPV4,
	 .bound = "::", .events = {CONFINE6("udp")}},
	{ROW("udp4_client_fails"), .kind = UDP, .serves = IPV4, .bound = "127.0.0.1",
	 .events = {REWRITE4("udp"), UNDO " failed: ENETUNREACH"}},
	{ROW("udp6_client_fails"), .kind = UDP, .serves = BOTH, .bound = "::%lo",
	 .events = {CONFINE6("udp"), UNDO " failed: ENETUNREACH"}},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static char log_path[] = "/tmp/bindguard-leaks.XXXXXX";
static char config_path[] = "/tmp/bindguard-leaks.XXXXXX";
static unsigned next_port = PORTS_FROM;

/**
 * struct run - a server that is running.
 * @port: it asked for; the real one afterwards
 * @bound: name and device, as it printed them
 */
struct run {
	struct process process;
	unsigned port;
	char bound[96];
};

/** scenario_of - the words for hosts/leaky.c. */
static void
scenario_of(const struct row *row, char *name, size_t size)
{
	snprintf(name, size, "%s", row->scenario ? row->scenario : row->name);
	if (!row->scenario)
		name[strlen(name) - strlen(ENDING)] = '\0';
}

/** serves_word - for figures. */
static const char *
serves_word(enum serves serves)
{
	return serves == BOTH ? "IPv4 and IPv6" : serves == IPV4 ? "IPv4" : "IPv6";
}

/** write_config - the row's rules. Return: the file's name, "" for the default. */
static const char *
write_config(const struct row *row)
{
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy;
	FILE *file;

	if (!row->config)
		return "";
	policy = bg_load_text(row->config, strlen(row->config), &diags);
	if (!policy)
		fail_msg("%s: %s", row->config, diags.items[0].text);
	free(policy);
	file = fopen(config_path, "we");
	assert_non_null(file);
	fputs(row->config, file);
	fclose(file);
	return config_path;
}

/**
 * try_start - run the row's server.
 * @how: NULL: bare; "" guarded; more arguments of env(1) before it
 * Return: whether it started; else run->process.line says why not.
 */
static bool
try_start(struct run *run, const struct row *row, const char *how)
{
	char scenario[64], parent[512] = "", environment[1024], arguments[1024];

	scenario_of(row, scenario, sizeof(scenario));
	run->port = next_port;
	next_port += 2;
	if (row->parent)
		snprintf(parent, sizeof(parent), "%s/hosts/leaky_parent %s %u", BG_BUILD_DIR, row->parent, run->port);
	truncate(log_path, 0);
	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=%s BINDGUARD_CONFIG=%s %s %s %s",
		 host_log() ? "none" : log_path, write_config(row), how ? how : "", parent, row->parent ? "env" : "");
	if (how || !row->parent)
		snprintf(arguments, sizeof(arguments), "leaky %s %u %d", scenario, run->port, 9);
	else
		snprintf(arguments, sizeof(arguments), "leaky_parent %s %u %s/hosts/leaky %s %u %d", row->parent,
			 run->port, BG_BUILD_DIR, scenario, run->port, 9);
	return host_start(&run->process, how ? environment : NULL, arguments) &&
	       sscanf(run->process.line, "%u %95s", &run->port, run->bound) == 2;
}

/** start - or fail. */
static void
start(struct run *run, const struct row *row, const char *how)
{
	if (!try_start(run, row, how))
		fail_msg("%s %s: does not start: %s", row->name, how ? how : "bare", run->process.line);
}

/** ask - does the server answer? By its local address, so that an answer of another server would show. */
static enum probe
ask(const struct row *row, const struct run *run, enum side from, int family)
{
	static const char *const addresses[2][2] = {{"hello 127.0.0.1", "hello ::1"}, {"hello " HERE4, "hello " HERE6}};
	static const enum bg_protocol protocols[] = {BG_PROTOCOL_TCP, BG_PROTOCOL_UDP, BG_PROTOCOL_UDPLITE};
	struct question question = {.protocol = protocols[row->kind],
				    .port = run->port,
				    .request = "ping",
				    .size = row->kind == TCP ? 0 : 4,
				    .answer = row->kind == TCP ? addresses[from][family == AF_INET6] : "ping"};

	return net_ask(from, family, &question);
}

/** expect_answers - by each family that the row serves, and by no other. */
static void
expect_answers(const struct row *row, const struct run *run, enum side from, const char *how)
{
	enum serves expected = from == SIDE_THERE && row->leaks ? row->leaks : row->serves;
	static const int families[] = {AF_INET, AF_INET6};

	for (int i = 0; i < 2; i++) {
		enum probe got;

		if (!(expected & (1 << i)))
			continue;
		got = ask(row, run, from, families[i]);
		if (got != PROBE_ANSWERED)
			fail_msg("%s %s: IPv%d from %s: %s", row->name, how, families[i] == AF_INET ? 4 : 6,
				 from == SIDE_HERE ? "this machine" : "the second host", net_probe_word(got));
	}
}

/** expect_closed - no family, or none of @families, is open to the second host. */
static void
expect_closed(const struct row *row, const struct run *run, enum serves families_asked, const char *how)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (int i = 0; i < 2; i++) {
		enum probe got;

		if (!(families_asked & (1 << i)))
			continue;
		got = ask(row, run, SIDE_THERE, families[i]);
		if (got != PROBE_REFUSED && got != PROBE_SILENT)
			fail_msg("%s %s LEAKS: IPv%d from the second host: %s", row->name, how,
				 families[i] == AF_INET ? 4 : 6, net_probe_word(got));
	}
}

/** with_port - @text with each %P as the port. */
static void
with_port(const char *text, unsigned port, char *to, size_t size)
{
	size_t length = 0;

	for (; *text && length + 8 < size; text++) {
		if (text[0] == '%' && text[1] == 'P') {
			length += (size_t)snprintf(to + length, size - length, "%u", port);
			text++;
		} else {
			to[length++] = *text;
		}
	}
	to[length] = '\0';
}

/** read_log - all events of the run. Return: lines. */
static unsigned
read_log(char *text, size_t size)
{
	FILE *file = fopen(log_path, "re");
	size_t length = file ? fread(text, 1, size - 1, file) : 0;
	unsigned lines = 0;

	if (file)
		fclose(file);
	text[length] = '\0';
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	return lines;
}

/** expect_events - the lines of the log, in order; none more where there is room for one in @events. */
static void
expect_events(const char *name, const char *const *events, unsigned most, unsigned port)
{
	char log[8192], wanted[256], *at = log;
	unsigned lines = read_log(log, sizeof(log)), count = 0;

	if (host_log())
		return;
	for (; count < most && events[count]; count++) {
		with_port(events[count], port, wanted, sizeof(wanted));
		at = strstr(at, wanted);
		if (!at)
			fail_msg("%s: event %u is not \"%s\" in\n%s", name, count, wanted, log);
		at = strchr(at, '\n');
	}
	if (count < most && lines != count)
		fail_msg("%s: %u events, expected %u:\n%s", name, lines, count, log);
	if (strstr(log, "left exposed"))
		fail_msg("%s: left exposed:\n%s", name, log);
}

/** run_guarded - all that must be seen of a guarded server. */
static void
run_guarded(const struct row *row, enum serves asked, const char *how)
{
	struct run run;

	start(&run, row, how);
	expect_answers(row, &run, SIDE_HERE, how);
	expect_closed(row, &run, asked, how);
	if (strcmp(run.bound, row->bound) != 0)
		fail_msg("%s %s: bound to %s, expected %s", row->name, how, run.bound, row->bound);
	host_stop(&run.process);
	expect_events(row->name, row->events, 4, run.port);
}

/** run_bare - it is open, so a test that cannot fail shows. */
static void
run_bare(const struct row *row)
{
	struct run run;

	start(&run, row, NULL);
	expect_answers(row, &run, SIDE_HERE, "bare");
	expect_answers(row, &run, SIDE_THERE, "bare");
	host_stop(&run.process);
}

/** server_bare_is_open_guarded_is_not - a row: bare, guarded as root, guarded without privilege. */
static void
server_bare_is_open_guarded_is_not(void **state)
{
	const struct row *row = *state;

	run_bare(row);
	run_guarded(row, BOTH, "");
	if (!row->privileged)
		run_guarded(row, BOTH, UNPRIVILEGED);
	figure("open bare by %s, closed guarded as root%s, at %s", serves_word(row->leaks ? row->leaks : row->serves),
	       row->privileged ? "" : " and without capabilities", row->bound);
}

/** run_refused - a server that cannot be guarded does not start: @line is what it says, @event what the log says. */
static void
run_refused(const struct row *row, const char *how, const char *line, const char *event)
{
	const char *const events[] = {event};
	struct run run;

	if (try_start(&run, row, how) || strcmp(run.process.line, line) != 0)
		fail_msg("%s: said \"%s\", expected \"%s\"", row->name, run.process.line, line);
	host_stop(&run.process);
	expect_events(row->name, events, 1, run.port);
}

#define NO_LOOPBACK "; no loopback address on this host: confined instead)"

/** server_without_ipv6_is_guarded - disable_ipv6=1: `::` can be bound, `::1` cannot. */
static void
server_without_ipv6_is_guarded(void **state)
{
	static const struct row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
		{ROW("tcp6_dualstack"), .serves = IPV4, .bound = "::%lo", .events = {CONFINE6("tcp")}},
		{ROW("tcp6_unbound"), .serves = IPV4, .bound = "::%lo", .events = {LATE6("tcp", "0")}},
		{ROW("udp6_dualstack"), .kind = UDP, .serves = IPV4, .bound = "::%lo", .events = {CONFINE6("udp")}},
		{ROW("tcp6_v6only"), .bound = "::%lo",
		 .events = {"tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("udp6_v6only"), .kind = UDP, .bound = "::%lo",
		 .events = {"udp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
	};

	(void)state;
	assert_int_equal(net_run(SIDE_HERE, "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"), 0);
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		run_bare(&lacking[i]);
		run_guarded(&lacking[i], lacking[i].serves, "");
		run_guarded(&lacking[i], lacking[i].serves, UNPRIVILEGED);
	}
	run_refused(&lacking[4], FILTERED, "bind: Permission denied",
		    "tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK " failed: EACCES");
	assert_int_equal(net_run(SIDE_HERE, "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6; "
					    "ip addr add " HERE6 "/64 dev " CABLE " nodad"),
			 0);
	figure("%zu servers start and are closed, 1 that cannot be guarded is refused",
	       sizeof(lacking) / sizeof(lacking[0]));
}

/** server_without_lo_is_guarded - lo is as in a new namespace, down and without addresses: closed; guarded when it is up. */
static void
server_without_lo_is_guarded(void **state)
{
	static const struct row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "0.0.0.0%lo",
		 .events = {"tcp 0.0.0.0:%P -> 0.0.0.0:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("udp4_fixed"), .kind = UDP, .serves = IPV4, .bound = "0.0.0.0%lo",
		 .events = {"udp 0.0.0.0:%P -> 0.0.0.0:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("tcp6_v6only"), .serves = IPV6, .bound = "::%lo",
		 .events = {"tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\"" NO_LOOPBACK}},
		{ROW("tcp6_dualstack"), .serves = BOTH, .bound = "::%lo", .events = {CONFINE6("tcp")}},
		{ROW("tcp4_port_zero"), .serves = IPV4, .bound = "0.0.0.0%lo", .events = {LATE4("tcp", "%P")}},
	};
	struct run run;

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++) {
		assert_int_equal(net_run(SIDE_HERE, "ip addr flush dev lo && ip link set lo down"), 0);
		start(&run, &lacking[i], "");
		expect_closed(&lacking[i], &run, lacking[i].serves, "lo is down");
		assert_int_equal(net_run(SIDE_HERE, "ip link set lo up"), 0);
		expect_answers(&lacking[i], &run, SIDE_HERE, "lo is up again");
		expect_closed(&lacking[i], &run, lacking[i].serves, "lo is up again");
		assert_string_equal(run.bound, lacking[i].bound);
		host_stop(&run.process);
		expect_events(lacking[i].name, lacking[i].events, 4, run.port);
	}
	figure("%zu servers start, closed while lo is down, answering this machine when it is up",
	       sizeof(lacking) / sizeof(lacking[0]));
}

#define NO_CONFINE "; the kernel refuses to confine: IPv4 loopback only)"

/** server_that_cannot_be_confined_is_guarded - a kernel that refuses SO_BINDTODEVICE, by a seccomp filter. */
static void
server_that_cannot_be_confined_is_guarded(void **state)
{
	static const struct row lacking[] = {
		{ROW("tcp4_fixed"), .serves = IPV4, .bound = "127.0.0.1", .events = {REWRITE4("tcp")}},
		{ROW("tcp6_v6only"), .serves = IPV6, .bound = "::1", .events = {REWRITE6("tcp")}},
		{ROW("tcp6_dualstack"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("mptcp6_fixed"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("udp6_dualstack"), .kind = UDP, .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"udp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
		{ROW("tcp6_second_port"), .serves = IPV4, .bound = "::ffff:127.0.0.1",
		 .events = {"failed: EADDRINUSE",
			    "tcp [::]:%P -> [::ffff:127.0.0.1]:%P (rewrite, rule \"servers\"" NO_CONFINE}},
	};
	static const struct row port_zero = {ROW("tcp4_port_zero")}, unbound = {ROW("tcp6_unbound")},
				disconnected = {ROW("udp4_client_disconnected")};

	(void)state;
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		run_guarded(&lacking[i], BOTH, FILTERED);
	run_refused(&port_zero, FILTERED, "listen: Permission denied", LATE " failed: EACCES");
	run_refused(&unbound, FILTERED, "listen: Permission denied", LATE " failed: EACCES");
	run_refused(&disconnected, FILTERED, "disconnect: Permission denied", "127.0.0.1:%P (rewrite");
	figure("%zu servers on a loopback address, 3 that have none are refused", sizeof(lacking) / sizeof(lacking[0]));
}

#define RULE(key, rest) "rule \"r\" { " key " action = " rest " }"
#define WILDCARD "address = {\"wildcard\"}"
#define CONFINE_CABLE RULE(WILDCARD, "confine interface = \"" CABLE "\"")
#define TO_WIRE RULE(WILDCARD, "rewrite to = {\"wire0\"}")
#define TO_PORT RULE(WILDCARD " port = {1-65535}", "rewrite to = {\"loopback\"} to_port = 21998")
#define OWN_TO_LOOPBACK RULE("address = {\"" NET4 "\"}", "rewrite to = {\"loopback\"}")

/**
 * server_under_a_rule_is_where_it_says - also after it was a client for a while. serves and leaks are what the guarded
 * server answers this machine and the second host.
 */
static void
server_under_a_rule_is_where_it_says(void **state)
{
	static const struct row ruled[] = {
		{ROW("tcp4_unbound"), .config = CONFINE_CABLE, .leaks = IPV4, .bound = "0.0.0.0%" CABLE},
		{ROW("tcp6_dualstack"), .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("tcp6_client_listens"), .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("udp6_dualstack"), .kind = UDP, .config = CONFINE_CABLE, .leaks = BOTH, .bound = "::%" CABLE},
		{ROW("udp4_client_disconnected"), .kind = UDP, .config = CONFINE_CABLE, .leaks = IPV4,
		 .bound = "0.0.0.0%" CABLE},
		{ROW("udp6_client_disconnected"), .kind = UDP, .config = CONFINE_CABLE, .leaks = BOTH,
		 .bound = "::%" CABLE},
		{ROW("tcp4_fixed"), .config = TO_WIRE, .bound = "10.98.0.1"},
		{ROW("udp4_client_disconnected"), .kind = UDP, .config = TO_WIRE, .bound = "10.98.0.1"},
		{ROW("udp6_client_disconnected"), .kind = UDP, .config = TO_PORT, .serves = IPV4, .bound = "::%lo"},
		{ROW("tcp4_specific"), .config = OWN_TO_LOOPBACK, .serves = IPV4, .bound = "127.0.0.1"},
		{ROW("tcp4_specific_client"), .config = OWN_TO_LOOPBACK, .bound = HERE4 "%lo"},
	};
	static const char *const hows[] = {"", UNPRIVILEGED};
	const size_t count = sizeof(ruled) / sizeof(ruled[0]);
	struct run run;

	(void)state;
	for (size_t i = 0; i < 2 * count; i++) {
		const struct row *row = &ruled[i / 2];

		start(&run, row, hows[i % 2]);
		if (strcmp(run.bound, row->bound) != 0)
			fail_msg("%s %s: bound to %s, expected %s", row->name, hows[i % 2], run.bound, row->bound);
		expect_answers(row, &run, SIDE_HERE, hows[i % 2]);
		if (row->leaks)
			expect_answers(row, &run, SIDE_THERE, hows[i % 2]);
		expect_closed(row, &run, BOTH & ~row->leaks, hows[i % 2]);
		host_stop(&run.process);
	}
	figure("%zu servers as root and without capabilities", count);
}

/** server_on_a_specific_address_is_left_exposed - as asked for, and said once. */
static void
server_on_a_specific_address_is_left_exposed(void **state)
{
	static const struct row specific[] = {
		{ROW("tcp4_specific"), .events = {"tcp " HERE4 ":%P left exposed (no rule matches)"}},
		{ROW("tcp6_specific"), .events = {"tcp [" HERE6 "]:%P left exposed (no rule matches)"}},
		{ROW("udp4_specific"), .events = {"udp " HERE4 ":%P left exposed (no rule matches)"}},
		{ROW("udp6_specific"), .events = {"udp [" HERE6 "]:%P left exposed (no rule matches)"}},
	};

	(void)state;
	if (host_log())
		return; /* what is said is all that is tested here */
	for (size_t i = 0; i < sizeof(specific) / sizeof(specific[0]); i++) {
		char log[4096], wanted[256];
		struct run run;

		start(&run, &specific[i], "");
		host_stop(&run.process);
		with_port(specific[i].events[0], run.port, wanted, sizeof(wanted));
		assert_int_equal(read_log(log, sizeof(log)), 1);
		if (!strstr(log, wanted))
			fail_msg("\"%s\" is not in %s", wanted, log);
	}
	figure("4 servers, 1 event each");
}

static int
set_up(void **state)
{
	int fd = mkstemp(log_path), config = mkstemp(config_path);

	(void)state;
	if (fd < 0 || config < 0 || close(fd) || close(config) || net_set_up())
		return -1;
	/* Else most refused datagrams get no answer, and each costs a probe's whole patience. */
	net_run(SIDE_HERE, "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit");
	/* An interface to another network, with more addresses on others before it than one netlink datagram holds. */
	net_run(SIDE_HERE,
		"ip link add wire0 type veth peer name wire1; ip link set wire1 up; ip link set wire0 up; "
		"i=3; while [ $i -lt 123 ]; do echo addr add 10.97.0.$i/24 dev " CABLE "; i=$((i + 1)); done | "
		"ip -batch -; ip addr add 10.98.0.1/24 dev wire0");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(config_path);
	unlink(log_path);
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS + 5];
	size_t count = 0;

	for (; count < ROWS; count++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[count]};

		tests[count] = (struct CMUnitTest){.name = rows[count].name,
						   .test_func = server_bare_is_open_guarded_is_not,
						   .initial_state = row.out};
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_under_a_rule_is_where_it_says);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_on_a_specific_address_is_left_exposed);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_that_cannot_be_confined_is_guarded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_without_lo_is_guarded);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(server_without_ipv6_is_guarded);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("leaks", tests, count, set_up, tear_down);
}
