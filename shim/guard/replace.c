/* SPDX-License-Identifier: MIT
 * replace.c - puts a new socket, like the old one in all but its binding, in the place of a descriptor. Signal-safe.
 * A bound address cannot be changed and, without CAP_NET_RAW, a device cannot be taken off a stream socket: this is the
 * only way. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/device.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "guard/options.h"
#include "guard/polls.h"
#include "guard/replace.h"

#ifdef SYS_setfsuid32
#define SETFSUID_CALL SYS_setfsuid32 /* 32 bits: SYS_setfsuid takes 16 */
#else
#define SETFSUID_CALL SYS_setfsuid
#endif

/** copy_owner - who gets which signal, F_SETOWN_EX and F_SETSIG. One that is gone by now (ESRCH) gets none from either. */
static int
copy_owner(int from, int to)
{
	long signal = bg_kernel_result(syscall(SYS_fcntl, from, F_GETSIG)), result;
	struct f_owner_ex owner;

	result = bg_kernel_result(syscall(SYS_fcntl, from, F_GETOWN_EX, &owner));
	if (result == 0 && owner.pid)
		result = bg_kernel_result(syscall(SYS_fcntl, to, F_SETOWN_EX, &owner));
	if (result < 0 && result != -ESRCH)
		return (int)result;
	result = signal > 0 ? bg_kernel_result(syscall(SYS_fcntl, to, F_SETSIG, signal)) : signal;
	return result < 0 ? (int)result : 0;
}

/**
 * copy_flags - O_NONBLOCK, O_ASYNC, and the owner, fcntl(2). Return: 0 or -errno; a program that never waits must not be
 * given a socket that does.
 */
static int
copy_flags(int from, int to)
{
	long flags = bg_kernel_result(syscall(SYS_fcntl, from, F_GETFL));
	int error = copy_owner(from, to);

	if (error)
		return error;
	return (int)(flags < 0 ? flags : bg_kernel_result(syscall(SYS_fcntl, to, F_SETFL, flags)));
}

/**
 * owned_socket - socket(2) in the network namespace of the attempt's descriptor. The supervisor gives it the owner that
 * the old one has, not itself: SO_REUSEPORT, ss(8) and iptables(8) go by it (sk_uid). It may not, where it is no root and
 * the user is another; then the socket is the supervisor's.
 * Return: the descriptor or -errno; EXDEV where this thread has gone to another namespace.
 */
static int
owned_socket(const struct bg_attempt *attempt, int domain, int type, int protocol)
{
	struct statx status;
	long before;
	int created;

	if (!attempt->guard->target_access ||
	    bg_kernel_result(syscall(SYS_statx, attempt->fd, "", AT_EMPTY_PATH, STATX_UID, &status)))
		return bg_kernel_socket_beside(attempt->fd, domain, type, protocol);
	before = syscall(SETFSUID_CALL, status.stx_uid);
	created = bg_kernel_socket_beside(attempt->fd, domain, type, protocol);
	syscall(SETFSUID_CALL, before);
	return created;
}

/** create_like - a new, unbound socket with the family, type, protocol, options and flags of the old. Return: or -errno. */
static int
create_like(const struct bg_attempt *attempt)
{
	int fd = attempt->fd, domain, type, protocol, created, error;

	error = bg_kernel_getint(fd, SOL_SOCKET, SO_DOMAIN, &domain);
	if (!error)
		error = bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type);
	if (!error)
		error = bg_kernel_getint(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
	if (error)
		return error;
	created = owned_socket(attempt, domain, type, protocol);
	if (created < 0)
		return created;
	error = attempt->kept[0] ? bg_kernel_set_device(created, attempt->kept) : 0;
	if (!error)
		error = bg_options_copy(fd, created);
	if (!error)
		error = copy_flags(fd, created);
	if (!error)
		return created;
	bg_kernel_close(created);
	return error;
}

/**
 * take_place - @created becomes the attempt's descriptor, with its close-on-exec flag and, in this process, its
 * registrations with epoll(7). Return: 0 or -errno.
 */
