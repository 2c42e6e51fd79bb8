/* SPDX-License-Identifier: MIT
 * bind_loop.c ADDRESS PORT COUNT: binds COUNT fresh TCP sockets one after another; prints nanoseconds a bind(2). Knows
 * nothing of the guard. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	long count, spent = 0;

	if (argc != 4)
		return 2;
	inet_pton(AF_INET, argv[1], &to.sin_addr);
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	count = atol(argv[3]);
	for (long i = 0; i < count; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		long start = now_ns();

		if (bind(fd, (struct sockaddr *)&to, sizeof(to))) {
			perror("bind");
			return 1;
		}
		spent += now_ns() - start;
		close(fd);
	}
	printf("%ld\n", spent / count);
	return 0;
}
