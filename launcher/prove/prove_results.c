/* SPDX-License-Identifier: MIT
 * prove_results.c - a list of sockets that have been tried, and what the tries mean. Runs in the launcher only, and in
 * tests, on the machine of the sockets. */
#include "launcher/prove/prove_results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/prove/prove_probe.h"

/** is_tried - by its number; an SCTP socket is there once for each of its addresses. */
static bool
is_tried(const struct prove_results *results, const struct socket *socket)
{
	for (size_t i = 0; i < results->count; i++)
		if (results->items[i].socket.inode == socket->inode &&
		    bg_addr_equal(&results->items[i].socket.local.addr, &socket->local.addr))
			return true;
	return false;
}

/** append - room for @socket in the list. Return: there, NULL where memory is out. */
static struct prove_result *
append(struct prove_results *results, const struct socket *socket)
{
	struct prove_result *items = sockets_grow(results->items, results->count, &results->room, sizeof(*items));

	if (!items)
		return NULL;
	results->items = items;
	items += results->count++;
	memset(items, 0, sizeof(*items));
	items->socket = *socket;
	return items;
}

/**
 * prove_results_add - try each of @sockets, which are all there are, that has not been tried yet. One that is closed before
 * it could be tried is left out.
 * @fresh: whether there was a new one
 * Return: 0 or an errno value.
 */
int
prove_results_add(struct prove_results *results, const struct network *network, const struct sockets *sockets,
		  bool *fresh)
{
	*fresh = false;
	for (size_t i = 0; i < sockets->count; i++) {
		struct prove_result *result;
		bool gone = false;
		int error;

		if (is_tried(results, &sockets->items[i]))
			continue;
		*fresh = true;
		result = append(results, &sockets->items[i]);
		if (!result)
			return ENOMEM;
		error = prove_probe(network, sockets, result, &gone);
		if (error || gone)
			results->count--;
		if (error)
			return error;
	}
	return 0;
}

/** prove_results_free - the list. */
void
prove_results_free(struct prove_results *results)
{
	free(results->items);
	memset(results, 0, sizeof(*results));
}

/** prove_loopback_text - the address. */
const char *
prove_loopback_text(enum prove_loopback loopback)
{
	static const char *const texts[] = {"127.0.0.1", "127.0.1.1", "::1"};

	return texts[loopback];
}

/**
 * prove_result_only_at - where this machine reaches the socket at one of the loopback addresses of IPv4 and not at all of
 * them: that address. NULL: it is not so.
 */
const char *
prove_result_only_at(const struct prove_result *result, char text[BG_ADDR_TEXT_MAX])
{
	struct bg_addr addr = bg_addr_unmap(&result->socket.local.addr);
	bool everywhere = true;

	for (enum prove_loopback i = LOOPBACK_127_0_0_1; i <= LOOPBACK_127_0_1_1; i++)
		everywhere = everywhere && result->loopback[i] == OUTCOME_REACHED;
	if (result->outcomes[PLACE_LOOPBACK][PROVE_IPV4] != OUTCOME_REACHED || everywhere)
		return NULL;
	if (!bg_addr_is_loopback(&addr))
		addr = bg_addr_loopback(BG_IPV4);
	bg_addr_format(&addr, text);
	return text;
}

/**
 * prove_result_is_lost - is there a family that it serves, by which this machine reaches neither it nor a neighbour? At
 * loopback, or at the address that it is bound to.
 */
bool
prove_result_is_lost(const struct prove_result *result)
{
	struct bg_addr addr = bg_addr_unmap(&result->socket.local.addr);
	enum place place = bg_addr_is_wildcard(&addr) || bg_addr_is_loopback(&addr) ? PLACE_LOOPBACK : PLACE_OWN;
	bool reached = false;

	for (size_t i = 0; i < PROVE_FAMILIES; i++) {
		enum outcome here = result->outcomes[place][i];

		if (here == OUTCOME_REFUSED || here == OUTCOME_NO_ANSWER)
			return true;
		reached = reached || here != OUTCOME_NOT_TRIED;
	}
	return !reached;
}

/** prove_result_verdict - what the tries mean. */
enum verdict
prove_result_verdict(const struct prove_result *result)
{
	for (size_t i = 0; i < PROVE_FAMILIES; i++)
		if (result->outcomes[PLACE_ELSEWHERE][i] == OUTCOME_REACHED)
			return VERDICT_EXPOSED;
	return prove_result_is_lost(result) ? VERDICT_LOST : VERDICT_GOOD;
}
