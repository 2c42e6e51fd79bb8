/* SPDX-License-Identifier: MIT
 * static_musl.c PORT: a static server on `::`, dual-stack; it answers each connection with "hello". No preload reaches it. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, 5))
		return 1;
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client >= 0 && write(client, "hello\n", 6) != 6)
			return 2;
		shutdown(client, SHUT_WR);
		close(client);
	}
}
