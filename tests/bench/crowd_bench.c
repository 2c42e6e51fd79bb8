/* SPDX-License-Identifier: MIT
 * crowd_bench.c PROCESSES ADDRESS PORT COUNT: so many processes at once, each with COUNT times socket + bind + close on a
 * port of its own (PORT, PORT + 1, ...); prints nanoseconds of one, all of them counted. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
work(const char *address, int port, int count)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
	int failed = 0;

	inet_pton(AF_INET, address, &to.sin_addr);
	for (int i = 0; i < count; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		failed += bind(fd, (struct sockaddr *)&to, sizeof(to)) != 0;
		close(fd);
	}
	return failed != 0;
}

int
main(int argc, char **argv)
{
	int processes = argc > 4 ? atoi(argv[1]) : 0, count = argc > 4 ? atoi(argv[4]) : 0, status, failed = 0, gate[2];
	struct timespec begin, end;
	char go;

	if (processes < 1 || count < 1 || pipe(gate))
		return 2;
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			close(gate[1]);
			if (read(gate[0], &go, 1) != 0) /* the end, once the parent lets go */
				_exit(1);
			_exit(work(argv[2], atoi(argv[3]) + i, count));
		}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	close(gate[1]);
	for (int i = 0; i < processes; i++)
		failed += wait(&status) < 0 || status != 0;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (failed)
		return 1;
	printf("%.1f\n", ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
				 ((double)count * processes));
	return 0;
}
