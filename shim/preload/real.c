/* SPDX-License-Identifier: MIT
 * real.c - finds the functions that the program would have called without us. Cold, but for the raw system calls that
 * stand in until then. */
#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/preload.h"
#include "preload/real.h"

/** raw_bind - bind(2) without a library. */
static int
raw_bind(int fd, const void *addr, unsigned size)
{
	return (int)syscall(SYS_bind, fd, addr, size);
}

/** raw_listen - listen(2) without a library. */
static int
raw_listen(int fd, int backlog)
{
	return (int)syscall(SYS_listen, fd, backlog);
}

/** raw_connect - connect(2) without a library. */
static int
raw_connect(int fd, const void *addr, unsigned size)
{
	return (int)syscall(SYS_connect, fd, addr, size);
}

/** raw_execve - execve(2) without a library. */
static int
raw_execve(const char *path, char *const *argv, char *const *envp)
{
	return (int)syscall(SYS_execve, path, argv, envp);
}

const struct bg_real bg_real_raw = {
	.bind = raw_bind, .listen = raw_listen, .connect = raw_connect, .execve = raw_execve};

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
bg_real_resolve(struct bg_real *real)
{
	*real = bg_real_raw;
	find("bind", &real->bind);
	find("listen", &real->listen);
	find("connect", &real->connect);
	find("execve", &real->execve);
}