static int
take_place(const struct bg_attempt *attempt, int created)
{
	const struct bg_guard *guard = attempt->guard;
	int fd = attempt->fd, cloexec;
	struct bg_polls polls;
	long flags, result;

	if (guard->target_access)
		return guard->target_access->take_place(guard, fd, created);
	flags = bg_kernel_result(syscall(SYS_fcntl, fd, F_GETFD));
	/* Not known is close-on-exec: no other program is to get a socket that it never had. */
	cloexec = flags < 0 || (flags & FD_CLOEXEC) ? O_CLOEXEC : 0;
	bg_polls_find(fd, created, &polls);
	bg_polls_remove(fd, &polls);
	result = bg_kernel_result(syscall(SYS_dup3, created, fd, cloexec));
	bg_polls_add(fd, &polls);
	return result < 0 ? (int)result : 0;
}

/**
 * bind_beside - bind @created to an address that overlaps the one @fd still holds: for that moment both have
 * SO_REUSEADDR, with which neither a TCP socket that does not listen nor a UDP one conflicts.
 */
static int
bind_beside(int fd, int created, const struct bg_endpoint *bind_to, enum bg_form form)
{
	union bg_sockaddr to;
	unsigned size = bg_sockaddr_encode(bind_to, form, &to);
	int old = 0, on = 1, result;

	bg_kernel_getint(fd, SOL_SOCKET, SO_REUSEADDR, &old);
	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bg_kernel_setsockopt(created, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	result = bg_kernel_bind(created, &to, size);
	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &old, sizeof(old));
	bg_kernel_setsockopt(created, SOL_SOCKET, SO_REUSEADDR, &old, sizeof(old));
	return result;
}

/**
 * bind_and_connect - what bg_replace() was asked for, on @created. A datagram socket hears nothing before it is connected;
 * one that was connected before is so again first, since the kernel then keeps the source address it has chosen.
 */
static int
bind_and_connect(int fd, int created, const struct bg_endpoint *bind_to, enum bg_form form, const struct bg_peer *peer)
{
	enum bg_blocked blocked = peer->size ? bg_device_block(created) : BG_BLOCKED_NOT;
	int result = bind_to ? bind_beside(fd, created, bind_to, form) : 0;
	struct bg_peer before = {.size = 0};

	if (result == 0 && peer->size) {
		bg_device_read_peer(fd, &before);
		bg_device_restore_peer(created, &before);
		result = bg_kernel_connect(created, &peer->name, peer->size);
	}
	bg_device_unblock(created, blocked);
	return result;
}

/**
 * bg_replace - exchange the socket behind the attempt's descriptor for one that is bound to @bind_to.
 * @bind_to, @form: address to bind; NULL: leave it unbound
 * @dual_stack: IPV6_V6ONLY is off
 * @peer: connect it first, a datagram socket; size 0: leave it unconnected
 * Return: 0, or -errno and everything is as it was.
 *
 * Kept: the descriptor's number and flags, its registrations with epoll(7), the options of options.c, the filter, the
 * port, the device attempt->kept. Where one of these cannot be kept the exchange fails with the errno of that: EXDEV for
 * another network namespace.
 * Lost: queued datagrams, and what cannot be asked of a socket, multicast memberships before all (options.c). Duplicates
 * of the descriptor keep the old socket; in another process (the supervisor's) its registrations with epoll(7) are lost.
 */
int
bg_replace(const struct bg_attempt *attempt, const struct bg_endpoint *bind_to, enum bg_form form, bool dual_stack,
	   const struct bg_peer *peer)
{
	int fd = attempt->fd, created = create_like(attempt), off = 0, result = created < 0 ? created : 0;
	bool raw = attempt->request.protocol == BG_PROTOCOL_RAW; /* is born with a number: then it is EINVAL */

	if (result == 0 && dual_stack && !raw)
		result = bg_kernel_setsockopt(created, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (result == 0)
		result = bind_and_connect(fd, created, bind_to, form, peer);
	if (result == 0)
		result = take_place(attempt, created);
	if (created >= 0)
		bg_kernel_close(created);
	return result;
}
