/* SPDX-License-Identifier: MIT
 * wrap.c: another preload that stands in front of bind(2), listen(2) and connect(2), and says what it saw. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/** tell - one line to the host's output, in order of the calls. */
static void
tell(const char *call, const void *address, unsigned size)
{
	const struct sockaddr_storage *name = address;
	char text[INET6_ADDRSTRLEN];

	if (!name) {
		dprintf(1, "%s\n", call);
		return;
	}
	inet_ntop(name->ss_family,
		  name->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
					      : (const void *)&((const struct sockaddr_in *)address)->sin_addr,
		  text, sizeof(text));
	dprintf(1, "%s %s, %u bytes\n", call, text, size);
}

/** bind - seen, and passed on. */
int
bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	int (*next)(int, const void *, unsigned) = dlsym(RTLD_NEXT, "bind");

	tell("bind", address.__sockaddr__, size);
	return next(fd, address.__sockaddr__, size);
}

/** listen - seen, and passed on. */
int
listen(int fd, int backlog)
{
	int (*next)(int, int) = dlsym(RTLD_NEXT, "listen");

	tell("listen", NULL, 0);
	return next(fd, backlog);
}

/** connect - seen, and passed on. */
int
connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	int (*next)(int, const void *, unsigned) = dlsym(RTLD_NEXT, "connect");

	tell("connect", address.__sockaddr__, size);
	return next(fd, address.__sockaddr__, size);
}
