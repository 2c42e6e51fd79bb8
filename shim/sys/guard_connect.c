/* SPDX-License-Identifier: MIT
 * guard_connect.c - connect(2) under the guard: clients that bound a wildcard first get back what bind(2) took, since
 * a loopback-bound socket reaches no other host (EINVAL, or silence). Signal-safe. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/caller.h"
#include "sys/guard.h"
#include "sys/kernel.h"
#include "sys/marks.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)

/** bare - the real connect(2). Return: -errno for -1. */
static int
bare(const struct bg_attempt *attempt, const union bg_sockaddr *peer, unsigned size)
{
	return (int)bg_kernel_result(attempt->guard->real->connect(attempt->fd, peer->bytes, size));
}

/** note_undone - a datagram socket that disconnects (connect(2) to AF_UNSPEC) would be an open server again. */
static void
note_undone(int fd, const struct bg_mark *before)
{
	struct bg_mark mark = *before;

	mark.kind = BG_MARK_UNDONE;
	if (bg_kernel_cookie(fd, &mark.cookie) == 0)
		bg_marks_put(&mark);
}

/**
 * unconfine - take the device off in place, as CAP_NET_RAW may; connect; a datagram socket whose connect fails is
 * confined again. Return: false where it is not allowed.
 */
static bool
unconfine(const struct bg_attempt *attempt, const union bg_sockaddr *peer, unsigned size, bool datagram, int *result)
{
	if (bg_kernel_set_device(attempt->fd, ""))
		return false;
	*result = bare(attempt, peer, size);
	if (*result < 0 && datagram)
		bg_kernel_set_device(attempt->fd, "lo");
	return true;
}

/** describe - what the socket was bound to until now, for the event. */
static void
describe(int fd, const struct bg_mark *mark, struct bg_change *from)
{
	union bg_sockaddr name;
	unsigned size;

	memset(from, 0, sizeof(*from));
	if (bg_kernel_getsockname(fd, &name, &size) || size > sizeof(name) ||
	    !bg_sockaddr_decode(&name, size, &from->to, &from->form)) {
		from->to = mark->asked;
		from->form = mark->form;
	}
	bg_kernel_get_device(fd, from->interface);
}

/**
 * undo_and_connect - give the socket its asked address back and connect it. A stream socket is exchanged first and
 * connected then, since that can take long and another thread may want to interrupt it; it is exposed only by
 * listen(2), which asks again. A datagram socket is connected before it takes the descriptor's place.
 */
static int
undo_and_connect(struct bg_attempt *attempt, struct bg_mark *mark, const union bg_sockaddr *peer, unsigned size)
{
	bool datagram = (attempt->request.protocol & DATAGRAM) != 0;
	struct bg_change from;
	int result;

	describe(attempt->fd, mark, &from);
	attempt->request.asked = mark->asked;
	attempt->request.form = mark->form;
	if (mark->kind != BG_MARK_DEVICE || !unconfine(attempt, peer, size, datagram, &result)) {
		result = bg_replace(attempt, &mark->asked, mark->form, datagram ? peer : NULL, size);
		if (result < 0) {
			bg_report_undone(attempt, &from, result);
			return result;
		}
		if (!datagram)
			result = bare(attempt, peer, size);
	}
	if (result >= 0 && datagram)
		note_undone(attempt->fd, mark);
	else if (!datagram)
		bg_marks_drop(mark->cookie);
	bg_report_undone(attempt, &from, result == -EINPROGRESS ? 0 : result);
	return result;
}

/** disconnects - AF_UNSPEC dissolves a datagram socket's association, connect(2). */
static bool
disconnects(const union bg_sockaddr *peer, unsigned size)
{
	sa_family_t family;

	memcpy(&family, peer->bytes, sizeof(family));
	return size >= sizeof(family) && family == AF_UNSPEC;
}

/** reaches_here - the peer is this machine's loopback: the wildcard as a destination means it too, ip(7). */
static bool
reaches_here(const union bg_sockaddr *peer, unsigned size)
{
	struct bg_endpoint endpoint;
	enum bg_form form;

	return bg_sockaddr_decode(peer, size, &endpoint, &form) &&
	       (bg_addr_is_loopback(&endpoint.addr) || bg_addr_is_wildcard(&endpoint.addr));
}

/** is_internet - @peer is an address that the kernel could connect an Internet socket to. */
static bool
is_internet(const union bg_sockaddr *peer, unsigned size)
{
	struct bg_endpoint endpoint;
	enum bg_form form;

	return bg_sockaddr_decode(peer, size, &endpoint, &form) && form != BG_FORM_UNSPEC;
}

/**
 * bg_guard_connect - connect(2) under the guard. The caller has seen that some socket is marked.
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_connect(const struct bg_guard *guard, int fd, const void *addr, unsigned size)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_CONNECT}};
	struct bg_mark mark = {0};
	union bg_sockaddr peer;

	if (!bg_caller_read(guard->stack_top, addr, size, &peer) || bg_kernel_cookie(fd, &mark.cookie) ||
	    !bg_marks_get(mark.cookie, &mark))
		return (int)bg_kernel_result(guard->real->connect(fd, addr, size));
	if (mark.kind == BG_MARK_UNDONE && disconnects(&peer, size))
		bg_kernel_set_device(fd, "lo");
	if (mark.kind == BG_MARK_PORT_ZERO || mark.kind == BG_MARK_UNDONE || !is_internet(&peer, size) ||
	    reaches_here(&peer, size) || !bg_facts_gather(&attempt, BG_FACT_PROTOCOL))
		return bare(&attempt, &peer, size);
	return undo_and_connect(&attempt, &mark, &peer, size);
}
