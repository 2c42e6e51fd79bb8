/* SPDX-License-Identifier: MIT
 * prove_plan.c - what to try of a socket: from where, at which addresses, and whom the kernel says that it would reach. Sends
 * nothing. Runs in the launcher only, and in tests, on the machine of the socket. */
#include <errno.h>

#include "launcher/prove/prove_groups.h"
#include "launcher/prove/prove_lookup.h"
#include "launcher/prove/prove_plan.h"
#include "launcher/prove/prove_results.h"
#include "launcher/sockets/socket_text.h"

#define PACKET_PORT 9 /* of the packets that are asked about: nothing is connected from there */

/** serves - does the socket take packets of that family at all? */
static bool
serves(const struct socket *socket, enum bg_family family)
{
	struct bg_addr addr = bg_addr_unmap(&socket->local.addr);

	return addr.family == family || socket_is_dual_stack(socket);
}

/** prove_side - the machine that a try comes from. */
enum side
prove_side(enum place place)
{
	return place == PLACE_ELSEWHERE ? SIDE_THERE : SIDE_HERE;
}

/**
 * target - the address at which to try the socket. A wildcard is tried at loopback and at the machine's own address, and
 * so is loopback, which must not answer there. Another address is its own, wherever it is tried from.
 */
static struct bg_addr
target(const struct network *network, const struct socket *socket, enum place place, enum bg_family family)
{
	struct bg_addr addr = bg_addr_unmap(&socket->local.addr);

	if (place == PLACE_LOOPBACK)
		return bg_addr_is_loopback(&addr) ? addr : bg_addr_loopback(family);
	if (bg_addr_is_wildcard(&addr) || bg_addr_is_loopback(&addr))
		return network_address(SIDE_HERE, family);
	if (bg_addr_is_link_local(&addr))
		addr.scope_id = network->devices[prove_side(place)];
	return addr;
}

/** same_name - do both serve one name, as with SO_REUSEPORT? socket(7). Then the kernel chooses between them. */
static bool
same_name(const struct socket *a, const struct socket *b)
{
	return a->protocol == b->protocol && a->local.port == b->local.port && a->ifindex == b->ifindex &&
	       a->v6only == b->v6only && bg_addr_equal(&a->local.addr, &b->local.addr);
}

/** holds_name - is @inode one of @sockets that serves the name of @socket? */
static bool
holds_name(const struct sockets *sockets, uint32_t inode, const struct socket *socket)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->items[i].inode == inode && same_name(&sockets->items[i], socket))
			return true;
	return false;
}

/**
 * find_name - likewise. A socket that came after @sockets were listed is looked for in a new list: a worker that shares the
 * port takes packets from the moment when it listens, and is no stranger.
 * Return: 0 or an errno value.
 */
static int
find_name(const struct sockets *sockets, uint32_t inode, const struct socket *socket, bool *found)
{
	struct sockets now = {0};
	int error;

	*found = holds_name(sockets, inode, socket);
	if (*found)
		return 0;
	error = sockets_dump(&now, false);
	*found = holds_name(&now, inode, socket);
	sockets_free(&now);
	return error;
}

/** look_up - whom the kernel gives the attempt's packet to, if that arrives at @ifindex. Return: 0 or an errno value. */
static int
look_up(const struct sockets *sockets, const struct socket *socket, struct attempt *attempt, uint32_t ifindex)
{
	struct packet packet = {socket->protocol, {attempt->to.addr, PACKET_PORT}, attempt->to, ifindex};
	uint32_t inode;
	bool found = false;
	int error;

	if (attempt->place == PLACE_ELSEWHERE)
		packet.from.addr = network_address(SIDE_THERE, (enum bg_family)attempt->to.addr.family);
	error = prove_lookup(&packet, &inode);
	attempt->receiver = RECEIVER_UNKNOWN;
	if (error)
		return error == EPROTONOSUPPORT ? 0 : error;
	if (inode)
		error = find_name(sockets, inode, socket, &found);
	attempt->receiver = found ? RECEIVER_THIS : inode ? RECEIVER_OTHER : RECEIVER_NOBODY;
	return error;
}

