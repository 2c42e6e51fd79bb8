/* SPDX-License-Identifier: MIT
 * tried.c - a list of sockets that have been tried, and what the tries mean. Runs in the launcher only, and in tests, on the
 * machine of the sockets. */
#include "launcher/tried.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** sockets_read_reach - all servers of this machine now, and where they are bound. Return: 0 or an errno value. */
int
sockets_read_reach(struct sockets *sockets)
{
	struct interfaces interfaces = {0};
	int error = sockets_dump(sockets, false);

	if (!error)
		error = interfaces_read(&interfaces);
	for (size_t i = 0; i < sockets->count && !error; i++)
		reach_find(&sockets->items[i], &interfaces);
	interfaces_free(&interfaces);
	if (!error && sockets->missing & (BG_PROTOCOL_TCP | BG_PROTOCOL_UDP))
		error = EPROTONOSUPPORT;
	if (!error)
		sockets_mark_ephemeral(sockets);
	return error;
}

/** is_tried - by its number; an SCTP socket is there once for each of its addresses. */
static bool
is_tried(const struct trials *trials, const struct socket *socket)
{
	for (size_t i = 0; i < trials->count; i++)
		if (trials->items[i].socket.inode == socket->inode &&
		    bg_addr_equal(&trials->items[i].socket.local.addr, &socket->local.addr))
			return true;
	return false;
}

/** append - room for @socket in the list. Return: there, NULL where memory is out. */
static struct tried *
append(struct trials *trials, const struct socket *socket)
{
	struct tried *items = list_grow(trials->items, trials->count, &trials->room, sizeof(*items));

	if (!items)
		return NULL;
	trials->items = items;
	items += trials->count++;
	memset(items, 0, sizeof(*items));
	items->socket = *socket;
	return items;
}

/**
 * trials_add - try each of @sockets, which are all there are, that has not been tried yet. One that is closed before it
 * could be tried is left out.
 * @fresh: whether there was a new one
 * Return: 0 or ENOMEM.
 */
int
trials_add(struct trials *trials, const struct network *network, const struct sockets *sockets, bool *fresh)
{
	*fresh = false;
	for (size_t i = 0; i < sockets->count; i++) {
		struct tried *tried;

		if (is_tried(trials, &sockets->items[i]))
			continue;
		*fresh = true;
		tried = append(trials, &sockets->items[i]);
		if (!tried)
			return ENOMEM;
		if (!prove_probe(network, sockets, &tried->socket, tried->reached))
			trials->count--;
	}
	return 0;
}

/** trials_free - the list. */
void
trials_free(struct trials *trials)
{
	free(trials->items);
	memset(trials, 0, sizeof(*trials));
}

/** tried_is_lost - is there a family that it serves, by which this machine reaches neither it nor a neighbour? */
bool
tried_is_lost(const struct tried *tried)
{
	bool reached = false;

	for (size_t i = 0; i < TRIED_FAMILIES; i++) {
		enum reached here = tried->reached[SIDE_HERE][i];

		if (here == REACHED_REFUSED || here == REACHED_SILENT)
			return true;
		reached = reached || here != REACHED_UNTRIED;
	}
	return !reached;
}

/** tried_verdict - what the tries mean. */
enum verdict
tried_verdict(const struct tried *tried)
{
	for (size_t i = 0; i < TRIED_FAMILIES; i++)
		if (tried->reached[SIDE_THERE][i] == REACHED_YES)
			return VERDICT_EXPOSED;
	return tried_is_lost(tried) ? VERDICT_LOST : VERDICT_GOOD;
}
