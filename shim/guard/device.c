/* SPDX-License-Identifier: MIT
 * device.c - holds a datagram socket to its device, takes the device off in place, and keeps the socket from receiving
 * meanwhile. Signal-safe.
 *
 * SO_BINDTODEVICE can be set without privilege where there was none, and taken off with CAP_NET_RAW only. But the kernel
 * itself takes it off a datagram socket whose association is dissolved (connect(2) to AF_UNSPEC, __udp_disconnect() of
 * net/ipv4/udp.c): that is why a server which does that has to be confined again, and how a client becomes free. Both
 * are proved by tests/preload/leaks_test.c and clients_test.c.
 *
 * A process that executes another program, or passes the socket on, takes what the guard remembers with it. So a datagram
 * socket that the guard confines also gets a filter that drops what did not arrive on the device: the filter stays where
 * the device goes. It is known by its instructions, and never put in the place of a filter of the program's. Where it
 * cannot be attached the device guards alone.
 */
#include "bindguard/device.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/interface_master.h"
#include "bindguard/kernel.h"

#define LO_INDEX 1 /* of lo in every network namespace: loopback_net_init() of drivers/net/loopback.c, Linux 3.9 */

#define HOLDING 4 /* instructions of the filter that holds to a device */

/** enum filter - what a socket filters with. */
enum filter {
	FILTER_NONE,
	FILTER_OURS,	/* bg_device_hold() attached it */
	FILTER_ANOTHER, /* the program did */
	FILTER_UNKNOWN, /* the kernel does not tell */
};

/** write_holding - the filter that lets through what arrived on the device of number @index. */
static void
write_holding(struct sock_filter code[HOLDING], unsigned index)
{
	const struct sock_filter holding[HOLDING] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_IFINDEX)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, index, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	memcpy(code, holding, sizeof(holding));
}

/** attach - @code becomes the filter of @fd, in the place of any other. */
static bool
attach(int fd, struct sock_filter *code, unsigned length)
{
	struct sock_fprog program = {.len = (unsigned short)length, .filter = code};

	return bg_kernel_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/**
 * read_filter - SO_GET_FILTER counts in instructions. It is EINVAL for a filter longer than there is room, and EACCES for
 * one that has no such instructions (SO_ATTACH_BPF).
 */
static enum filter
read_filter(int fd)
{
	struct sock_filter code[HOLDING], ours[HOLDING];
	unsigned length = HOLDING;
	int error = bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &length);

	if (error)
		return error == -EINVAL || error == -EACCES ? FILTER_ANOTHER : FILTER_UNKNOWN;
	if (length == 0)
		return FILTER_NONE;
	if (length != HOLDING)
		return FILTER_ANOTHER;
	write_holding(ours, code[1].k);
	return memcmp(code, ours, sizeof(ours)) == 0 ? FILTER_OURS : FILTER_ANOTHER;
}

/** hold - attach the filter for @device, which @fd has, in the place of any other. Return: is it there? */
static bool
hold(int fd, const char *device)
{
	struct sock_filter code[HOLDING];
	int index = LO_INDEX;

	if (!bg_device_is_loopback(device) &&
	    (bg_interface_has_master(fd, device) || bg_kernel_getint(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index) ||
	     index <= 0))
		return false;
	write_holding(code, (unsigned)index);
	return attach(fd, code, HOLDING);
}

/** bg_device_is_held - the filter of @fd is of bg_device_hold(), and not the program's business. */
bool
bg_device_is_held(int fd)
{
	return read_filter(fd) == FILTER_OURS;
}

/** bg_device_hold - the guard has confined the datagram socket @fd to @device: keep what it is across execve(2). */
void
bg_device_hold(int fd, const char *device)
{
	if (read_filter(fd) == FILTER_NONE)
		hold(fd, device);
}

/** bg_device_receives_at_once - what is sent to the socket arrives as soon as it is bound: no listen(2) comes first. */
bool
bg_device_receives_at_once(int fd)
{
	int type;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) || type == SOCK_DGRAM || type == SOCK_RAW;
}

/** bg_device_drop_all - let nothing more be received, by a filter that drops all, in the place of any other. */
bool
bg_device_drop_all(int fd)
{
	struct sock_filter drop = {.code = BPF_RET | BPF_K};

	return attach(fd, &drop, 1);
}

/** is_locked - the program wants its filters, or to have none, to stay as they are: SO_LOCK_FILTER, socket(7). */
static bool
is_locked(int fd)
{
	int locked = 0;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_LOCK_FILTER, &locked) == 0 && locked;
}

/**
 * bg_device_block - bg_device_drop_all() for the moment between two calls in which a datagram socket would be open to
 * everybody. One whose filter is the program's business keeps it: that moment is as it would be without the guard.
 */
enum bg_blocked
bg_device_block(int fd)
{
	enum filter filter = read_filter(fd);

	if (filter == FILTER_ANOTHER)
		return BG_BLOCKED_BY_ANOTHER;
	if (filter == FILTER_UNKNOWN)
		return BG_BLOCKED_NOT;
	if (bg_device_drop_all(fd))
		return filter == FILTER_OURS ? BG_BLOCKED_HELD : BG_BLOCKED;
	return is_locked(fd) ? BG_BLOCKED_BY_ANOTHER : BG_BLOCKED_NOT;
}

/**
 * bg_device_unblock - the end of bg_device_block(), which returned @blocked. A socket that was held to a device is held
 * again where it has one now.
 */
void
bg_device_unblock(int fd, enum bg_blocked blocked)
{
	char device[BG_IFNAME_MAX];
	int ignored = 0;

	if (blocked == BG_BLOCKED_HELD && bg_kernel_get_device(fd, device) == 0 && device[0] && hold(fd, device))
		return;
	if (blocked == BG_BLOCKED || blocked == BG_BLOCKED_HELD)
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
 * socket is not connected any more. Return: false where it still has one, or is held to it by a filter that the program
 * has locked.
 */
bool
bg_device_take_off(int fd)
{
	char device[BG_IFNAME_MAX];

	/* bg_device_block() has put another in its place, where it could. */
	if (bg_device_is_held(fd))
		return false;
	if (bg_kernel_set_device(fd, "") == 0)
		return true;
	if (!bg_device_receives_at_once(fd))
		return false;
	dissolve(fd);
	return bg_kernel_get_device(fd, device) == 0 && !device[0];
}
