/* SPDX-License-Identifier: MIT
 * connect.c - the exported connect(2). Runs in the program's own call; where no socket was changed it only jumps on. */
#include "preload/calls.h"
#include "preload/preload.h"

/** watched_connect - connect(2) before the guard is set up, and in a process that has a marked socket. */
static int
watched_connect(int fd, const void *addr, unsigned size)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;

	if (!__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE))
		return guard->real->connect(fd, addr, size);
	return bg_return(bg_guard_connect(guard, fd, addr, size), saved_errno);
}

const struct bg_real bg_connect_watched = {.connect = watched_connect};
const struct bg_real *bg_connect_path = &bg_connect_watched;

int
connect(int fd, const void *addr, unsigned size)
{
	return __atomic_load_n(&bg_connect_path, __ATOMIC_ACQUIRE)->connect(fd, addr, size);
}
