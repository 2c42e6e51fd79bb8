/* SPDX-License-Identifier: MIT
 * connect_bench.c COUNT: connect(2) of one UDP socket to loopback, COUNT times; prints nanoseconds of one. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), count = argc > 1 ? atoi(argv[1]) : 0, failed = 0;
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < count; i++)
		failed += connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (failed || !count)
		return 1;
	printf("%.1f\n",
	       ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / (double)count);
	return 0;
}
