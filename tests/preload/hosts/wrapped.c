/* SPDX-License-Identifier: MIT
 * wrapped.c: a program that connects, binds, listens and connects again; each once. Then it binds an address without the
 * bytes of a scope, as RFC 2133 had it. */
#include <stddef.h>

#include "socket.h"

#define PORT 19620

int
main(void)
{
	int client = socket(AF_INET, SOCK_DGRAM, 0), again = socket(AF_INET, SOCK_DGRAM, 0), server;
	int short_one = socket(AF_INET6, SOCK_STREAM, 0), on = 1;
	struct sockaddr_in6 wildcard = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	char text[128];
	union name name;
	socklen_t size = make_name(&name, AF_INET, PORT);

	name.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	dprintf(1, "main\n");
	connect(client, &name.any, size);
	server = serve_wildcard(AF_INET, SOCK_STREAM, PORT);
	connect(again, &name.any, size);
	dprintf(1, "server %s\n", describe(server, text));
	setsockopt(short_one, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	bind(short_one, (struct sockaddr *)&wildcard, offsetof(struct sockaddr_in6, sin6_scope_id));
	return 0;
}
