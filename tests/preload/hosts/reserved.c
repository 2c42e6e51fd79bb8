/* SPDX-License-Identifier: MIT
 * reserved.c [null|named|twice]: asks bindresvport(3) for a reserved port of the wildcard, without an address or with one,
 * or for one more, and prints the result, errno, where the socket is, and whether the port in the caller's address is
 * the socket's. */
#include "socket.h"

int bindresvport(int fd, struct sockaddr_in *in); /* rpc/types.h of old */

int
main(int argc, char **argv)
{
	struct sockaddr_in in = {.sin_family = AF_INET}, name = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), named = argc > 1 && strcmp(argv[1], "named") == 0, result;
	socklen_t size = sizeof(name);
	char text[128];

	if (argc > 1 && strcmp(argv[1], "twice") == 0)
		bindresvport(fd, NULL);
	errno = 0;
	result = bindresvport(fd, named ? &in : NULL);
	printf("%d %s, ", result, strerror(errno));
	getsockname(fd, (struct sockaddr *)&name, &size);
	describe(fd, text);
	printf("%.*s%s%s\n", (int)strcspn(text, ":"), text, strchr(text, '%') ? strchr(text, '%') : "",
	       named && in.sin_port != name.sin_port ? ", another port" : "");
	return 0;
}
