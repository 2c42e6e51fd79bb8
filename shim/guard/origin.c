/* SPDX-License-Identifier: MIT
 * origin.c - who has bound a socket to its device: the program, or the kernel of its own accord? Signal-safe.
 *
 * Theory of operation. A device that the program has chosen is left alone. But the kernel sets one, too:
 *   bind(2) and connect(2) of a link-local address set the device of its scope, and leave it there when they fail;
 *   accept(2) gives the connection of a link-local peer the device that it came by;
 *   a cgroup's program sets the same one on all new sockets: ip-vrf(8).
 * The kernel does not tell who it was, so it is concluded. The device that a new socket has, too, is the environment's. A
 * stream socket that has been connected, and is about to listen, has tcpi_advmss, which nothing takes from it, no
 * execve(2) either; its device is the kernel's then, since nobody binds a client to a device to make a server of it. What a
 * bind(2) did, and a connect(2) that found no route, leaves no trace but the device: that is seen here, and remembered as
 * all marks are, in the process. All else is the program's. libbindguard(7), CAVEATS, says what is lost.
 *
 * Proved by tests/preload/devices_test.c and kernel_facts_test.c.
 */
#include "bindguard/origin.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/interface.h"
#include "bindguard/kernel.h"
#include "guard/replace.h"

_Static_assert(sizeof(struct sockaddr_in6) == BG_SCOPE_SIZE, "a scope has room");

/** has_scope - __ipv6_addr_needs_scope_id() of net/ipv6.h: link-local, or multicast of an interface or a link. */
static bool
has_scope(const struct bg_addr *addr)
{
	if (addr->family != BG_IPV6 || addr->scope_id == 0)
		return false;
	return bg_addr_is_link_local(addr) ||
	       (addr->bytes[0] == 0xff && ((addr->bytes[1] & 0xf) == 1 || (addr->bytes[1] & 0xf) == 2));
}

/** bg_scope_before - @fd is about to be bound to @to. */
void
bg_scope_before(int fd, const struct bg_endpoint *to, struct bg_scope *scope)
{
	scope->watched = has_scope(&to->addr);
	if (scope->watched)
		bg_kernel_get_device(fd, scope->device);
}

/** bg_scope_after - it was, or that has failed: is its device another now? Then that is the kernel's. */
void
bg_scope_after(int fd, const struct bg_scope *scope)
{
	struct bg_mark mark = {.kind = BG_MARK_SCOPE, .scoped = true};

	if (!scope->watched)
		return;
	bg_kernel_get_device(fd, mark.device);
	if (mark.device[0] && memcmp(mark.device, scope->device, sizeof(mark.device)) != 0)
		bg_marks_put(fd, &mark);
}

/**
 * bg_scope_is_device - is the socket bound to the interface of number @index? Asked by getsockopt(2) alone, in programs that
 * forbid themselves more. @device: set to its name, where it is
 */
bool
bg_scope_is_device(int fd, unsigned index, char device[BG_IFNAME_MAX])
{
	int bound;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &bound) == 0 && bound == (int)index &&
	       bg_kernel_get_device(fd, device) == 0 && device[0] != '?';
}

/** bg_scope_read - the address @peer, whose scope may make the kernel set a device. Return: false where it has none. */
bool
bg_scope_read(const union bg_sockaddr *peer, unsigned size, struct bg_endpoint *to)
{
	enum bg_form form;

	return bg_sockaddr_decode(peer, size, to, &form) && form == BG_FORM_IPV6 && has_scope(&to->addr);
}

/**
 * bg_scope_of_connect - a connect(2) of @fd to @peer, which does not wait, has failed, or (not @made) is about to be made where
 * its end cannot be seen: the device of the scope is the kernel's, unless the socket has it before. What bind(2) has put on a
 * device keeps its mark.
 */
