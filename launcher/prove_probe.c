/* SPDX-License-Identifier: MIT
 * prove_probe.c - tries one socket from both machines, by both families. Runs in the launcher only, and in tests, on the
 * machine of the socket.
 *
 * A stream socket is reached where connect(2) succeeds. UDP has no handshake: a datagram is sent, and an ICMP error
 * (ECONNREFUSED) is a refusal; silence is not, since a server need not answer, and may not be, since the kernel limits
 * the rate of such errors. So silence is decided by the kernel's own lookup, prove_lookup.c: reached where that gives the
 * datagram to the socket.
 *
 * That lookup comes before all connections. It tells whose a connection was where sockets share a port; and where a
 * server takes one connection and closes its socket, it tells what would have become of the others. For the same reason
 * the other machine is first: being exposed is the worse that can be missed. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/tried.h"

#define DATAGRAM_MS 100
#define ATTEMPTS (SIDES * TRIED_FAMILIES)
#define PACKET_PORT 9 /* of the packets that are asked about: nothing is connected from there */

/** enum taker - whom the kernel gives a packet to. */
enum taker { TAKER_UNKNOWN, TAKER_THIS, TAKER_OTHER, TAKER_NOBODY };

/** serves - does the socket take packets of that family at all? */
static bool
serves(const struct socket *socket, enum bg_family family)
{
	struct bg_addr addr = bg_addr_unmap(&socket->local.addr);

	return addr.family == family || socket_is_dual_stack(socket);
}

/**
 * target - the address of the socket to try. From this machine a wildcard is tried on loopback. From the other one it is
 * tried on the machine's own address, and so is loopback, which has no other address there.
 */
static struct bg_addr
target(const struct network *network, const struct socket *socket, enum side side, enum bg_family family)
{
	struct bg_addr addr = bg_addr_unmap(&socket->local.addr);

	if (side == SIDE_HERE && bg_addr_is_wildcard(&addr))
		return bg_addr_loopback(family);
	if (side == SIDE_THERE && (bg_addr_is_wildcard(&addr) || bg_addr_is_loopback(&addr)))
		return network_address(SIDE_HERE, family);
	if (bg_addr_is_link_local(&addr))
		addr.scope_id = network->devices[side];
	return addr;
}

/** knock - connect, or send a datagram. Return: what came back: 0 or an errno value, ETIMEDOUT: nothing. */
static int
knock(const struct network *network, enum side side, enum bg_protocol protocol, const struct bg_endpoint *endpoint)
{
	int fd, error = network_connect(network, side, protocol, endpoint, &fd);

	if (!error && network_is_datagram(protocol))
		error = send(fd, "\n", 1, MSG_NOSIGNAL) == 1 ? network_await(fd, POLLIN, DATAGRAM_MS) : errno;
	if (fd >= 0)
		close(fd);
	return error;
}

/** same_name - do both serve one name, as with SO_REUSEPORT? socket(7). Then the kernel chooses between them. */
static bool
same_name(const struct socket *a, const struct socket *b)
{
	return a->protocol == b->protocol && a->local.port == b->local.port && a->ifindex == b->ifindex &&
	       a->v6only == b->v6only && bg_addr_equal(&a->local.addr, &b->local.addr);
}

/**
 * struct attempt - one try.
 * @side, @family: from where, by what
 * @to: the socket's end
 * @taker: whom the kernel gives a packet for that
 */
struct attempt {
	enum side side;
	enum tried_family family;
	struct bg_endpoint to;
	enum taker taker;
};

/** look_up - whom the kernel gives the attempt's packet to, if that arrives at @ifindex. */
static enum taker
look_up(const struct sockets *sockets, const struct socket *socket, const struct attempt *attempt, uint32_t ifindex)
{
	struct packet packet = {socket->protocol, {attempt->to.addr, PACKET_PORT}, attempt->to, ifindex};
	uint32_t inode;

	if (attempt->side == SIDE_THERE)
		packet.from.addr = network_address(SIDE_THERE, (enum bg_family)attempt->to.addr.family);
	if (!prove_lookup(&packet, &inode))
		return TAKER_UNKNOWN;
	for (size_t i = 0; i < sockets->count && inode; i++)
		if (sockets->items[i].inode == inode && same_name(&sockets->items[i], socket))
			return TAKER_THIS;
	return inode ? TAKER_OTHER : TAKER_NOBODY;
}

