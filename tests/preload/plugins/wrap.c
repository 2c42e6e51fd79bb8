/* SPDX-License-Identifier: MIT
 * wrap.c: another preload that stands in front of bind(2), listen(2) and connect(2), and says what it saw. */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

/* Declared here: the prototypes of <sys/socket.h> hide the address behind a transparent union. */
int bind(int fd, const void *address, unsigned size);
int listen(int fd, int backlog);
int connect(int fd, const void *address, unsigned size);

/** tell - one line to the host's output, in order of the calls; @address is a sockaddr_in, whose address is at byte 4. */
static void
tell(const char *call, const void *address)
{
	const unsigned char *bytes = address;

	if (bytes)
		dprintf(1, "%s %u.%u.%u.%u\n", call, bytes[4], bytes[5], bytes[6], bytes[7]);
	else
		dprintf(1, "%s\n", call);
}

/** bind - seen, and passed on. */
int
bind(int fd, const void *address, unsigned size)
{
	int (*next)(int, const void *, unsigned) = dlsym(RTLD_NEXT, "bind");

	tell("bind", address);
	return next(fd, address, size);
}

/** listen - seen, and passed on. */
int
listen(int fd, int backlog)
{
	int (*next)(int, int) = dlsym(RTLD_NEXT, "listen");

	tell("listen", NULL);
	return next(fd, backlog);
}

/** connect - seen, and passed on. */
int
connect(int fd, const void *address, unsigned size)
{
	int (*next)(int, const void *, unsigned) = dlsym(RTLD_NEXT, "connect");

	tell("connect", address);
	return next(fd, address, size);
}