void
bg_scope_of_connect(int fd, const union bg_sockaddr *peer, unsigned size, bool made)
{
	struct bg_mark mark = {.kind = BG_MARK_SCOPE};
	char device[BG_IFNAME_MAX];
	struct bg_endpoint to;

	if (!bg_scope_read(peer, size, &to) || bg_scope_is_device(fd, to.addr.scope_id, device) != made)
		return;
	if (!made && bg_interface_name(fd, to.addr.scope_id, device))
		return;
	if (bg_marks_get(fd, &mark) && (mark.kind == BG_MARK_ADDRESS || mark.kind == BG_MARK_DEVICE))
		return;
	mark.scoped = true;
	memcpy(mark.device, device, sizeof(mark.device));
	bg_marks_put(fd, &mark);
}

/** has_connected - has this stream socket ever sent a SYN, or come of one? */
static bool
has_connected(int fd)
{
	struct tcp_info info;
	unsigned size = sizeof(info);

	memset(&info, 0, sizeof(info));
	return bg_kernel_getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_advmss != 0;
}

/** is_environments - does a new socket have @device as well? One that cannot be made does not tell. */
static bool
is_environments(int fd, const char *device)
{
	int probe = bg_kernel_socket_beside(fd, AF_INET, SOCK_DGRAM, 0);
	char present[BG_IFNAME_MAX];
	bool same;

	if (probe < 0)
		return false;
	same = bg_kernel_get_device(probe, present) == 0 && memcmp(present, device, sizeof(present)) == 0;
	bg_kernel_close(probe);
	return same;
}

/** bg_origin_of - who has bound the attempt's socket to @device, which it has? One that is not there is nobody's choice. */
enum bg_origin
bg_origin_of(const struct bg_attempt *attempt, const char device[BG_IFNAME_MAX])
{
	const struct bg_request *request = &attempt->request;
	struct bg_mark mark;

	if (device[0] == '?')
		return BG_ORIGIN_SCOPE;
	if (bg_marks_get(attempt->fd, &mark) && mark.scoped && memcmp(mark.device, device, sizeof(mark.device)) == 0)
		return BG_ORIGIN_SCOPE;
	if (is_environments(attempt->fd, device))
		return BG_ORIGIN_ENVIRONMENT;
	if (request->call == BG_CALL_LISTEN && request->form != BG_FORM_IPV4 && has_connected(attempt->fd))
		return BG_ORIGIN_SCOPE;
	return BG_ORIGIN_PROGRAM;
}

/**
 * bg_origin_remove_device - take off the attempt's socket the device that the kernel has set: by privilege, or by an exchange.
 * One that listens is not exchanged, and none that has been connected: a listen(2) that the kernel refuses, since a
 * connect(2) was under way, would succeed. Where the device stays the guard cannot confine, and refuses.
 */
void
bg_origin_remove_device(const struct bg_attempt *attempt)
{
	static const struct bg_peer nobody;
	struct bg_endpoint now = {.port = 0};
	enum bg_form form = BG_FORM_IPV6;
	union bg_sockaddr name;
	int listens = 0;
	unsigned size;

	if (attempt->origin != BG_ORIGIN_SCOPE || bg_kernel_set_device(attempt->fd, "") == 0)
		return;
	if (has_connected(attempt->fd) || bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) || listens)
		return;
	if (bg_kernel_getsockname(attempt->fd, &name, &size) || !bg_sockaddr_decode(&name, size, &now, &form))
		return;
	bg_replace(attempt, now.port ? &now : NULL, form, false, &nobody);
}

/**
 * bg_origin_confine - confine the attempt's socket to @device. One that the environment has bound to a device is not taken
 * out of that to lo, where nobody of that environment would reach it: EPERM. Return: 0 or -errno.
 */
int
bg_origin_confine(const struct bg_attempt *attempt, const char device[BG_IFNAME_MAX])
{
	char present[BG_IFNAME_MAX];

	if (attempt->origin == BG_ORIGIN_NONE)
		return bg_kernel_set_device(attempt->fd, device);
	if (bg_kernel_get_device(attempt->fd, present) == 0 && memcmp(present, device, sizeof(present)) == 0)
		return 0;
	if (attempt->origin == BG_ORIGIN_ENVIRONMENT && bg_device_is_loopback(device))
		return -EPERM;
	bg_origin_remove_device(attempt);
	return bg_kernel_set_device(attempt->fd, device);
}
