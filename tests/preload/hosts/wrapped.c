/* SPDX-License-Identifier: MIT
 * wrapped.c: a program that connects, binds, listens and connects again; each once. */
#include "socket.h"

#define PORT 19620

int
main(void)
{
	int client = socket(AF_INET, SOCK_DGRAM, 0), again = socket(AF_INET, SOCK_DGRAM, 0), server;
	char text[128];
	union name name;
	socklen_t size = make_name(&name, AF_INET, PORT);

	name.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	dprintf(1, "main\n");
	connect(client, &name.any, size);
	server = serve_wildcard(AF_INET, SOCK_STREAM, PORT);
	connect(again, &name.any, size);
	dprintf(1, "server %s\n", describe(server, text));
	return 0;
}
