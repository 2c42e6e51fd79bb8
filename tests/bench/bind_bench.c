/* SPDX-License-Identifier: MIT
 * bind_bench.c ADDRESS PORT COUNT [stack|heap|udp [ASK [PROBE]]]: socket + bind + close, COUNT times; prints nanoseconds of
 * one, of TCP, or UDP. The address is on the stack, or on the heap. ASK: so many getsockopt(2) besides; PROBE: so many sockets
 * bound and closed before: to know what these alone cost. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/** make_bound - a socket bound to @to. Return: it; @failed counts. */
static int
make_bound(const struct sockaddr_storage *to, socklen_t size, int type, int *failed)
{
	int fd = socket(to->ss_family, type, 0);

	*failed += bind(fd, (const struct sockaddr *)to, size) != 0;
	return fd;
}

int
main(int argc, char **argv)
{
	struct sockaddr_storage stack, *to = argc > 4 && strcmp(argv[4], "heap") == 0 ? malloc(sizeof(*to)) : &stack;
	int ipv6 = argc > 1 && strchr(argv[1], ':') != NULL, count, ask, probe, failed = 0;
	socklen_t size = ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	int type = argc > 4 && strcmp(argv[4], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
	struct timespec begin, end;

	if (argc < 4 || !to)
		return 2;
	memset(to, 0, sizeof(*to));
	to->ss_family = ipv6 ? AF_INET6 : AF_INET;
	((struct sockaddr_in *)to)->sin_port = htons((in_port_t)atoi(argv[2])); /* at the same place in both */
	inet_pton(to->ss_family, argv[1],
		  ipv6 ? (void *)&((struct sockaddr_in6 *)to)->sin6_addr
		       : (void *)&((struct sockaddr_in *)to)->sin_addr);
	count = atoi(argv[3]);
	ask = argc > 5 ? atoi(argv[5]) : 0;
	probe = argc > 6 ? atoi(argv[6]) : 0;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < count; i++) {
		int fd;

		for (int probed = 0; probed < probe; probed++)
			close(make_bound(to, size, type, &failed));
		fd = make_bound(to, size, type, &failed);
		for (int asked = 0; asked < ask; asked++) {
			int value;
			socklen_t room = sizeof(value);

			failed += getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &room) != 0;
		}
		close(fd);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (failed) {
		fprintf(stderr, "bind_bench: %d of %d failed\n", failed, count);
		return 1;
	}
	printf("%.1f\n",
	       ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / (double)count);
	return 0;
}
