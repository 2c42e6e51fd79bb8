/* SPDX-License-Identifier: MIT
 * list.c - `bindguard list`: what listens in this network namespace, who can reach it, and which process it is. Runs in
 * the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/command.h"
#include "launcher/list.h"

/** struct wish - the command line. @command: this one; @help: only that is wanted */
struct wish {
	const struct command *command;
	bool all;
	bool json;
	bool help;
};

/** read_wish - Return: STATUS_GOOD, or STATUS_USAGE with @failure set. */
static int
read_wish(int argc, char **argv, struct wish *wish, struct failure *failure)
{
	const struct option_spec *option;
	struct options options;

	options_begin(&options, argc, argv);
	wish->command = options.command;
	while ((option = options_next(&options, failure))) {
		wish->all = wish->all || options_is(option, "all");
		wish->json = wish->json || options_is(option, "json");
		wish->help = wish->help || options_is(option, "help");
	}
	if (failure->text[0])
		return STATUS_USAGE;
	if (options.at < argc)
		return fail(failure, STATUS_USAGE,
			    "unexpected word \"%.100s\", expected options only: bindguard list %s", argv[options.at],
			    "[-a] [--json]");
	return STATUS_GOOD;
}

/** compare_sockets - exposed ones first, then by protocol, port, family, address and device; never equal. */
static int
compare_sockets(const void *left, const void *right)
{
	const struct socket *a = left, *b = right;
	const unsigned keys[][2] = {
		{a->reach, b->reach},
		{a->state == STATE_CONNECTED, b->state == STATE_CONNECTED},
		{a->protocol, b->protocol},
		{a->local.port, b->local.port},
		{a->local.addr.family, b->local.addr.family},
	};
	int order;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	order = memcmp(a->local.addr.bytes, b->local.addr.bytes, sizeof(a->local.addr.bytes));
	if (!order)
		order = (a->ifindex > b->ifindex) - (a->ifindex < b->ifindex);
	return order ? order : (a->inode > b->inode) - (a->inode < b->inode);
}

/**
 * sockets_mark_ephemeral - UDP sockets on a wildcard and a port of the range from which the kernel chooses, ip(7): nobody can
 * tell a client's from a server's, so they are shown and marked.
 */
void
sockets_mark_ephemeral(struct sockets *sockets)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned first, last;

	if (file && fscanf(file, "%u %u", &first, &last) == 2)
		for (size_t i = 0; i < sockets->count; i++) {
			struct socket *socket = &sockets->items[i];

			socket->ephemeral = socket->protocol & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE) &&
					    socket->state == STATE_UNCONNECTED &&
					    bg_addr_is_wildcard(&socket->local.addr) && socket->local.port >= first &&
					    socket->local.port <= last;
		}
	if (file)
		fclose(file);
}

/** gather - sockets, who reaches them, who holds them. Return: STATUS_GOOD, or STATUS_USAGE with @failure set. */
static int
gather(const struct wish *wish, struct sockets *sockets, struct processes *processes, struct failure *failure)
{
	struct interfaces interfaces = {0};
	int error = sockets_dump(sockets, wish->all);

	if (error)
		return fail(failure, STATUS_USAGE,
			    "the kernel's socket diagnosis does not answer: %s, expected netlink sockets to be allowed "
			    "(NETLINK_SOCK_DIAG)",
			    error == EAGAIN ? "its tables keep changing" : strerror(error));
	error = interfaces_read(&interfaces);
	for (size_t i = 0; i < sockets->count && !error; i++)
		reach_find(&sockets->items[i], &interfaces);
	interfaces_free(&interfaces);
	if (error)
		return fail(failure, STATUS_USAGE, "the interfaces cannot be read: %s, expected netlink to be allowed",
			    strerror(error));
	sockets_mark_ephemeral(sockets);
	if (sockets->count)
		qsort(sockets->items, sockets->count, sizeof(*sockets->items), compare_sockets);
	error = processes_find(processes, sockets);
	return error ? fail(failure, STATUS_USAGE, "the processes cannot be read: %s", strerror(error)) : STATUS_GOOD;
}

/** print - the sockets as wished for. */
static int
print(const struct wish *wish, const struct sockets *sockets, const struct processes *processes,
      struct failure *failure)
{
	unsigned lacking = sockets->missing & (BG_PROTOCOL_TCP | BG_PROTOCOL_UDP);
	int error = wish->json	     ? list_print_json(sockets, processes)
		    : sockets->count ? list_print_table(sockets, processes)
				     : 0;

	if (error)
		return fail(failure, STATUS_USAGE, "the list cannot be printed: %s", strerror(error));
	if (!wish->json && (sockets->count || !lacking))
		list_print_summary(sockets, processes);
	if (lacking) /* a list without these would be taken for the whole truth */
		return fail(failure, STATUS_USAGE, "%s sockets are not listed, expected a kernel with %s",
			    lacking == BG_PROTOCOL_TCP	 ? "TCP"
			    : lacking == BG_PROTOCOL_UDP ? "UDP"
							 : "TCP and UDP",
			    lacking == BG_PROTOCOL_TCP	 ? "tcp_diag"
			    : lacking == BG_PROTOCOL_UDP ? "udp_diag"
							 : "inet_diag");
	return STATUS_GOOD;
}

/** command_list - `bindguard list`. */
int
command_list(int argc, char **argv, struct failure *failure)
{
	struct wish wish = {0};
	struct sockets sockets = {0};
	struct processes processes = {0};
	int status = read_wish(argc, argv, &wish, failure);

	if (status == STATUS_GOOD && wish.help) {
		options_print_help(wish.command);
		return STATUS_GOOD;
	}
	if (status == STATUS_GOOD)
		status = gather(&wish, &sockets, &processes, failure);
	if (status == STATUS_GOOD)
		status = print(&wish, &sockets, &processes, failure);
	sockets_free(&sockets);
	processes_free(&processes);
	return status;
}
