/* SPDX-License-Identifier: MIT
 * leaky_server.c - runs hosts/leaky.c bare and guarded, asks from both hosts and reads the events. */
#include "preload/leaky_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "net/net.h"
#include "preload/host.h"

#define PORTS_FROM 20000

static char log_path[] = "/tmp/bindguard-leaks.XXXXXX";
static char config_path[] = "/tmp/bindguard-leaks.XXXXXX";
static unsigned next_port = PORTS_FROM;

/** scenario_of - the words for hosts/leaky.c. */
static void
scenario_of(const struct leaky_row *row, char *name, size_t size)
{
	snprintf(name, size, "%s", row->scenario ? row->scenario : row->name);
	if (!row->scenario)
		name[strlen(name) - strlen(ENDING)] = '\0';
}

/** write_config - the row's rules. Return: the file's name, "" for the default. */
static const char *
write_config(const struct leaky_row *row)
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
 * leaky_try_start - run the row's server.
 * @how: NULL: bare; "" guarded; more arguments of env(1) before it
 * Return: whether it started; else run->process.line says why not.
 */
bool
leaky_try_start(struct leaky_run *run, const struct leaky_row *row, const char *how)
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

/** leaky_start - or fail. */
void
leaky_start(struct leaky_run *run, const struct leaky_row *row, const char *how)
{
	if (!leaky_try_start(run, row, how))
		fail_msg("%s %s: does not start: %s", row->name, how ? how : "bare", run->process.line);
}

/** ask - does the server answer? By its local address, so that an answer of another server would show. */
static enum probe
ask(const struct leaky_row *row, const struct leaky_run *run, enum side from, int family)
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

/** leaky_expect_answers - by each family that the row serves, and by no other. */
void
leaky_expect_answers(const struct leaky_row *row, const struct leaky_run *run, enum side from, const char *how)
{
	enum leaky_serves expected = from == SIDE_THERE && row->leaks ? row->leaks : row->serves;
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

/** leaky_expect_closed - no family, or none of @families, is open to the second host. */
void
leaky_expect_closed(const struct leaky_row *row, const struct leaky_run *run, enum leaky_serves families_asked,
		    const char *how)
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

/** leaky_with_port - @text with each %P as the port. */
void
leaky_with_port(const char *text, unsigned port, char *to, size_t size)
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

/** leaky_read_log - all events of the run. Return: lines. */
unsigned
leaky_read_log(char *text, size_t size)
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

/** leaky_expect_events - the lines of the log, in order; none more where there is room for one in @events. */
void
leaky_expect_events(const char *name, const char *const *events, unsigned most, unsigned port)
{
	char log[8192], wanted[256], *at = log;
	unsigned lines = leaky_read_log(log, sizeof(log)), count = 0;

	if (host_log())
		return;
	for (; count < most && events[count]; count++) {
		leaky_with_port(events[count], port, wanted, sizeof(wanted));
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

/** leaky_run_guarded - all that must be seen of a guarded server. */
void
leaky_run_guarded(const struct leaky_row *row, enum leaky_serves asked, const char *how)
{
	struct leaky_run run;

	leaky_start(&run, row, how);
	leaky_expect_answers(row, &run, SIDE_HERE, how);
	leaky_expect_closed(row, &run, asked, how);
	if (strcmp(run.bound, row->bound) != 0)
		fail_msg("%s %s: bound to %s, expected %s", row->name, how, run.bound, row->bound);
	host_stop(&run.process);
	leaky_expect_events(row->name, row->events, 4, run.port);
}

/** leaky_run_bare - it is open, so a test that cannot fail shows. */
void
leaky_run_bare(const struct leaky_row *row)
{
	struct leaky_run run;

	leaky_start(&run, row, NULL);
	leaky_expect_answers(row, &run, SIDE_HERE, "bare");
	leaky_expect_answers(row, &run, SIDE_THERE, "bare");
	host_stop(&run.process);
}

int
leaky_set_up(void **state)
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

int
leaky_tear_down(void **state)
{
	(void)state;
	unlink(config_path);
	unlink(log_path);
	net_tear_down();
	return 0;
}
