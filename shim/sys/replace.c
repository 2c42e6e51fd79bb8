/* SPDX-License-Identifier: MIT
 * replace.c - puts a new socket, like the old one in all but its binding, in the place of a descriptor. Signal-safe.
 * A bound address cannot be changed and, without CAP_NET_RAW, a device cannot be taken off: this is the only way. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/guard.h"
#include "sys/kernel.h"

/** struct option - a socket option that survives, where the kernel lets it be read and set. */
struct option {
	int level;
	int name;
};

static const struct option options[] = {
	/* socket(7) */
	{SOL_SOCKET, SO_BROADCAST},
	{SOL_SOCKET, SO_KEEPALIVE},
	{SOL_SOCKET, SO_LINGER},
	{SOL_SOCKET, SO_OOBINLINE},
	{SOL_SOCKET, SO_PRIORITY},
	{SOL_SOCKET, SO_MARK},
	{SOL_SOCKET, SO_RCVLOWAT},
	{SOL_SOCKET, SO_RCVTIMEO},
	{SOL_SOCKET, SO_SNDTIMEO},
	{SOL_SOCKET, SO_DONTROUTE},
	{SOL_SOCKET, SO_REUSEADDR},
	{SOL_SOCKET, SO_REUSEPORT},
	{SOL_SOCKET, SO_TIMESTAMP},
	{SOL_SOCKET, SO_TIMESTAMPNS},
	{SOL_SOCKET, SO_TIMESTAMPING},
	{SOL_SOCKET, SO_RXQ_OVFL},
	{SOL_SOCKET, SO_BUSY_POLL},
	{SOL_SOCKET, SO_MAX_PACING_RATE},
	{SOL_SOCKET, SO_ZEROCOPY},
	{SOL_SOCKET, SO_PASSCRED},
	{SOL_SOCKET, SO_NO_CHECK},
	/* ip(7) */
	{IPPROTO_IP, IP_TOS},
	{IPPROTO_IP, IP_TTL},
	{IPPROTO_IP, IP_MTU_DISCOVER},
	{IPPROTO_IP, IP_RECVERR},
	{IPPROTO_IP, IP_PKTINFO},
	{IPPROTO_IP, IP_RECVTTL},
	{IPPROTO_IP, IP_RECVTOS},
	{IPPROTO_IP, IP_FREEBIND},
	{IPPROTO_IP, IP_TRANSPARENT},
	{IPPROTO_IP, IP_MULTICAST_TTL},
	{IPPROTO_IP, IP_MULTICAST_LOOP},
	{IPPROTO_IP, IP_MULTICAST_ALL},
	{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
	/* ipv6(7) */
	{IPPROTO_IPV6, IPV6_V6ONLY},
	{IPPROTO_IPV6, IPV6_UNICAST_HOPS},
	{IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
	{IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
	{IPPROTO_IPV6, IPV6_MTU_DISCOVER},
	{IPPROTO_IPV6, IPV6_RECVERR},
	{IPPROTO_IPV6, IPV6_RECVPKTINFO},
	{IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
	{IPPROTO_IPV6, IPV6_TCLASS},
	{IPPROTO_IPV6, IPV6_RECVTCLASS},
	{IPPROTO_IPV6, IPV6_DONTFRAG},
	{IPPROTO_IPV6, IPV6_FREEBIND},
	/* tcp(7) */
	{IPPROTO_TCP, TCP_CONGESTION},
	{IPPROTO_TCP, TCP_NODELAY},
	{IPPROTO_TCP, TCP_MAXSEG},
	{IPPROTO_TCP, TCP_CORK},
	{IPPROTO_TCP, TCP_KEEPIDLE},
	{IPPROTO_TCP, TCP_KEEPINTVL},
	{IPPROTO_TCP, TCP_KEEPCNT},
	{IPPROTO_TCP, TCP_SYNCNT},
	{IPPROTO_TCP, TCP_LINGER2},
	{IPPROTO_TCP, TCP_WINDOW_CLAMP},
	{IPPROTO_TCP, TCP_QUICKACK},
	{IPPROTO_TCP, TCP_USER_TIMEOUT},
	{IPPROTO_TCP, TCP_NOTSENT_LOWAT},
	{IPPROTO_TCP, TCP_FASTOPEN_CONNECT},
	{IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS},
	{IPPROTO_TCP, TCP_THIN_DUPACK},
	/* udp(7) */
	{IPPROTO_UDP, UDP_CORK},
	{IPPROTO_UDP, UDP_ENCAP},
	{IPPROTO_UDP, UDP_NO_CHECK6_TX},
	{IPPROTO_UDP, UDP_NO_CHECK6_RX},
	{IPPROTO_UDP, UDP_SEGMENT},
	{IPPROTO_UDP, UDP_GRO},
};

/** copy_option - set on @to what @from has and a new socket has not. What cannot be read or set stays as it is. */
static void
copy_option(int from, int to, const struct option *option)
{
	unsigned char wanted[64], present[64];
	unsigned wanted_size = sizeof(wanted), present_size = sizeof(present);

	memset(wanted, 0, sizeof(wanted));
	memset(present, 0, sizeof(present));
	if (bg_kernel_getsockopt(from, option->level, option->name, wanted, &wanted_size) ||
	    bg_kernel_getsockopt(to, option->level, option->name, present, &present_size))
		return;
	if (wanted_size > sizeof(wanted) || (wanted_size == present_size && memcmp(wanted, present, wanted_size) == 0))
		return;
	bg_kernel_setsockopt(to, option->level, option->name, wanted, wanted_size);
}

/** copy_buffer - SO_SNDBUF or SO_RCVBUF: the kernel doubles what is set, socket(7). */
static void
copy_buffer(int from, int to, int name)
{
	int wanted, present;

	if (bg_kernel_getint(from, SOL_SOCKET, name, &wanted) || bg_kernel_getint(to, SOL_SOCKET, name, &present) ||
	    wanted == present)
		return;
	wanted /= 2;
	bg_kernel_setsockopt(to, SOL_SOCKET, name, &wanted, sizeof(wanted));
}

/** copy_flags - O_NONBLOCK, O_ASYNC and who gets the signals, fcntl(2). */
static void
copy_flags(int from, int to)
{
	long flags = bg_kernel_result(syscall(SYS_fcntl, from, F_GETFL));
	struct f_owner_ex owner;

	if (bg_kernel_result(syscall(SYS_fcntl, from, F_GETOWN_EX, &owner)) == 0 && owner.pid)
		syscall(SYS_fcntl, to, F_SETOWN_EX, &owner);
	if (flags >= 0)
		syscall(SYS_fcntl, to, F_SETFL, flags);
}

/** create_like - a new, unbound socket with the family, type, protocol, options and flags of @fd. Return: or -errno. */
static int
create_like(int fd)
{
	int domain, type, protocol, created;

	if (bg_kernel_getint(fd, SOL_SOCKET, SO_DOMAIN, &domain) || bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) ||
	    bg_kernel_getint(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return -EBADF;
	created = bg_kernel_socket(domain, type, protocol);
	if (created < 0)
		return created;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		copy_option(fd, created, &options[i]);
	copy_buffer(fd, created, SO_SNDBUF);
	copy_buffer(fd, created, SO_RCVBUF);
	copy_flags(fd, created);
	return created;
}

/** take_place - @created becomes the attempt's descriptor, with its close-on-exec flag. Return: 0 or -errno. */
static int
take_place(const struct bg_attempt *attempt, int created)
{
	const struct bg_guard *guard = attempt->guard;
	long flags, result;

	if (guard->outside)
		return guard->outside->take_place(guard, attempt->fd, created);
	flags = bg_kernel_result(syscall(SYS_fcntl, attempt->fd, F_GETFD));
	result = bg_kernel_result(
		syscall(SYS_dup3, created, attempt->fd, flags >= 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0));
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
	result = (int)bg_kernel_result(syscall(SYS_bind, created, to.bytes, size));
	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &old, sizeof(old));
	bg_kernel_setsockopt(created, SOL_SOCKET, SO_REUSEADDR, &old, sizeof(old));
	return result;
}

/**
 * bg_replace - exchange the socket behind the attempt's descriptor for one that is bound to @bind_to.
 * @bind_to, @form: address to bind; NULL: leave it unbound
 * @peer, @peer_size: connect it first; NULL: leave it unconnected
 * Return: 0, or -errno and everything is as it was.
 *
 * Kept: the descriptor's number and flags, the options above, the port. Lost: registrations with epoll(7), queued
 * datagrams, multicast memberships, attached filters. Duplicates of the descriptor keep the old socket.
 */
int
bg_replace(const struct bg_attempt *attempt, const struct bg_endpoint *bind_to, enum bg_form form,
	   const union bg_sockaddr *peer, unsigned peer_size)
{
	int fd = attempt->fd;
	int created = create_like(fd);
	int result = created < 0 ? created : 0;

	if (result == 0 && bind_to)
		result = bind_beside(fd, created, bind_to, form);
	if (result == 0 && peer)
		result = (int)bg_kernel_result(syscall(SYS_connect, created, peer->bytes, peer_size));
	if (result == 0)
		result = take_place(attempt, created);
	if (created >= 0)
		bg_kernel_close(created);
	return result;
}

/** bg_release - take the device off a socket that could not be bound, in place or by a new one. */
void
bg_release(const struct bg_attempt *attempt)
{
	if (bg_kernel_set_device(attempt->fd, ""))
		bg_replace(attempt, NULL, BG_FORM_IPV4, NULL, 0);
}
