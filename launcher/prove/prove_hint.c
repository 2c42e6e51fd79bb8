/* SPDX-License-Identifier: MIT
 * prove_hint.c - where the guard has cost something that --from machine keeps: this machine reached the socket at loopback and not
 * at its own address, or not by a group that CMD has joined. Runs in the launcher only.
 *
 * What CMD had asked for is in the guard's events, which go where CMD's user wants them, and not in the kernel: a socket at
 * 127.0.0.1 may have been rewritten to it or not. A wildcard that is confined to lo still tells. */
#include "launcher/prove/prove_hint.h"

#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * prove_hint_is_possible - may this user's programs limit a TCP socket? Linux 6.18.44 asks for CAP_NET_ADMIN, earlier ones do
 * not; it is tried. To be asked on the network where this user may do what CMD may.
 */
bool
prove_hint_is_possible(void)
{
	struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	struct sock_fprog program = {.len = 1, .filter = &code};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool possible = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;

	if (fd >= 0)
		close(fd);
	return possible;
}

/** is_one_of - is the variable @name without a value, or is that @value? */
static bool
is_one_of(const char *name, const char *value)
{
	const char *set = getenv(name);

	return !set || !set[0] || strcmp(set, value) == 0;
}

/** moves_to_loopback - do the options and variables of CMD's guard let wildcards be moved to loopback? Else it moved none there. */
static bool
moves_to_loopback(const struct proof *proof)
{
	return !proof->unguarded && proof->run.enforces && is_one_of("BINDGUARD_FROM", "") &&
	       is_one_of("BINDGUARD_TO", "loopback") && is_one_of("BINDGUARD_CONFINE", "lo");
}

/** is_refused_at - is it reached at loopback and, by the same family, refused at @place? */
static bool
is_refused_at(const struct prove_result *result, enum place place)
{
	for (size_t i = 0; i < PROVE_FAMILIES; i++)
		if (result->outcomes[PLACE_LOOPBACK][i] == OUTCOME_REACHED &&
		    result->outcomes[place][i] == OUTCOME_REFUSED)
			return true;
	return false;
}

/** takes_limit - else --from machine confines it to lo again. */
static bool
takes_limit(const struct proof *proof, const struct socket *socket)
{
	return !socket->mptcp && (proof->limits || network_is_datagram(socket->protocol));
}

/** prove_hint_find - the hint about a socket. */
enum prove_hint
prove_hint_find(const struct proof *proof, const struct prove_result *result)
{
	const struct bg_addr *addr = &result->socket.local.addr;
	struct bg_addr rewritten = bg_addr_loopback((enum bg_family)addr->family);
	const char *confine = getenv("BINDGUARD_CONFINE");

	if (!moves_to_loopback(proof) || !takes_limit(proof, &result->socket) ||
	    (!is_refused_at(result, PLACE_OWN) && !is_refused_at(result, PLACE_GROUP)))
		return HINT_NONE;
	if (bg_addr_is_wildcard(addr) && result->socket.ifindex == NETWORK_LOOPBACK_INDEX)
		return HINT_KEPT;
	return bg_addr_equal(addr, &rewritten) && !(confine && confine[0]) ? HINT_IF_ASKED : HINT_NONE;
}

/** prove_hint_print - one line about all sockets, or none. What is sure is told alone. */
void
prove_hint_print(const struct proof *proof)
{
	const char *program = NULL;
	enum prove_hint most = HINT_NONE;
	bool others = false, groups = false;

	for (size_t i = 0; i < proof->results.count; i++) {
		const struct prove_result *result = &proof->results.items[i];
		enum prove_hint hint = prove_hint_find(proof, result);

		if (hint > most) {
			most = hint;
			program = result->program;
			others = groups = false;
		} else if (hint == most && hint != HINT_NONE) {
			others = others || strcmp(program, result->program) != 0;
		}
		if (hint == most && hint != HINT_NONE)
			groups = groups || is_refused_at(result, PLACE_GROUP);
	}
	if (most != HINT_NONE)
		printf("hint: programs on this machine do not reach %s%s at the machine's own addresses%s; "
		       "%s--from machine keeps them\n",
		       program, others ? " and others" : "", groups ? " or by multicast" : "",
		       most == HINT_IF_ASKED ? "if it asked for all addresses, " : "");
}
