/* SPDX-License-Identifier: MIT
 * preinit.c: a program that connects and binds before any constructor has run, libc's own included (.preinit_array). */
#include <stdlib.h>

#include "socket.h"

#define PORT 19600

static int guarded = -1, refused = -1;
static char first[128];

/** before_all - run by ld.so(8) before the constructors of every library. */
static void
before_all(void)
{
	struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = make_socket(AF_INET, SOCK_STREAM);

	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	refused = connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) && errno == ECONNREFUSED;
	close(fd);
	guarded = serve_four(PORT, first);
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = before_all;

int
main(void)
{
	printf("before all %s, %d of 4, first %s, ", refused ? "refused" : "connected", guarded, first);
	guarded = serve_four(PORT, first);
	printf("in main %d of 4, first %s\n", guarded, first);
	return 0;
}
