/* SPDX-License-Identifier: MIT
 * inherited.c: listens on the socket that it was started with, descriptor 3, and prints `ERRNO ADDRESS PORT DEVICE FILTER`. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int
main(void)
{
	int error = listen(3, 5) ? errno : 0;
	union {
		struct sockaddr_storage any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} name;
	socklen_t size = sizeof(name), device_size = 16, filter = 0;
	char text[64] = "?", device[17] = "";
	unsigned port;

	memset(&name, 0, sizeof(name));
	getsockname(3, (struct sockaddr *)&name, &size);
	if (name.any.ss_family == AF_INET)
		inet_ntop(AF_INET, &name.in.sin_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET6, &name.in6.sin6_addr, text, sizeof(text));
	port = ntohs(name.in.sin_port); /* at the same place in both */
	getsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	getsockopt(3, SOL_SOCKET, SO_GET_FILTER, NULL, &filter);
	printf("%d %s %u %s %u\n", error, text, port, device[0] ? device : "-", (unsigned)filter);
	return 0;
}