/**
 * find_taker - likewise, at the device where it arrives. A packet of this machine's comes by lo, but one for an address
 * of another device counts as that device's: ip_route_output_key_hash_rcu() and ipv6_rcv() of Linux.
 */
static enum taker
find_taker(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	   const struct attempt *attempt)
{
	enum taker taker = TAKER_NOBODY;

	if (attempt->side == SIDE_HERE)
		taker = look_up(sockets, socket, attempt, NETWORK_LOOPBACK_INDEX);
	if (taker == TAKER_NOBODY && (attempt->side == SIDE_THERE || !bg_addr_is_loopback(&attempt->to.addr)))
		taker = look_up(sockets, socket, attempt, network->devices[SIDE_HERE]);
	return taker;
}

/**
 * plan - what to try of @socket, in that order.
 * Return: how many.
 */
static size_t
plan(const struct network *network, const struct sockets *sockets, const struct socket *socket,
     struct attempt attempts[ATTEMPTS])
{
	static const enum bg_family families[TRIED_FAMILIES] = {BG_IPV4, BG_IPV6};
	size_t count = 0;

	for (int side = SIDE_THERE; side >= SIDE_HERE; side--)
		for (size_t i = 0; i < TRIED_FAMILIES; i++) {
			struct attempt *attempt = &attempts[count];

			if (!serves(socket, families[i]) || (families[i] == BG_IPV6 && !network->ipv6))
				continue;
			attempt->side = (enum side)side;
			attempt->family = (enum tried_family)i;
			attempt->to.addr = target(network, socket, attempt->side, families[i]);
			attempt->to.port = socket->local.port;
			attempt->taker = find_taker(network, sockets, socket, attempt);
			count++;
		}
	return count;
}

/** judge - what @error, that came back, and the kernel's lookup mean together. */
static enum reached
judge(enum bg_protocol protocol, int error, enum taker taker)
{
	if (error == ECONNREFUSED || error == ECONNRESET)
		return REACHED_REFUSED;
	if (error && !network_is_datagram(protocol))
		return REACHED_SILENT;
	if (error && taker == TAKER_NOBODY)
		return REACHED_REFUSED;
	return taker == TAKER_OTHER ? REACHED_OTHER : REACHED_YES; /* what does not say no is taken for a yes */
}

/** is_gone - has the socket been closed meanwhile? */
static bool
is_gone(const struct socket *socket)
{
	struct sockets sockets = {0};
	bool found = sockets_dump(&sockets, false) != 0;

	for (size_t i = 0; i < sockets.count && !found; i++)
		found = sockets.items[i].inode == socket->inode;
	sockets_free(&sockets);
	return !found;
}

/**
 * prove_probe - try @socket from both machines, by each family that it serves.
 * @sockets: all there are
 * Return: false where it was closed before it could be tried.
 */
bool
prove_probe(const struct network *network, const struct sockets *sockets, const struct socket *socket,
	    enum reached reached[SIDES][TRIED_FAMILIES])
{
	struct attempt attempts[ATTEMPTS];
	size_t count = plan(network, sockets, socket, attempts);
	bool doubt = false, was_there = false;

	for (size_t i = 0; i < SIDES; i++)
		for (size_t j = 0; j < TRIED_FAMILIES; j++)
			reached[i][j] = REACHED_UNTRIED;
	for (size_t i = 0; i < count; i++) {
		const struct attempt *attempt = &attempts[i];
		int error = knock(network, attempt->side, socket->protocol, &attempt->to);
		enum reached result = judge(socket->protocol, error, attempt->taker);

		reached[attempt->side][attempt->family] = result;
		doubt = doubt || (result != REACHED_YES && attempt->taker <= TAKER_THIS);
		was_there = was_there || result == REACHED_YES || attempt->taker == TAKER_THIS;
	}
	if ((was_there && !doubt) || !is_gone(socket))
		return true;
	for (size_t i = 0; i < count; i++)
		if (attempts[i].taker == TAKER_THIS)
			reached[attempts[i].side][attempts[i].family] = REACHED_YES;
	return was_there;
}
