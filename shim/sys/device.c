/* SPDX-License-Identifier: MIT
 * device.c - takes a device off a socket in place, and keeps a datagram socket deaf meanwhile. Signal-safe.
 *
 * SO_BINDTODEVICE can be set without privilege where there was none, and taken off with CAP_NET_RAW only. But the kernel
 * itself takes it off a datagram socket whose association is dissolved (connect(2) to AF_UNSPEC, __udp_disconnect() of
 * net/ipv4/udp.c): that is why a server which does that has to be confined again, and how a client becomes free. Both
 * are proved by tests/preload/leaks_test.c and clients_test.c.
 */
#include "sys/device.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/kernel.h"

/** bg_device_receives_at_once - what is sent to the socket arrives as soon as it is bound: no listen(2) comes first. */
bool
bg_device_receives_at_once(int fd)
{
	int type;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) || type == SOCK_DGRAM || type == SOCK_RAW;
}

/** bg_device_silence - let nothing more be received, by a filter that drops all, in the place of any other. */
bool
bg_device_silence(int fd)
{
	struct sock_filter drop = {.code = BPF_RET | BPF_K};
	struct sock_fprog program = {.len = 1, .filter = &drop};

	return bg_kernel_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/**
 * bg_device_deafen - bg_device_silence() for the moment between two calls in which a datagram socket would be open to
 * everybody. One that has a filter of the program keeps it: that moment is as it would be without the guard.
 */
enum bg_deaf
bg_device_deafen(int fd)
{
	unsigned length = 0;
	int error = bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &length);

	/* SO_GET_FILTER tells the instructions of a filter, EACCES for one that it cannot tell. */
	if (error == -EACCES || (!error && length))
		return BG_DEAF_BY_ANOTHER;
	return !error && bg_device_silence(fd) ? BG_DEAF : BG_DEAF_NOT;
}

/** bg_device_undeafen - the end of bg_device_deafen(), which returned @deaf. */
void
bg_device_undeafen(int fd, enum bg_deaf deaf)
{
	int ignored = 0;

	if (deaf == BG_DEAF)
		bg_kernel_setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored));
}

/** bg_device_read_peer - what @fd is connected to now. */
void
bg_device_read_peer(int fd, struct bg_peer *peer)
{
	if (bg_kernel_getpeername(fd, &peer->name, &peer->size) || peer->size > sizeof(peer->name))
		peer->size = 0;
}

/** bg_device_restore_peer - connect @fd to it again. Return: whether it is connected. */
bool
bg_device_restore_peer(int fd, const struct bg_peer *peer)
{
	return peer->size && bg_kernel_connect(fd, &peer->name, peer->size) == 0;
}

/** dissolve - let the kernel forget peer and device; a port that it chose itself would go too, and is bound again. */
static void
dissolve(int fd)
{
	static const union bg_sockaddr unspecified; /* AF_UNSPEC is 0 */
	struct bg_endpoint before = {.port = 0}, after = {.port = 0};
	enum bg_form form;
	union bg_sockaddr name;
	unsigned size;

	if (bg_kernel_getsockname(fd, &name, &size) || !bg_sockaddr_decode(&name, size, &before, &form))
		return;
	bg_kernel_connect(fd, &unspecified, sizeof(struct sockaddr_in));
	if (bg_kernel_getsockname(fd, &name, &size) || !bg_sockaddr_decode(&name, size, &after, &form) || after.port ||
	    !before.port)
		return;
	after.port = before.port;
	size = bg_sockaddr_encode(&after, form, &name);
	bg_kernel_bind(fd, &name, size);
}

/**
 * bg_device_take_off - take the device off @fd: by privilege, or on a datagram socket in the kernel's own way; then the
 * socket is not connected any more. Return: false where it still has one.
 */
bool
bg_device_take_off(int fd)
{
	char device[BG_IFNAME_MAX];

	if (bg_kernel_set_device(fd, "") == 0)
		return true;
	if (!bg_device_receives_at_once(fd))
		return false;
	dissolve(fd);
	return bg_kernel_get_device(fd, device) == 0 && !device[0];
}
