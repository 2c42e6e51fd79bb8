/* SPDX-License-Identifier: MIT
 * limit.c - gives a socket the filter of a limit, and takes it off again. Signal-safe.
 *
 * Theory of operation. The filter is the socket's, not the process's: it holds across execve(2), fork(2) and SCM_RIGHTS, and
 * what accept(2) returns inherits it. So nothing need be remembered of a server. That of a stream socket is locked when it
 * listens (SO_LOCK_FILTER, socket(7)): no program takes it off, or adds its own. That of a datagram socket is not: where that
 * connects, its peer is let through, too (limit_peer.c). A filter of the program's own is never replaced.
 */
#include "guard/limit.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/apply.h"
#include "bindguard/device.h"
#include "bindguard/interface_master.h"
#include "bindguard/interface_visit.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/packet_filter.h"

#define SMALL 48u /* instructions that a signal's stack has room for, twice */

/**
 * find_device - the number of @interface where @fd lives. Of a member of a VRF, a bridge or a bond the filter sees its packets
 * with the master's number, which does not tell it from the others. Return: 0 where there is none.
 */
static uint32_t
find_device(int fd, const char *interface)
{
	unsigned index;

	return bg_interface_has_master(fd, interface) || bg_interface_index(fd, interface, &index) ? 0 : index;
}

/** find_devices - the numbers of all interfaces of @from. Return: false where one is not to be had. */
static bool
find_devices(int fd, const struct bg_from *from, uint32_t count, uint32_t indexes[BG_FROM_MAX])
{
	for (uint32_t i = 0; i < count; i++) {
		if (from[i].kind != BG_FROM_INTERFACE)
			continue;
		indexes[i] = find_device(fd, from[i].interface);
		if (!indexes[i])
			return false;
	}
	return true;
}

/** starts_as_ours - has @fd a filter of @length instructions, for which there is @room, that begins as those of limits do? */
static bool
starts_as_ours(int fd, unsigned length, struct sock_filter *room)
{
	struct sock_filter first = {0};

	if (bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, room, &length))
		return false;
	bg_packet_filter_write(NULL, 0, NULL, &first, 1);
	return length && memcmp(room, &first, sizeof(first)) == 0;
}

/** bg_limit_is_on - the filter of @fd is a limit's. Not where it cannot be read: it may be the program's, by SO_ATTACH_BPF. */
bool
bg_limit_is_on(int fd)
{
	struct sock_filter few[2 * SMALL];
	unsigned length = 0;
	void *memory;
	bool ours;

	if (bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &length) || !length)
		return false;
	if (length <= 2 * SMALL)
		return starts_as_ours(fd, length, few);
	if (bg_kernel_map(length * sizeof(struct sock_filter), &memory))
		return false;
	ours = starts_as_ours(fd, length, memory);
	bg_kernel_unmap(memory, length * sizeof(struct sock_filter));
	return ours;
}

/** attach - @program becomes the filter of @fd. Return: 0 or -errno. */
static int
attach(int fd, const struct sock_fprog *program)
{
	return bg_kernel_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program));
}

/**
 * put - @code becomes the filter of @fd, which has none, or one of a limit; @over: or the one that blocks it.
 * @room: for as many instructions
 * Return: 1 where it has that very filter already; 0; -errno.
 */
static int
put(int fd, struct sock_filter *code, unsigned length, struct sock_filter *room, bool over)
{
	struct sock_fprog program = {.len = (unsigned short)length, .filter = code};
	unsigned present = 0;
	int error = over ? 0 : bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &present);

	if (error)
		return error;
	if (!present)
		return attach(fd, &program);
	if (present == length && !bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, room, &present) &&
	    memcmp(room, code, length * sizeof(*code)) == 0)
		return 1;
	return bg_limit_is_on(fd) ? attach(fd, &program) : -EPERM;
}

/** put_long - likewise what a signal's stack has no room for. */
static int
put_long(int fd, const struct bg_from *from, uint32_t count, const uint32_t *indexes, unsigned length, bool over)
{
	size_t size = 2 * length * sizeof(struct sock_filter);
	void *memory;
	int result = bg_kernel_map(size, &memory);
	struct sock_filter *code;

	if (result)
		return result;
	code = memory;
	bg_packet_filter_write(from, count, indexes, code, length);
	result = put(fd, code, length, code + length, over);
	bg_kernel_unmap(memory, size);
	return result;
}

