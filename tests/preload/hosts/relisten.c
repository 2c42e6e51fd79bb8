/* SPDX-License-Identifier: MIT
 * relisten.c: an MPTCP socket that could not connect listens, where it gets another address than it had before listen(2).
 * Prints the result, whether it listens, and where. Ends with 77 where the kernel has no MPTCP. */
#include <sys/syscall.h>

#include "socket.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int
main(void)
{
	struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), listening = 0, result;
	socklen_t size = sizeof(listening);
	char text[128];

	if (fd < 0)
		return 77;
	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) == 0)
		return 1;
	errno = 0;
	result = listen(fd, 8);
	printf("%d %s, ", result, strerror(errno));
	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
	describe(fd, text);
	printf("%s, %.*s%s\n", listening ? "listens" : "idle", (int)strcspn(text, ":"), text,
	       strchr(text, '%') ? strchr(text, '%') : "");
	return 0;
}
