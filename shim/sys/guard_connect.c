/* SPDX-License-Identifier: MIT
 * guard_connect.c - connect(2) under the guard: clients that bound a wildcard first get back what bind(2) took, since
 * a loopback-bound socket reaches no other host (EINVAL, or silence). Signal-safe.
 *
 * Theory of operation. The mark of bind(2) says what was asked for; what the socket has now is read from the kernel.
 * Only what went to loopback is undone, and only where the peer is not at loopback. An address or a device that the
 * user chose is kept, TCP as UDP: what leaves by another way than the user's is worse than a connect(2) that fails.
 *
 * A socket that is undone can be a server again: a stream socket by listen(2), which asks the rules; a datagram socket
 * when its association is dissolved (AF_UNSPEC), which disconnect.c does.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/caller.h"
#include "sys/guard.h"
#include "sys/kernel.h"
#include "sys/marks.h"
#include "sys/origin.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE | BG_PROTOCOL_RAW) /* hear without listen(2) */

/** bare - the real connect(2). Return: -errno for -1. */
static int
bare(const struct bg_attempt *attempt, const struct bg_peer *peer)
{
	return (int)bg_kernel_result(attempt->guard->real->connect(attempt->fd, peer->name.bytes, peer->size));
}

/** note_undone - what becomes a server again will be decided on again, by what had been asked for. */
static void
note_undone(int fd, const struct bg_mark *before)
{
	struct bg_mark mark = *before;

	mark.kind = BG_MARK_UNDONE;
	bg_marks_put(fd, &mark);
}

/** read_name - what @fd is bound to now. Return: false where the kernel does not tell. */
static bool
read_name(int fd, struct bg_change *now)
{
	union bg_sockaddr name;
	unsigned size;

	memset(now, 0, sizeof(*now));
	return bg_kernel_getsockname(fd, &name, &size) == 0 && size <= sizeof(name) &&
	       bg_sockaddr_decode(&name, size, &now->to, &now->form) && bg_kernel_get_device(fd, now->interface) == 0;
}

/** wanted - the address to give back: what was asked for; a port that the kernel chose stays. */
static struct bg_endpoint
wanted(const struct bg_mark *mark, const struct bg_change *now)
{
	struct bg_endpoint endpoint = mark->asked;

	if (endpoint.port == 0)
		endpoint.port = now->to.port;
	return endpoint;
}

/** is_bound_as_asked - only the device is ours. */
static bool
is_bound_as_asked(const struct bg_mark *mark, const struct bg_change *now)
{
	struct bg_endpoint asked = wanted(mark, now);

	return mark->kind == BG_MARK_DEVICE && asked.port == now->to.port && now->form == mark->form &&
	       bg_addr_equal(&asked.addr, &now->to.addr);
}

/** has_device - is @fd known to be confined to @device? */
static bool
has_device(int fd, const char *device)
{
	char present[BG_IFNAME_MAX];

	return bg_kernel_get_device(fd, present) == 0 && memcmp(present, device, sizeof(present)) == 0;
}

/**
 * connect_in_place - a datagram socket without its device, deaf until it is connected. Where it cannot be connected it
 * is as it was, or, with neither device nor peer, stays deaf. A former peer comes first, as in replace.c.
 * Return: false where the device stays, and all else.
 */
static bool
connect_in_place(const struct bg_attempt *attempt, const struct bg_change *now, const struct bg_peer *peer, int *result)
{
	enum bg_deaf deaf = bg_device_deafen(attempt->fd);
	bool off, closed = true;
	struct bg_peer before;

	if (deaf == BG_DEAF_NOT)
		return false;
	bg_device_read_peer(attempt->fd, &before);
	off = bg_device_take_off(attempt->fd);
	bg_device_restore_peer(attempt->fd, &before);
	*result = off ? bg_kernel_connect(attempt->fd, &peer->name, peer->size) : 0;
	if (!off || *result < 0) {
		/* A connect(2) to a link-local address that fails has set the device of its scope. */
		closed = bg_kernel_set_device(attempt->fd, now->interface) == 0 ||
			 has_device(attempt->fd, now->interface) ||
			 (bg_device_take_off(attempt->fd) && bg_kernel_set_device(attempt->fd, now->interface) == 0);
		closed |= bg_device_restore_peer(attempt->fd, &before);
	}
	if (closed)
		bg_device_undeafen(attempt->fd, deaf);
	else if (deaf != BG_DEAF)
		bg_device_silence(attempt->fd);
	return off;
}

/** undo_datagram - give a datagram socket back what it asked for and connect it, never open to others in between. */
static int
undo_datagram(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now,
	      const struct bg_peer *peer)
{
	struct bg_endpoint asked = wanted(mark, now);
	int result;

	if (!is_bound_as_asked(mark, now) || !connect_in_place(attempt, now, peer, &result))
		result = bg_replace(attempt, &asked, mark->form, mark->dual_stack, peer);
	if (result >= 0)
		note_undone(attempt->fd, mark);
	return result;
}

