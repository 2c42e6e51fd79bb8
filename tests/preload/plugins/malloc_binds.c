/* SPDX-License-Identifier: MIT
 * malloc_binds.c: a preload that stands in front of malloc(3) and, in the first calls of each kind, binds a socket in it:
 * also while the guard is being set up, which allocates where there is a configuration file. */
#include <stdlib.h>

#include "../hosts/socket.h"

#define PORT 19640
#define CALLS_MAX 60

extern void *__libc_malloc(size_t size);

static int busy, calls, done, guarded;

/** malloc - libc's, after a bind. */
void *
malloc(size_t size)
{
	if (!busy && calls < CALLS_MAX) {
		int fd, saved_errno = errno;

		busy = 1;
		calls++;
		fd = make_socket(AF_INET, SOCK_STREAM);
		if (fd >= 0 && bind_wildcard(fd, AF_INET, PORT) == 0) {
			done++;
			guarded += is_guarded(fd);
		}
		close(fd);
		errno = saved_errno;
		busy = 0;
	}
	return __libc_malloc(size);
}

/** destructor - what it saw. */
__attribute__((destructor)) static void
destructor(void)
{
	dprintf(1, "binds in malloc: %d, guarded %d\n", done, guarded);
}
