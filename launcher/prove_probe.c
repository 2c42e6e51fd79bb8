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
#include <time.h>
#include <unistd.h>

#include "launcher/tried.h"

#define DATAGRAM_MS 100
/* Who listens and is busy: its queue is full until it takes a connection, and meanwhile the kernel drops a SYN. */
#define PATIENCE_MS 6000

/** prove_clock_ms - a clock for deadlines. */
long
prove_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

/**
 * knock_patiently - likewise, until there is news or the time is over, where somebody listens there. Each try is closed
 * before the next, so that none holds a worker that another needs.
 */
static int
knock_patiently(const struct network *network, enum bg_protocol protocol, const struct attempt *attempt)
{
	long deadline = prove_clock_ms() + PATIENCE_MS;
	int error;

	do
		error = knock(network, prove_side(attempt->place), protocol, &attempt->to);
	while (error == ETIMEDOUT && !network_is_datagram(protocol) && attempt->taker != TAKER_NOBODY &&
	       prove_clock_ms() < deadline);
	return error;
}

/** keep - the result of one attempt. */
static void
keep(struct tried *tried, const struct attempt *attempt, enum reached result)
{
	struct bg_addr addr = bg_addr_unmap(&tried->socket.local.addr);
	bool specific = bg_addr_is_loopback(&addr);

	if (attempt->place == PLACE_LOOPBACK && attempt->loopback < TRIED_LOOPBACKS)
		tried->loopback[attempt->loopback] = result;
	if (attempt->place != PLACE_LOOPBACK ||
	    (specific ? bg_addr_equal(&attempt->to.addr, &addr) : attempt->loopback != TRIED_127_0_1_1))
		tried->reached[attempt->place][attempt->family] = result;
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

/** keep_all - of a socket that is gone: what the kernel's lookups say of the attempts that came too late. */
static void
keep_all(struct tried *tried, const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (attempts[i].taker == TAKER_THIS)
			keep(tried, &attempts[i], REACHED_YES);
}

/**
 * prove_probe - try a socket from both machines, by each family that it serves.
 * @sockets: all there are
 * @tried: with its socket; the results are written
 * @gone: it was closed before it could be tried
 * Return: 0, or an errno value: the kernel cannot be asked.
 */
int
prove_probe(const struct network *network, const struct sockets *sockets, struct tried *tried, bool *gone)
{
	const struct socket *socket = &tried->socket;
	struct attempt attempts[TRIED_ATTEMPTS];
	size_t count;
	int error = prove_plan(network, sockets, socket, attempts, &count);
	bool doubt = false, was_there = false;

	for (size_t i = 0; i < count && !error; i++) {
		const struct attempt *attempt = &attempts[i];
		int came = knock_patiently(network, socket->protocol, attempt);
		enum reached result = judge(socket->protocol, came, attempt->taker);

		keep(tried, attempt, result);
		doubt = doubt || (result != REACHED_YES && attempt->taker <= TAKER_THIS);
		was_there = was_there || result == REACHED_YES || attempt->taker == TAKER_THIS;
	}
	if (error || (was_there && !doubt) || !is_gone(socket))
		return error;
	*gone = !was_there;
	keep_all(tried, attempts, count);
	return 0;
}
