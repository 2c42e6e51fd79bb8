/* SPDX-License-Identifier: MIT
 * socket_limits.c - the places that the guard has limited sockets to: reads their filters back. Runs in the launcher only.
 *
 * Theory of operation. The kernel's diagnosis shows filters of packet sockets alone (net/core/sock_diag.c), so the socket
 * itself is asked: pidfd_getfd(2), Linux 5.6, copies the descriptor of a process that holds it, and SO_GET_FILTER reads
 * what stands there. The copy is the very socket if it has its number; it is closed at once, and nothing is changed. That
 * takes the right to trace the process, ptrace(2), PTRACE_MODE_ATTACH_REALCREDS: more than /proc/PID/fd takes where Yama
 * guards it. What may not be asked stays as its address has it, and so does what has a filter of the program's own. */
#include "launcher/sockets/socket_limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/from.h"
#include "bindguard/packet_filter.h"

/**
 * struct look - into one process after the other; the sockets of one often follow each other.
 * @pidfd: of @process, -1: it may not be looked into, or is gone
 * @process: an index; that of no process at first
 */
struct look {
	int pidfd;
	size_t process;
};

/** matters - might a limit say more than address and device do? What is connected hears its peer alone. */
static bool
matters(const struct socket *socket)
{
	return socket->reach != REACH_MACHINE && !socket->ifindex && socket->state != STATE_CONNECTED;
}

/** enter - look into process @index from now on. */
static void
enter(struct look *look, const struct processes *processes, size_t index)
{
	if (look->process == index)
		return;
	if (look->pidfd >= 0)
		close(look->pidfd);
	look->process = index;
	look->pidfd = (int)syscall(SYS_pidfd_open, processes->items[index].pid, 0);
}

/** copy - the socket @inode, which the process had as @fd a moment ago. Return: a descriptor, or -1. */
static int
copy(struct look *look, int fd, uint32_t inode)
{
	struct stat status;
	int copied = look->pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, look->pidfd, fd, 0);

	if (copied < 0 && look->pidfd >= 0 && errno != EBADF) { /* nor will another of its sockets be had */
		close(look->pidfd);
		look->pidfd = -1;
	}
	if (copied < 0 || (fstat(copied, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == inode))
		return copied;
	close(copied);
	return -1;
}

/** read_limit - what the filter of @fd lets through. Return: false where that is no limit of the guard. */
static bool
read_limit(int fd, struct socket_limit *limit, uint32_t indexes[BG_FROM_MAX])
{
	struct sock_filter code[BG_PACKET_FILTER_MAX];
	socklen_t length = BG_PACKET_FILTER_MAX; /* SO_GET_FILTER counts in instructions */

	return getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &length) == 0 && length > 0 &&
	       bg_packet_filter_read(code, length, limit->from, indexes, &limit->count);
}

/** name - the devices by their names; one that is gone is named as reach_find() does. */
static void
name(struct socket_limit *limit, const uint32_t indexes[BG_FROM_MAX], const struct interfaces *interfaces)
{
	for (uint32_t i = 0; i < limit->count; i++) {
		struct bg_from *from = &limit->from[i];

		if (from->kind != BG_FROM_INTERFACE)
			continue;
		snprintf(from->interface, sizeof(from->interface), "if%u", indexes[i]);
		for (size_t k = 0; k < interfaces->count; k++)
			if (interfaces->items[k].ifindex == indexes[i])
				memcpy(from->interface, interfaces->items[k].name, sizeof(from->interface));
	}
}

/** lets_all_through - is one of the places everywhere? Then it is no limit to tell of. */
static bool
lets_all_through(const struct socket_limit *limit)
{
	for (uint32_t i = 0; i < limit->count; i++)
		if (limit->from[i].kind == BG_FROM_PREFIX && limit->from[i].prefix.bits == 0)
			return true;
	return false;
}

/** find_interface - the one device, beside this machine, that @limit lets through. NULL: there are others, or none. */
static const char *
find_interface(const struct socket_limit *limit)
{
	const char *found = NULL;

	for (uint32_t i = 0; i < limit->count; i++) {
		const struct bg_from *from = &limit->from[i];

		if (bg_from_is_machine(from, 1))
			continue;
		if (from->kind != BG_FROM_INTERFACE || (found && strcmp(found, from->interface) != 0))
			return NULL;
		found = from->interface;
	}
	return found;
}

/** apply - who reaches a socket of that limit, which becomes its own. */
static void
apply(struct socket *socket, struct socket_limit *limit)
{
	const char *interface = find_interface(limit);

	socket->limit = limit;
	socket->localnet = false;
	socket->reach = interface					? REACH_INTERFACE
			: bg_from_is_machine(limit->from, limit->count) ? REACH_MACHINE
									: REACH_PLACES;
	snprintf(socket->interface, sizeof(socket->interface), "%s", interface ? interface : "");
}

/** find - ask one socket. Return: 0 or ENOMEM. */
static int
find(struct socket *socket, struct look *look, const struct processes *processes, const struct interfaces *interfaces)
{
	uint32_t indexes[BG_FROM_MAX];
	struct socket_limit limit, *kept;
	size_t count;
	const struct socket_holder *holders = processes_holding(processes, socket->inode, &count);
	int fd = -1;

	for (size_t i = 0; i < count && fd < 0; i++) {
		enter(look, processes, holders[i].process);
		fd = copy(look, holders[i].fd, socket->inode);
	}
	if (fd < 0)
		return 0;
	memset(&limit, 0, sizeof(limit));
	if (!read_limit(fd, &limit, indexes) || lets_all_through(&limit)) {
		close(fd);
		return 0;
	}
	close(fd);
	name(&limit, indexes, interfaces);
	kept = malloc(sizeof(*kept));
	if (!kept)
		return ENOMEM;
	*kept = limit;
	apply(socket, kept);
	return 0;
}

/**
 * socket_limits_find - set socket->limit, and what follows for socket->reach and socket->interface.
 * @sockets: with what reach_find() has set
 * @interfaces: of the network of the sockets, whatever network their processes are in
 * Return: 0 or ENOMEM.
 */
int
socket_limits_find(struct sockets *sockets, const struct processes *processes, const struct interfaces *interfaces)
{
	struct look look = {.pidfd = -1, .process = processes->count};
	int error = 0;

	for (size_t i = 0; i < sockets->count && !error; i++)
		if (matters(&sockets->items[i]))
			error = find(&sockets->items[i], &look, processes, interfaces);
	if (look.pidfd >= 0)
		close(look.pidfd);
	return error;
}