/**
 * find_receiver - likewise, at the device where it arrives. A packet of this machine's comes by lo, but one for an address
 * of another device counts as that device's: ip_route_output_key_hash_rcu() and ipv6_rcv() of Linux.
 */
static int
find_receiver(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	      struct attempt *attempt)
{
	struct bg_addr own = network_address(SIDE_HERE, (enum bg_family)attempt->to.addr.family);
	bool at_device = attempt->place == PLACE_ELSEWHERE || attempt->place == PLACE_GROUP ||
			 bg_addr_equal(&attempt->to.addr, &own) || bg_addr_is_link_local(&attempt->to.addr);
	int error = 0;

	attempt->receiver = RECEIVER_NOBODY;
	if (!at_device)
		error = look_up(sockets, socket, attempt, NETWORK_LOOPBACK_INDEX);
	if (!error && attempt->receiver == RECEIVER_NOBODY && !bg_addr_is_loopback(&attempt->to.addr))
		error = look_up(sockets, socket, attempt, network->devices[SIDE_HERE]);
	return error;
}

/** loopback_of - which of the loopback addresses @addr is, LOOPBACKS: none. */
static enum prove_loopback
loopback_of(const struct bg_addr *addr)
{
	struct bg_addr one;

	for (enum prove_loopback i = 0; i < LOOPBACKS; i++)
		if (bg_addr_parse(prove_loopback_text(i), &one) && bg_addr_equal(&one, addr))
			return i;
	return LOOPBACKS;
}

/** add_attempt - at the address @to, unless it is there. */
static void
add_attempt(struct attempt *attempts, size_t *count, enum place place, const struct bg_endpoint *to)
{
	for (size_t i = 0; i < *count; i++)
		if (attempts[i].place == place && bg_addr_equal(&attempts[i].to.addr, &to->addr))
			return;
	attempts[*count] = (struct attempt){.place = place,
					    .family = to->addr.family == BG_IPV4 ? PROVE_IPV4 : PROVE_IPV6,
					    .loopback = loopback_of(&to->addr),
					    .to = *to};
	++*count;
}

/** list_attempts - what to try of @socket, in that order. Return: how many. */
static size_t
list_attempts(const struct network *network, const struct socket *socket, struct attempt attempts[ATTEMPTS_MAX])
{
	static const enum place places[] = {PLACE_ELSEWHERE, PLACE_LOOPBACK, PLACE_OWN};
	static const enum bg_family families[PROVE_FAMILIES] = {BG_IPV4, BG_IPV6};
	struct bg_endpoint to = {.port = socket->local.port};
	size_t count = 0;

	for (size_t place = 0; place < sizeof(places) / sizeof(places[0]); place++)
		for (size_t i = 0; i < PROVE_FAMILIES; i++) {
			if (!serves(socket, families[i]) || (families[i] == BG_IPV6 && !network->ipv6))
				continue;
			to.addr = target(network, socket, places[place], families[i]);
			add_attempt(attempts, &count, places[place], &to);
		}
	for (enum prove_loopback i = LOOPBACK_127_0_0_1; i <= LOOPBACK_127_0_1_1 && serves(socket, BG_IPV4); i++) {
		bg_addr_parse(prove_loopback_text(i), &to.addr);
		add_attempt(attempts, &count, PLACE_LOOPBACK, &to);
	}
	/* What is sent from here by two links would count as CMD's, which is pinned to one. */
	for (size_t i = 0; i < PROVE_FAMILIES && network_is_datagram(socket->protocol) && !network->second[SIDE_HERE];
	     i++)
		if (serves(socket, families[i]) &&
		    prove_groups_find(families[i], network->devices[SIDE_HERE], &to.addr))
			add_attempt(attempts, &count, PLACE_GROUP, &to);
	return count;
}

/**
 * prove_plan - what to try of @socket, in that order, and whom each try would reach.
 * @sockets: all there are
 * @count: how many
 * Return: 0, or an errno value: the kernel cannot be asked.
 */
int
prove_plan(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	   struct attempt attempts[ATTEMPTS_MAX], size_t *count)
{
	int error = 0;

	*count = list_attempts(network, socket, attempts);
	for (size_t i = 0; i < *count && !error; i++)
		error = find_receiver(network, sockets, socket, &attempts[i]);
	return error;
}
