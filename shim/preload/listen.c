/* SPDX-License-Identifier: MIT
 * listen.c - the exported listen(2). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include "preload/calls.h"
#include "preload/preload.h"

int
listen(int fd, int backlog)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;

	if (guard->policy->mode == BG_MODE_OFF)
		return guard->real->listen(fd, backlog);
	return bg_return(bg_guard_listen(guard, fd, backlog), saved_errno);
}
