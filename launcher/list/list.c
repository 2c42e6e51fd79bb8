/* SPDX-License-Identifier: MIT
 * list.c - `bindguard list`: what listens in this network namespace, who can reach it, and which process it is. Runs in
 * the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/command.h"
#include "launcher/list/list_json.h"
#include "launcher/list/list_summary.h"
#include "launcher/list/list_table.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/reach.h"
#include "launcher/sockets/socket_limits.h"
#include "launcher/sockets/sockets.h"

/** struct list_arguments - the command line. @command: this one; @help: only that is wanted */
struct list_arguments {
	const struct command *command;
	bool all;
	bool json;
	bool help;
};

/** read_arguments - Return: STATUS_GOOD, or STATUS_USAGE with @failure set. */
static int
read_arguments(int argc, char **argv, struct list_arguments *arguments, struct failure *failure)
{
	const struct option_spec *option;
	struct options options;

	options_begin(&options, argc, argv);
	arguments->command = options.command;
	while ((option = options_next(&options, failure))) {
		arguments->all = arguments->all || options_is(option, "all");
		arguments->json = arguments->json || options_is(option, "json");
		arguments->help = arguments->help || options_is(option, "help");
	}
	if (failure->text[0])
		return STATUS_USAGE;
	if (options.at < argc)
		return command_fail(failure, STATUS_USAGE,
				    "unexpected word \"%.100s\", expected options only: bindguard list %s",
				    argv[options.at], "[-a] [--json]");
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

/** gather - sockets, who holds them, who reaches them. Return: STATUS_GOOD, or STATUS_USAGE with @failure set. */
static int
gather(const struct list_arguments *arguments, struct sockets *sockets, struct processes *processes,
       struct failure *failure)
{
	struct interfaces interfaces = {0};
	int error = sockets_dump(sockets, arguments->all), status = STATUS_GOOD;

	if (error)
		return command_fail(
			failure, STATUS_USAGE,
			"the kernel's socket diagnosis does not answer: %s, expected netlink sockets to be allowed "
			"(NETLINK_SOCK_DIAG)",
			error == EAGAIN ? "its tables keep changing" : strerror(error));
	error = interfaces_read(&interfaces);
	for (size_t i = 0; i < sockets->count && !error; i++)
		reach_find(&sockets->items[i], &interfaces);
	if (error)
		status = command_fail(failure, STATUS_USAGE,
				      "the interfaces cannot be read: %s, expected netlink to be allowed",
				      strerror(error));
	sockets_mark_ephemeral(sockets);
	if (!error && (processes_find(processes, sockets) || socket_limits_find(sockets, processes, &interfaces)))
		status = command_fail(failure, STATUS_USAGE, "out of memory");
	interfaces_free(&interfaces);
	if (sockets->count)
		qsort(sockets->items, sockets->count, sizeof(*sockets->items), compare_sockets);
	return status;
}

/** print - the sockets as the command line wants them. */
static int
print(const struct list_arguments *arguments, const struct sockets *sockets, const struct processes *processes,
      struct failure *failure)
{
	unsigned lacking = sockets->missing & (BG_PROTOCOL_TCP | BG_PROTOCOL_UDP);
	int error = arguments->json  ? list_print_json(sockets, processes)
		    : sockets->count ? list_print_table(sockets, processes)
				     : 0;

	if (error)
		return command_fail(failure, STATUS_USAGE, "the list cannot be printed: %s", strerror(error));
	if (!arguments->json && (sockets->count || !lacking))
		list_print_summary(sockets, processes);
	if (lacking) /* a list without these would be taken for the whole truth */
		return command_fail(failure, STATUS_USAGE, "%s sockets are not listed, expected a kernel with %s",
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
	struct list_arguments arguments = {0};
	struct sockets sockets = {0};
	struct processes processes = {0};
	int status = read_arguments(argc, argv, &arguments, failure);

	if (status == STATUS_GOOD && arguments.help) {
		options_print_help(arguments.command);
		return STATUS_GOOD;
	}
	if (status == STATUS_GOOD)
		status = gather(&arguments, &sockets, &processes, failure);
	if (status == STATUS_GOOD)
		status = print(&arguments, &sockets, &processes, failure);
	sockets_free(&sockets);
	processes_free(&processes);
	return status;
}
