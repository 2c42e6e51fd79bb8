/* SPDX-License-Identifier: MIT
 * sctp_stub.c - stands in for libsctp where the kernel has no SCTP: prints what sctp_bindx() is called with, and fails
 * with the errno that STUB_ERRNO in the environment names, as a number. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int sctp_bindx(int fd, const void *addrs, int count, int flags);

int
sctp_bindx(int fd, const void *addrs, int count, int flags)
{
	const char *wanted = getenv("STUB_ERRNO"), *at = addrs;
	char text[64], device[17] = "";
	socklen_t size = 16;
	int bound = 0;

	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size);
	printf("bindx flags %d, device %s,", flags, device[0] ? device : "none");
	for (int i = 0; at && i < count; i++) {
		const struct sockaddr_in *in = (const void *)at;
		const struct sockaddr_in6 *in6 = (const void *)at;
		int ipv4 = in->sin_family == AF_INET;

		if (in->sin_family == AF_UNSPEC) {
			printf(" none");
			wanted = "22";
			break;
		}
		inet_ntop(in->sin_family, ipv4 ? (const void *)&in->sin_addr : &in6->sin6_addr, text, sizeof(text));
		printf(" %s %u", text, ntohs(in->sin_port));
		/* The first that this socket takes: so that it has a name. */
		if (!wanted && !bound && syscall(SYS_bind, fd, at, ipv4 ? sizeof(*in) : sizeof(*in6)) == 0)
			bound = 1;
		at += ipv4 ? sizeof(*in) : sizeof(*in6);
	}
	printf("%s; ", at ? "" : " null");
	if (!at)
		wanted = "14";
	errno = wanted ? atoi(wanted) : 0;
	return errno ? -1 : 0;
}
