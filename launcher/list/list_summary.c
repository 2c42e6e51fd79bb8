/* SPDX-License-Identifier: MIT
 * list_summary.c - the sockets in one line: how many servers, and who reaches them. Runs in the command only. */
#include "launcher/list/list_summary.h"

#include <stdio.h>

#include "bindguard/words.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/socket_text.h"

/** is_server - does it wait for others? Raw and connected sockets, which -a adds, do not. */
static bool
is_server(const struct socket *socket)
{
	return socket->protocol != BG_PROTOCOL_RAW && socket->state != STATE_CONNECTED;
}

/** same_name - do two sockets serve one name, as with SO_REUSEPORT? socket(7). */
static bool
same_name(const struct socket *a, const struct socket *b)
{
	return a->protocol == b->protocol && a->state == b->state && a->local.port == b->local.port &&
	       a->ifindex == b->ifindex && a->v6only == b->v6only && bg_addr_equal(&a->local.addr, &b->local.addr);
}

/** is_first - is socket @index of the sorted list the first of its name and process? Workers share both. */
static bool
is_first(const struct sockets *sockets, const struct processes *processes, size_t index)
{
	const struct socket *items = sockets->items;
	size_t count;
	const struct process *process = socket_process(&items[index], processes, &count);

	for (size_t i = index; i > 0 && same_name(&items[i - 1], &items[index]); i--)
		if (socket_process(&items[i - 1], processes, &count) == process)
			return false;
	return true;
}

/**
 * struct tally - what the summary counts.
 * @servers: by reach, each server once
 * @others: further sockets
 * @unnamed: servers and others of which no process is seen
 */
struct tally {
	size_t servers[4];
	size_t others;
	size_t unnamed;
};

/** count_all - the tally of @sockets, which are sorted. */
static struct tally
count_all(const struct sockets *sockets, const struct processes *processes)
{
	struct tally tally = {0};

	for (size_t i = 0; i < sockets->count; i++) {
		const struct socket *socket = &sockets->items[i];
		size_t count;

		tally.unnamed += !socket_process(socket, processes, &count);
		if (!is_server(socket))
			tally.others++;
		else if (is_first(sockets, processes, i))
			tally.servers[socket->reach]++;
	}
	return tally;
}

/** print_missing - protocols that were asked for and cannot be shown. */
static void
print_missing(unsigned missing)
{
	for (unsigned bit = 1; bit <= BG_PROTOCOL_OTHER; bit <<= 1)
		if (missing & bit)
			printf("; %s sockets are not shown: this kernel has no %s_diag",
			       bg_protocol_word((enum bg_protocol)bit),
			       bit == BG_PROTOCOL_UDPLITE ? "udp" : bg_protocol_word((enum bg_protocol)bit));
}

/** list_print_summary - one line: how many servers, who reaches them, and what is not seen. */
void
list_print_summary(const struct sockets *sockets, const struct processes *processes)
{
	struct tally tally = count_all(sockets, processes);
	size_t anywhere = tally.servers[REACH_ANYWHERE], interface = tally.servers[REACH_INTERFACE];
	size_t places = tally.servers[REACH_PLACES];
	size_t servers = anywhere + places + interface + tally.servers[REACH_MACHINE];

	if (!servers)
		printf("nothing listens on this machine");
	else
		printf("%zu server%s, ", servers, servers == 1 ? "" : "s");
	if (servers && !anywhere && !places && !interface)
		printf("none reachable from another machine");
	else if (servers)
		printf("%zu reachable from anywhere", anywhere);
	if (places)
		printf(", %zu from some places", places);
	if (interface)
		printf(", %zu through one interface", interface);
	if (tally.others)
		printf("; %zu other socket%s", tally.others, tally.others == 1 ? "" : "s");
	if (tally.unnamed && processes->hidden)
		printf("; %zu of other users (?): root sees their programs", tally.unnamed);
	else if (tally.unnamed)
		printf("; %zu of the kernel or of processes not seen here (?)", tally.unnamed);
	print_missing(sockets->missing);
	putchar('\n');
}
