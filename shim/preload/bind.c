/* SPDX-License-Identifier: MIT
 * bind.c - the exported bind(2). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include "preload/calls.h"
#include "preload/preload.h"

int
bind(int fd, const void *addr, unsigned size)
{
	const struct bg_guard *guard = bg_guard_get();
	int saved_errno = errno;

	if (guard->policy->mode == BG_MODE_OFF)
		return guard->real->bind(fd, addr, size);
	return bg_return(bg_guard_bind(guard, fd, addr, size), saved_errno);
}
