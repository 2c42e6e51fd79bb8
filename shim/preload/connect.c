/* SPDX-License-Identifier: MIT
 * connect.c - the exported connect(2). Runs in the program's own call; where no socket was changed it only jumps on. */
#include "bindguard/caller.h"
#include "bindguard/origin.h"
#include "preload/calls.h"
#include "preload/preload.h"

/** watched_connect - connect(2) before the guard is set up, and in a process that has a marked socket, or rules for it. */
static int
watched_connect(int fd, const void *addr, unsigned size)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;

	if (!guard->policy->outgoing && !guard->policy->limits && !__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE))
		return guard->real->connect(fd, addr, size);
	return bg_return(bg_guard_connect(guard, fd, addr, size), saved_errno);
}

const struct bg_real bg_connect_watched = {.connect = watched_connect};
const struct bg_real *bg_connect_path = &bg_connect_watched;

/**
 * note_scope - a connect(2) has failed: may it have left a device behind? On one that goes on, or has sent anything, the
 * kernel tells, origin.c. errno is kept.
 */
static void
note_scope(int fd, const void *addr, unsigned size)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;
	union bg_sockaddr peer;

	if (saved_errno != EINPROGRESS && saved_errno != EFAULT && guard->policy->mode != BG_MODE_OFF &&
	    bg_caller_read(guard->stack_top, addr, size, &peer))
		bg_scope_of_connect(fd, &peer, size, true);
	bg_return(-saved_errno, 0);
}

int
connect(int fd, const void *addr, unsigned size)
{
	const struct bg_real *path = __atomic_load_n(&bg_connect_path, __ATOMIC_ACQUIRE);
	int result;

	if (size < BG_SCOPE_SIZE)
		return path->connect(fd, addr, size);
	result = path->connect(fd, addr, size);
	if (result < 0)
		note_scope(fd, addr, size);
	return result;
}
