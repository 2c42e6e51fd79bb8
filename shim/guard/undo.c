/* SPDX-License-Identifier: MIT
 * undo.c - gives a socket back, at connect(2), what bind(2) was asked for. Signal-safe.
 *
 * Theory of operation. The mark of bind(2) says what was asked for; what the socket has now is read from the kernel. Only what
 * went to loopback is undone, and only where the peer is not at loopback.
 */
#include "guard/undo.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/kernel.h"
#include "guard/replace.h"

/** undo_note - what becomes a server again will be decided on again, by what had been asked for. */
void
undo_note(int fd, const struct bg_mark *before)
{
	struct bg_mark mark = *before;

	mark.kind = BG_MARK_UNDONE;
	bg_marks_put(fd, &mark);
}

/** undo_read_name - what @fd is bound to now. Return: false where the kernel does not tell. */
bool
undo_read_name(int fd, struct bg_change *now)
{
	union bg_sockaddr name;
	unsigned size;

	memset(now, 0, sizeof(*now));
	return bg_kernel_getsockname(fd, &name, &size) == 0 && size <= sizeof(name) &&
	       bg_sockaddr_decode(&name, size, &now->to, &now->form) && bg_kernel_get_device(fd, now->interface) == 0;
}

/** undo_wanted - the address to give back: what was asked for; a port that the kernel chose stays. */
struct bg_endpoint
undo_wanted(const struct bg_mark *mark, const struct bg_change *now)
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
	struct bg_endpoint asked = undo_wanted(mark, now);

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
 * undo_in_place - a datagram socket without its device, blocked until it is connected. Where it cannot be connected it
 * is as it was, or, with neither device nor peer, stays blocked. A former peer comes first, as in replace.c.
 * Return: false where the device stays, and all else.
 */
bool
undo_in_place(const struct bg_attempt *attempt, const struct bg_change *now, const struct bg_peer *peer, int *result)
{
	enum bg_blocked blocked = bg_device_block(attempt->fd);
	bool off, closed = true;
	struct bg_peer before;

	if (blocked == BG_BLOCKED_NOT)
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
		bg_device_unblock(attempt->fd, blocked);
	else if (blocked != BG_BLOCKED)
		bg_device_drop_all(attempt->fd);
	return off;
}

/** undo_datagram - give a datagram socket back what it asked for and connect it, never open to others in between. */
int
undo_datagram(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now,
	      const struct bg_peer *peer)
{
	struct bg_endpoint asked = undo_wanted(mark, now);
	int result;

	if (!is_bound_as_asked(mark, now) || !undo_in_place(attempt, now, peer, &result))
		result = bg_replace(attempt, &asked, mark->form, mark->dual_stack, peer);
	if (result >= 0)
		undo_note(attempt->fd, mark);
	return result;
}

/**
 * undo_stream - give a stream socket back what it asked for. The connect(2) that follows can take long, and another thread,
 * a signal or a cancellation may end it, so all is done before. Return: 0, or -errno and everything is as it was.
 */
int
undo_stream(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now)
{
	static const struct bg_peer nobody;
	struct bg_endpoint asked = undo_wanted(mark, now);
	int result = 0;

	if (!is_bound_as_asked(mark, now) || bg_kernel_set_device(attempt->fd, ""))
		result = bg_replace(attempt, &asked, mark->form, mark->dual_stack, &nobody);
	if (result >= 0)
		undo_note(attempt->fd, mark);
	return result;
}

/** undo_is_idle - a stream socket that neither listens nor is connected or being connected: else connect(2) only fails. */
bool
undo_is_idle(int fd)
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

/** undo_is_due - is it at loopback, by the guard's doing, and the peer elsewhere? A device that the program set later stays. */
bool
undo_is_due(const struct bg_mark *mark, const struct bg_change *now, const struct bg_peer *peer)
{
	struct bg_endpoint to;
	enum bg_form form;

	if (!bg_sockaddr_decode(&peer->name, peer->size, &to, &form) || form == BG_FORM_UNSPEC ||
	    bg_addr_is_here(&to.addr))
		return false;
	switch (mark->kind) {
	case BG_MARK_ADDRESS: return bg_addr_is_loopback(&now->to.addr);
	case BG_MARK_DEVICE:
		return bg_device_is_loopback(mark->device) &&
		       memcmp(mark->device, now->interface, sizeof(mark->device)) == 0;
	default: return false;
	}
}
