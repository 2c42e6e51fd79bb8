/* SPDX-License-Identifier: MIT
 * prove_probe.c - tries one socket from both machines, by both families. Runs in the launcher only, and in tests, on the
 * machine of the socket.
 *
 * A stream socket is reached where connect(2) succeeds. UDP has no handshake: a datagram is sent, and an ICMP error
 * (ECONNREFUSED) is a refusal; silence is not, since a server need not answer, and may not be, since the kernel limits
 * the rate of such errors. So silence is decided by the kernel's own lookup, prove_lookup.c: reached where that gives the
 * datagram to the socket.
 *
 * The lookup knows no filters: a socket that is limited gets the packet and drops it without a word. The kernel counts
 * that, as it does where the socket has no room. So silence is the answer where a socket with room has dropped two tries,
 * one after the other. That takes no deadline, for TCP either.
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

#include "launcher/prove/prove_plan.h"
#include "launcher/prove/prove_probe.h"
#include "launcher/prove/prove_results.h"

#define ANSWER_MS 100 /* within that, the packet is with the socket, and the answer is here, if there is one */
#define DROPS 2	      /* tries that are dropped, until silence is the answer */
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

/** struct drops - of all sockets of one port. @count: packets; @full: one of them has no room */
struct drops {
	uint32_t count;
	bool full;
};

/** read_drops - what the sockets of that port have dropped. Return: false where the kernel does not answer. */
static bool
read_drops(enum bg_protocol protocol, uint16_t port, struct drops *drops)
{
	struct sockets sockets = {0};
	int error = sockets_dump(&sockets, false);

	memset(drops, 0, sizeof(*drops));
	for (size_t i = 0; i < sockets.count; i++) {
		if (sockets.items[i].protocol != protocol || sockets.items[i].local.port != port)
			continue;
		drops->count += sockets.items[i].drops;
		drops->full = drops->full || sockets.items[i].full;
	}
	sockets_free(&sockets);
	return error == 0;
}

/** have_dropped - have they dropped anything since @before, though they had room for it? */
static bool
have_dropped(enum bg_protocol protocol, uint16_t port, const struct drops *before)
{
	struct drops now;

	return read_drops(protocol, port, &now) && now.count != before->count && !now.full && !before->full;
}

/**
 * try_once - connect, or send a datagram.
 * @dropped: the socket has dropped that
 * Return: what came back: 0 or an errno value, ETIMEDOUT: nothing.
 */
static int
try_once(const struct network *network, enum bg_protocol protocol, const struct attempt *attempt, bool *dropped)
{
	bool datagram = network_is_datagram(protocol), counted;
	struct drops before;
	int fd, error;

	counted = attempt->receiver != RECEIVER_NOBODY && read_drops(protocol, attempt->to.port, &before);
	error = network_begin(network, prove_side(attempt->place), protocol, &attempt->to, &fd);
	if (!error && datagram)
		error = send(fd, "\n", 1, MSG_NOSIGNAL) == 1 ? EINPROGRESS : errno;
	if (error == EINPROGRESS)
		error = network_await(fd, datagram ? POLLIN : POLLOUT, ANSWER_MS);
	*dropped = error == ETIMEDOUT && counted && have_dropped(protocol, attempt->to.port, &before);
	if (error == ETIMEDOUT && !*dropped && !datagram)
		error = network_await(fd, POLLOUT, NETWORK_CONNECT_MS - ANSWER_MS);
	if (fd >= 0)
		close(fd);
	return error;
}

/**
 * try_patiently - likewise, until something comes back, the time is over, where somebody listens there, or the socket has
 * dropped each try. Each is closed before the next, so that none holds a worker that another needs.
 * @dropped: it has
 */
static int
try_patiently(const struct network *network, enum bg_protocol protocol, const struct attempt *attempt, bool *dropped)
{
	bool patient = !network_is_datagram(protocol) && attempt->receiver != RECEIVER_NOBODY;
	long deadline = prove_clock_ms() + PATIENCE_MS;
	unsigned drops = 0;
	int error;

	do {
		error = try_once(network, protocol, attempt, dropped);
		drops = *dropped ? drops + 1 : 0;
	} while (error == ETIMEDOUT && drops < DROPS && (*dropped || (patient && prove_clock_ms() < deadline)));
	*dropped = drops == DROPS;
	return error;
}

/** store - the outcome of one attempt. */
static void
store(struct prove_result *result, const struct attempt *attempt, enum outcome outcome)
{
	struct bg_addr addr = bg_addr_unmap(&result->socket.local.addr);
	bool specific = bg_addr_is_loopback(&addr);

	if (attempt->place == PLACE_LOOPBACK && attempt->loopback < LOOPBACKS)
		result->loopback[attempt->loopback] = outcome;
	if (attempt->place != PLACE_LOOPBACK ||
	    (specific ? bg_addr_equal(&attempt->to.addr, &addr) : attempt->loopback != LOOPBACK_127_0_1_1))
		result->outcomes[attempt->place][attempt->family] = outcome;
}

/** judge - what @error, that came back, and the kernel's lookup mean together. @dropped: it was dropped */
static enum outcome
judge(enum bg_protocol protocol, int error, enum receiver receiver, bool dropped)
{
	if (dropped)
		return OUTCOME_NO_ANSWER;
	if (error == ECONNREFUSED || error == ECONNRESET)
		return OUTCOME_REFUSED;
	if (error && !network_is_datagram(protocol))
		return OUTCOME_NO_ANSWER;
	if (error && receiver == RECEIVER_NOBODY)
		return OUTCOME_REFUSED;
	/* what does not say no is taken for a yes */
	return receiver == RECEIVER_OTHER ? OUTCOME_OTHER_SOCKET : OUTCOME_REACHED;
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

/** store_all - of a socket that is gone: what the kernel's lookups say of the attempts that came too late. */
static void
store_all(struct prove_result *result, const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (attempts[i].receiver == RECEIVER_THIS)
			store(result, &attempts[i], OUTCOME_REACHED);
}

/**
 * prove_probe - try a socket from both machines, by each family that it serves.
 * @sockets: all there are
 * @result: with its socket; the outcomes are written
 * @gone: it was closed before it could be tried
 * Return: 0, or an errno value: the kernel cannot be asked.
 */
int
prove_probe(const struct network *network, const struct sockets *sockets, struct prove_result *result, bool *gone)
{
	const struct socket *socket = &result->socket;
	struct attempt attempts[ATTEMPTS_MAX];
	size_t count;
	int error = prove_plan(network, sockets, socket, attempts, &count);
	bool doubt = false, was_there = false;

	for (size_t i = 0; i < count && !error; i++) {
		const struct attempt *attempt = &attempts[i];
		bool dropped;
		int came = try_patiently(network, socket->protocol, attempt, &dropped);
		enum outcome outcome = judge(socket->protocol, came, attempt->receiver, dropped);

		store(result, attempt, outcome);
		doubt = doubt || (outcome != OUTCOME_REACHED && attempt->receiver <= RECEIVER_THIS);
		was_there = was_there || outcome == OUTCOME_REACHED || attempt->receiver == RECEIVER_THIS;
	}
	if (error || (was_there && !doubt) || !is_gone(socket))
		return error;
	*gone = !was_there;
	store_all(result, attempts, count);
	return 0;
}
