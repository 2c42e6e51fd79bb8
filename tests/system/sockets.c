/* SPDX-License-Identifier: MIT
 * sockets.c - reads the sockets of a host, and has each tried from both. */
#include "system/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bindguard/words.h"
#include "launcher/prove/prove_results.h"
#include "launcher/sockets/reach.h"
#include "launcher/sockets/socket_text.h"

#define LOCAL_MAX (SOCKET_TEXT_MAX + 8)

static const char *const family_words[PROVE_FAMILIES] = {"IPv4", "IPv6"};

/** read_sockets - those of @where. Return: 0 or an errno value. */
static int
read_sockets(enum side where, struct sockets *sockets)
{
	int error = network_enter(net_network(), where), back;

	if (!error)
		error = reach_read(sockets);
	back = network_enter(net_network(), SIDE_HERE);
	return error ? error : back;
}

/** format_local - "ADDRESS:PORT" as `bindguard list` and ss(8) have it. */
static void
format_local(const struct socket *socket, char local[LOCAL_MAX])
{
	char address[SOCKET_TEXT_MAX];

	socket_format_address(socket, address);
	snprintf(local, LOCAL_MAX, "%s:%u", address, socket->local.port);
}

/** is_of - a socket of that kind? */
static bool
is_of(const struct socket *socket, bool udp)
{
	return socket->protocol == (udp ? BG_PROTOCOL_UDP : BG_PROTOCOL_TCP);
}

/** sockets_tell - all of them, a line a socket. */
void
sockets_tell(enum side where, char *table, size_t size)
{
	struct sockets sockets = {0};
	size_t length = 0;

	table[0] = '\0';
	read_sockets(where, &sockets);
	for (size_t i = 0; i < sockets.count && length < size; i++) {
		char local[LOCAL_MAX];

		format_local(&sockets.items[i], local);
		length += (size_t)snprintf(table + length, size - length, "%s %s\n",
					   bg_protocol_word(sockets.items[i].protocol), local);
	}
	sockets_free(&sockets);
}

/** sockets_has_port - does anything listen on @port? */
bool
sockets_has_port(enum side where, bool udp, unsigned port)
{
	struct sockets sockets = {0};
	bool found = false;

	read_sockets(where, &sockets);
	for (size_t i = 0; i < sockets.count && !found; i++)
		found = is_of(&sockets.items[i], udp) && sockets.items[i].local.port == port;
	sockets_free(&sockets);
	return found;
}

/** sockets_has - does this host have a socket at @local, "ADDRESS:PORT"? */
bool
sockets_has(bool udp, const char *local)
{
	struct sockets sockets = {0};
	bool found = false;

	read_sockets(SIDE_HERE, &sockets);
	for (size_t i = 0; i < sockets.count && !found; i++) {
		char text[LOCAL_MAX];

		format_local(&sockets.items[i], text);
		found = is_of(&sockets.items[i], udp) && strcmp(text, local) == 0;
	}
	sockets_free(&sockets);
	return found;
}

/** was_tried - by any family? One for IPv6 alone is not where this host has none. */
static bool
was_tried(const struct prove_result *result)
{
	for (int family = 0; family < PROVE_FAMILIES; family++)
		if (result->outcomes[PLACE_LOOPBACK][family] != OUTCOME_NOT_TRIED)
			return true;
	return false;
}

/**
 * judge_each - no own socket of the server is lost to this host. Unguarded each is exposed, so a test that cannot fail
 * shows; guarded no socket at all is: neither reached from the second host, nor bound where others would reach it. A UDP
 * socket at a port that the kernel may have chosen is a client's.
 */
static bool
judge_each(const struct exposure *exposure, const struct prove_result *result, char *what, size_t size)
{
	const struct socket *socket = &result->socket;
	bool own = is_of(socket, exposure->udp) && socket->local.port == exposure->port;
	bool exposed = prove_result_verdict(result) == VERDICT_EXPOSED, elsewhere = socket->reach != REACH_MACHINE;
	const char *wrong = own && was_tried(result) && prove_result_is_lost(result)		       ? "lost"
			    : exposure->open && own && was_tried(result) && !exposed		       ? "not exposed"
			    : !exposure->open && (own || !socket->ephemeral) && (exposed || elsewhere) ? "exposed"
												       : NULL;
	char local[LOCAL_MAX];

	if (!wrong)
		return true;
	format_local(socket, local);
	snprintf(what, size, "%s: %s %.100s", wrong, bg_protocol_word(socket->protocol), local);
	return false;
}

/** reached - do the server's own sockets get what comes from @place by @family? */
static bool
reached(const struct exposure *exposure, const struct prove_results *results, enum place place, int family)
{
	for (size_t i = 0; i < results->count; i++) {
		const struct prove_result *result = &results->items[i];

		if (is_of(&result->socket, exposure->udp) && result->socket.local.port == exposure->port &&
		    result->outcomes[place][family] == OUTCOME_REACHED)
			return true;
	}
	return false;
}

/**
 * judge - each socket, and all of the server together: by each family that it serves this host reaches it, and the second
 * host does where that is wanted, else by none.
 */
static bool
judge(const struct exposure *exposure, const struct prove_results *results, char *what, size_t size)
{
	for (size_t i = 0; i < results->count; i++)
		if (!judge_each(exposure, &results->items[i], what, size))
			return false;
	for (int family = 0; family < (net_has_ipv6() ? PROVE_FAMILIES : 1); family++) {
		bool here = reached(exposure, results, PLACE_LOOPBACK, family);
		bool there = reached(exposure, results, PLACE_ELSEWHERE, family);

		if (there == (exposure->open && exposure->serves[family]) &&
		    (exposure->open ? here == exposure->serves[family] : here || !exposure->serves[family]))
			continue;
		snprintf(what, size, "tried by %s: %s from this machine, %s from the second host", family_words[family],
			 here ? "reached" : "not reached", there ? "reached" : "not reached");
		return false;
	}
	return true;
}

/**
 * sockets_prove - try every socket of this host from both, as `bindguard prove` does, and judge.
 * @what: what is wrong
 * Return: is it as it must be?
 */
bool
sockets_prove(const struct exposure *exposure, char *what, size_t size)
{
	struct sockets sockets = {0};
	struct prove_results results = {0};
	bool fresh, good;
	int error = read_sockets(SIDE_HERE, &sockets);

	if (!error)
		error = prove_results_add(&results, net_network(), &sockets, &fresh);
	if (error)
		snprintf(what, size, "the sockets cannot be tried: %s", strerror(error));
	good = !error && judge(exposure, &results, what, size);
	prove_results_free(&results);
	sockets_free(&sockets);
	return good;
}
