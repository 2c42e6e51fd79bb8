/* SPDX-License-Identifier: MIT
 * connect.c - the exported connect(2). Runs in the program's own call; where no socket was changed it only jumps on. */
#include "preload/calls.h"
#include "preload/preload.h"
#include "sys/marks.h"

int
connect(int fd, const void *addr, unsigned size)
{
	int saved_errno;

	if (!__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE))
		return bg_real_calls.connect(fd, addr, size);
	saved_errno = errno;
	return bg_return(bg_guard_connect(bg_guard_get(), fd, addr, size), saved_errno);
}
