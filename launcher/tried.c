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
 * Return: 0 or an errno value.
 */
int
trials_add(struct trials *trials, const struct network *network, const struct sockets *sockets, bool *fresh)
{
	*fresh = false;
	for (size_t i = 0; i < sockets->count; i++) {
		struct tried *tried;
		bool gone = false;
		int error;

		if (is_tried(trials, &sockets->items[i]))
			continue;
		*fresh = true;
		tried = append(trials, &sockets->items[i]);
		if (!tried)
			return ENOMEM;
		error = prove_probe(network, sockets, tried, &gone);
		if (error || gone)
			trials->count--;
		if (error)
			return error;
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

/** tried_loopback_text - the address. */
const char *
tried_loopback_text(enum tried_loopback loopback)
{
	static const char *const texts[] = {"127.0.0.1", "127.0.1.1", "::1"};

	return texts[loopback];
}

/**
 * tried_only_at - where this machine reaches the socket at one of the loopback addresses of IPv4 and not at all of them:
 * that address. NULL: it is not so.
 */
const char *
tried_only_at(const struct tried *tried, char text[BG_ADDR_TEXT_MAX])
{
	struct bg_addr addr = bg_addr_unmap(&tried->socket.local.addr);
	bool everywhere = true;

	for (enum tried_loopback i = TRIED_127_0_0_1; i <= TRIED_127_0_1_1; i++)
		everywhere = everywhere && tried->loopback[i] == REACHED_YES;
	if (tried->reached[PLACE_LOOPBACK][TRIED_IPV4] != REACHED_YES || everywhere)
		return NULL;
	if (!bg_addr_is_loopback(&addr))
		addr = bg_addr_loopback(BG_IPV4);
	bg_addr_format(&addr, text);
	return text;
}

/**
 * tried_is_lost - is there a family that it serves, by which this machine reaches neither it nor a neighbour? At loopback, or
 * at the address that it is bound to.
 */
bool
tried_is_lost(const struct tried *tried)
{
	struct bg_addr addr = bg_addr_unmap(&tried->socket.local.addr);
	enum place place = bg_addr_is_wildcard(&addr) || bg_addr_is_loopback(&addr) ? PLACE_LOOPBACK : PLACE_OWN;
	bool reached = false;

	for (size_t i = 0; i < TRIED_FAMILIES; i++) {
		enum reached here = tried->reached[place][i];

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
		if (tried->reached[PLACE_ELSEWHERE][i] == REACHED_YES)
			return VERDICT_EXPOSED;
	return tried_is_lost(tried) ? VERDICT_LOST : VERDICT_GOOD;
}