/**
 * is_filtered - does the kernel ask the filter of the attempt's socket about what arrives? An SMC socket takes one, but has a TCP
 * socket inside that gets the packets, and none: smc_copy_sock_settings() of net/smc/af_smc.c, which copies the device. Of what
 * counts as TCP, TCP alone is known to.
 */
static bool
is_filtered(const struct bg_attempt *attempt)
{
	int protocol;

	return !(attempt->request.protocol & BG_PROTOCOL_TCP) ||
	       (bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_PROTOCOL, &protocol) == 0 && protocol == IPPROTO_TCP);
}

/**
 * bg_limit_attach - the attempt's socket gets the filter of the rule that its verdict has found.
 * @over: in the place of the one that is there, which is the guard's
 * Return: 0; 1 where it has that very filter already; -errno, and verdict.reason says why.
 */
int
bg_limit_attach(struct bg_attempt *attempt, bool over)
{
	const struct bg_policy *policy = attempt->guard->policy;
	const struct bg_rule *rule = &policy->rules[attempt->verdict.rule];
	const struct bg_from *from = bg_policy_at(policy, rule->from);
	struct sock_filter code[2 * SMALL];
	uint32_t indexes[BG_FROM_MAX];
	unsigned length;
	int result;

	if (!find_devices(attempt->fd, from, rule->from.count, indexes)) {
		attempt->verdict.reason = BG_REASON_NO_INTERFACE;
		return -EADDRNOTAVAIL;
	}
	length = bg_packet_filter_write(from, rule->from.count, indexes, code, SMALL);
	if (!is_filtered(attempt))
		result = -EOPNOTSUPP;
	else if (length <= SMALL)
		result = put(attempt->fd, code, length, code + SMALL, over);
	else
		result = put_long(attempt->fd, from, rule->from.count, indexes, length, over);
	if (result >= 0)
		return result;
	attempt->verdict.reason = BG_REASON_NO_FILTER;
	return -EACCES;
}

/** bg_limit_detach - take off the filter that bg_limit_attach() has attached, and nobody has locked. */
void
bg_limit_detach(int fd)
{
	int ignored = 0;

	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored));
}

/** bg_limit_give_up - likewise; one that the program has put in its place since stays. Return: whether it was ours. */
bool
bg_limit_give_up(int fd)
{
	bool ours = bg_limit_is_on(fd);

	if (ours)
		bg_limit_detach(fd);
	return ours;
}

/**
 * bg_limit_release - bind(2) has bound the attempt's socket to @port, where no rule limits who is heard: the filter of an
 * earlier limit, whose port went with its peer, comes off. Before that another thread may be about to need it. Afterwards no
 * bind(2) succeeds any more, and a port that was asked for is not lost (SOCK_BINDPORT_LOCK of __inet_bind()). One that the
 * kernel chose is lost with the next peer: there the filter stays.
 * Return: whether there was one.
 */
bool
bg_limit_release(const struct bg_attempt *attempt, uint16_t port)
{
	const struct bg_policy *policy = attempt->guard->policy;
	const struct bg_request *request = &attempt->request;
	struct bg_mark mark;

	if (!policy->limits || policy->mode != BG_MODE_ENFORCE || !port ||
	    ((request->known & BG_FACT_PROTOCOL) && (request->protocol & BG_PROTOCOL_LISTENING)) ||
	    !bg_device_receives_at_once(attempt->fd) || !bg_limit_give_up(attempt->fd))
		return false;
	/* Else what had been asked for would be decided on again when the association is dissolved. */
	if (bg_marks_get(attempt->fd, &mark) && mark.action == BG_ACTION_LIMIT)
		bg_apply_remember(attempt, BG_MARK_AS_ASKED, NULL);
	return true;
}

/** bg_limit_lock - the filter of @fd, and of all that it accepts, stays as it is. */
void
bg_limit_lock(int fd)
{
	int on = 1;

	bg_kernel_setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}
