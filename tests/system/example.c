/* SPDX-License-Identifier: MIT
 * example.c - what is seen, from here and from the second host, of a server that a file of conf/examples guards. */
#include "system/example.h"

#include <sys/socket.h>

#include "net/net.h"

/** runs_there - does @command succeed on the second host? */
static bool
runs_there(const struct run *run, const char *command)
{
	char expanded[512];

	server_expand(run, command, expanded, sizeof(expanded));
	return net_run(SIDE_THERE, expanded) == 0;
}

/** example_expect_shut - this machine reaches it, the second host does not. */
void
example_expect_shut(struct run *run, const struct example_row *row)
{
	(void)row;
	rows_expect_guarded(run);
}

/** example_expect_open - both reach it. */
void
example_expect_open(struct run *run, const struct example_row *row)
{
	rows_expect_open(run);
	for (int i = 0; i < SERVER_EVENTS && row->server.events[i]; i++)
		rows_expect_event(run, row->server.events[i]);
}

/** example_expect_shut_alone - the same of one that names an address itself. */
void
example_expect_shut_alone(struct run *run, const struct example_row *row)
{
	rows_expect(run, server_client(run), "its client failed");
	rows_expect(run, !runs_there(run, row->there), "the second host reaches it");
	if (row->server.events[0])
		rows_expect_event(run, row->server.events[0]);
}

/** example_expect_audited - open, and the command that the file gives finds it. */
void
example_expect_audited(struct run *run, const struct example_row *row)
{
	example_expect_open(run, row);
	rows_expect(run, runs_there(run, row->there), "jq does not find it");
}

/** example_expect_vpn - the second host reaches it by the VPN alone, and this machine by no loopback address. */
void
example_expect_vpn(struct run *run, const struct example_row *row)
{
	struct question question = server_question(run);

	rows_expect(run, runs_there(run, row->there), "not reached through the VPN");
	for (int family = 0; family < 2; family++) {
		static const int families[] = {AF_INET, AF_INET6};

		rows_expect(run, net_ask(SIDE_THERE, families[family], &question) == PROBE_REFUSED,
			    "reached beside the VPN");
		rows_expect(run, net_ask(SIDE_HERE, families[family], &question) == PROBE_REFUSED,
			    "reached at loopback");
	}
	rows_expect_event(run, row->server.events[0]);
}

/** runs_here - does @command succeed on this host? */
static bool
runs_here(const struct run *run, const char *command)
{
	char expanded[512];

	server_expand(run, command, expanded, sizeof(expanded));
	return net_run(SIDE_HERE, expanded) == 0;
}

/**
 * example_expect_limited - this machine reaches it at all addresses, the second host by the VPN alone; beside it there is
 * silence.
 */
void
example_expect_limited(struct run *run, const struct example_row *row)
{
	struct question question = server_question(run);
	static const int families[] = {AF_INET, AF_INET6};

	for (int family = 0; family < 2; family++) {
		bool served = family == 0 ? row->server.ipv4 : row->server.ipv6;

		rows_expect(run, !served || net_ask(SIDE_HERE, families[family], &question) == PROBE_ANSWERED,
			    "not reached at loopback");
		rows_expect(run, !served || net_ask(SIDE_THERE, families[family], &question) == PROBE_SILENT,
			    "reached, or refused, beside the VPN");
	}
	rows_expect(run, !row->server.client || server_client(run), "its client failed");
	if (row->there)
		rows_expect(run, runs_there(run, row->there), "not reached through the VPN");
	if (row->here)
		rows_expect(run, runs_here(run, row->here), "not reached at the machine's own addresses");
	rows_expect_event(run, row->server.events[0]);
}

/** example_expect_denied - it was refused its address, and said so. */
void
example_expect_denied(struct run *run, const struct example_row *row)
{
	rows_expect_event(run, row->server.events[0]);
	rows_expect(run, !runs_there(run, row->there), "the second host reaches it");
}
