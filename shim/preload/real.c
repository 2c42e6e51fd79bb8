/* SPDX-License-Identifier: MIT
 * real.c - finds the functions that the program would have called without us. Cold, but for the raw system calls that
 * stand in until then. */
#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/preload.h"

static int
raw_bind(int fd, const void *addr, unsigned size)
{
	return (int)syscall(SYS_bind, fd, addr, size);
}

static int
raw_listen(int fd, int backlog)
{
	return (int)syscall(SYS_listen, fd, backlog);
}

static int
raw_connect(int fd, const void *addr, unsigned size)
{
	return (int)syscall(SYS_connect, fd, addr, size);
}

struct bg_real bg_real_calls = {.bind = raw_bind, .listen = raw_listen, .connect = raw_connect};
int (*bg_real_bindresvport)(int fd, void *in);

/**
 * find - store the next library's function @name in @slot; leave it as it is where there is none.
 * @slot: address of a function pointer. ISO C has no cast from dlsym(3)'s result; POSIX has the sizes equal
 */
static void
find(const char *name, void *slot)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol)
		memcpy(slot, &symbol, sizeof(symbol));
	else
		dlerror(); /* take our failure off: the program's own dlerror(3) must not see it */
}

/** bg_real_resolve - all at once, so that no call ever has to: dlsym(3) takes locks and may allocate. */
void
bg_real_resolve(void)
{
	find("bind", &bg_real_calls.bind);
	find("listen", &bg_real_calls.listen);
	find("connect", &bg_real_calls.connect);
	find("bindresvport", &bg_real_bindresvport);
}
