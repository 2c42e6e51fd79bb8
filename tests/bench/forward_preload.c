/* SPDX-License-Identifier: MIT
 * forward_preload.c - a library that only forwards bind(2): the least that a guard could cost. */
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>

static int (*next)(int, const struct sockaddr *, socklen_t);

__attribute__((constructor)) static void
find(void)
{
	void *symbol = dlsym(RTLD_NEXT, "bind");

	memcpy(&next, &symbol, sizeof(next));
}

int
bind(int fd, const struct sockaddr *addr, socklen_t size)
{
	return next(fd, addr, size);
}