/**
 * undo_stream - give a stream socket back what it asked for. The connect(2) that follows can take long, and another thread,
 * a signal or a cancellation may end it, so all is done before. Return: 0, or -errno and everything is as it was.
 */
static int
undo_stream(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	static const struct bg_peer nobody;
	struct bg_endpoint asked = wanted(mark, now);
	int result = 0;

	if (!is_bound_as_asked(mark, now) || bg_kernel_set_device(attempt->fd, ""))
		result = bg_replace(attempt, &asked, mark->form, mark->dual_stack, &nobody);
	if (result >= 0)
		note_undone(attempt->fd, mark);
	return result;
}

/** is_idle - a stream socket that neither listens nor is connected or being connected: else connect(2) only fails. */
static bool
is_idle(int fd)
{
	unsigned char info[4] = {0}; /* tcpi_state is the first byte of struct tcp_info */
	unsigned size = sizeof(info);
	struct bg_peer peer;
	int listens = 0;

	if (bg_kernel_getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size) == 0)
		return info[0] == TCP_CLOSE;
	bg_kernel_getint(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens);
	bg_device_read_peer(fd, &peer);
	return !listens && !peer.size;
}

/** is_here - loopback; the wildcard as a destination means it too, ip(7). */
static bool
is_here(const struct bg_addr *addr)
{
	return bg_addr_is_loopback(addr) || bg_addr_is_wildcard(addr);
}

/** must_undo - is it at loopback, by the guard's doing, and the peer elsewhere? A device that the program set later stays. */
static bool
must_undo(const struct bg_mark *mark, const struct bg_change *now, const struct bg_peer *peer)
{
	struct bg_endpoint to;
	enum bg_form form;

	if (!bg_sockaddr_decode(&peer->name, peer->size, &to, &form) || form == BG_FORM_UNSPEC || is_here(&to.addr))
		return false;
	switch (mark->kind) {
	case BG_MARK_ADDRESS: return bg_addr_is_loopback(&now->to.addr);
	case BG_MARK_DEVICE:
		return bg_device_is_loopback(mark->device) &&
		       memcmp(mark->device, now->interface, sizeof(mark->device)) == 0;
	default: return false;
	}
}

/** keep_choice - where bind(2) gave the socket an address, its device is none of ours: the program's stays. */
static void
keep_choice(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	if (mark->kind == BG_MARK_ADDRESS && now->interface[0] &&
	    bg_origin_of(attempt, now->interface) == BG_ORIGIN_PROGRAM)
		memcpy(attempt->kept, now->interface, sizeof(attempt->kept));
}

/** reconsider - a marked socket connects: undo what bind(2) did where it stands in the way. */
static int
reconsider(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_peer *peer)
{
	struct bg_change now;
	bool undone;
	int result;

	if (!read_name(attempt->fd, &now) || !must_undo(mark, &now, peer) ||
	    bg_facts_gather(attempt, BG_FACT_PROTOCOL) != BG_FACTS_GATHERED)
		return bare(attempt, peer);
	if (!(attempt->request.protocol & DATAGRAM) && !is_idle(attempt->fd))
		return bare(attempt, peer);
	attempt->request.asked = wanted(mark, &now);
	attempt->request.form = mark->form;
	attempt->rule = mark->rule;
	keep_choice(attempt, mark, &now);
	if (attempt->request.protocol & DATAGRAM)
		result = undo_datagram(attempt, mark, &now, peer);
	else
		result = undo_stream(attempt, mark, &now);
	undone = result >= 0;
	if (undone && !(attempt->request.protocol & DATAGRAM))
		result = bare(attempt, peer);
	bg_report_undone(attempt, &now, undone, result == -EINPROGRESS || result == -EINTR ? 0 : result);
	return result;
}

/**
 * bg_guard_connect - connect(2) under the guard. The caller has seen that some socket is marked.
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_connect(const struct bg_guard *guard, int fd, const void *addr, unsigned size)
{
	struct bg_attempt attempt = {.guard = guard, .fd = fd, .request = {.call = BG_CALL_CONNECT}};
	struct bg_peer peer = {.size = size};
	struct bg_mark mark;
	sa_family_t family;

	if (guard->policy->mode != BG_MODE_ENFORCE || !bg_caller_read(guard->stack_top, addr, size, &peer.name))
		return (int)bg_kernel_result(guard->real->connect(fd, addr, size));
	memcpy(&family, peer.name.bytes, sizeof(family));
	if (family == AF_UNSPEC)
		return bg_guard_disconnect(&attempt, &peer);
	if (!bg_marks_get(fd, &mark))
		return (int)bg_kernel_result(guard->real->connect(fd, addr, size));
	return reconsider(&attempt, &mark, &peer);
}
