/* SPDX-License-Identifier: MIT
 * dissolve.c FAMILY PORT HOW: a UDP socket is bound to the wildcard, HOW `raw`: and PORT, past the guard, or `bound`: and
 * port 0, by the guarded bind(2); it is connected to loopback by a raw system call. Then it dissolves its association,
 * connect(2) to AF_UNSPEC, and could be heard by all. Prints the result, whether it still has its peer, and where it is.
 * Another socket is changed by the guard before: without one connect(2) is not looked at. */
#include <stdlib.h>
#include <sys/syscall.h>

#include "socket.h"

int
main(int argc, char **argv)
{
	int family = argc > 1 && argv[1][0] == '6' ? AF_INET6 : AF_INET, fd = make_socket(family, SOCK_DGRAM);
	struct sockaddr_storage unspecified = {.ss_family = AF_UNSPEC}, any;
	socklen_t room = sizeof(any), size;
	union name name;
	char text[128];
	int result;

	if (argc < 4)
		return 2;
	serve_wildcard(AF_INET, SOCK_DGRAM, (unsigned)atoi(argv[2]) + 1);
	size = make_name(&name, family, (unsigned)atoi(argv[2]));
	if (strcmp(argv[3], "raw") == 0 && syscall(SYS_bind, fd, &name, size))
		return 3;
	if (strcmp(argv[3], "bound") == 0 && bind_wildcard(fd, family, 0))
		return 3;
	size = make_name(&name, family, 9);
	if (family == AF_INET)
		name.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		name.in6.sin6_addr = in6addr_loopback;
	if (syscall(SYS_connect, fd, &name, size))
		return 3;
	errno = 0;
	result = connect(fd, (struct sockaddr *)&unspecified, sizeof(struct sockaddr_in));
	printf("%d %s, ", result, strerror(errno));
	printf("%s, ", getpeername(fd, (struct sockaddr *)&any, &room) ? "free" : "connected");
	printf("%s\n", describe(fd, text));
	return 0;
}
