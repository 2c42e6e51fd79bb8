/* SPDX-License-Identifier: MIT
 * limited.c WHAT: does to a socket what a limit must stand, and prints what filters it then. Knows nothing of the guard.
 * `own`: a datagram socket with a filter of the program's own, attached after bind(2), connects: `INSTRUCTIONS`.
 * `again`: a server that listens three times: `INSTRUCTIONS`.
 * `race COUNT`: four threads bind each of COUNT datagram sockets at once: `bound BOUND open THOSE-WITHOUT-FILTER`.
 * `mixed COUNT`: likewise, each other socket at port 0: `bound BOUND open THOSE-WITHOUT-FILTER` at a port that the kernel chose.
 * `connects COUNT`: a datagram server connects COUNT times while another thread dissolves the association, and a third one looks:
 * `connected open TIMES-WITHOUT-FILTER, at last HEARS`: how many instructions it has when it is a server again. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addresses.h"

#define PORT 19790
#define THREADS 4

static bool mixed;
static pthread_barrier_t barrier;
static int raced;
static int left;

static int
bind_wildcard(int fd)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	return bind(fd, (struct sockaddr *)&in, sizeof(in));
}

static unsigned
instructions(int fd)
{
	socklen_t length = 0;

	return getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &length) ? 9999 : (unsigned)length;
}

static void
own(void)
{
	struct sock_filter all[3] = {BPF_STMT(BPF_RET | BPF_K, UINT32_MAX), BPF_STMT(BPF_RET | BPF_K, 0),
				     BPF_STMT(BPF_RET | BPF_K, 0)};
	struct sock_fprog program = {.len = 3, .filter = all};
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, THERE4, &there.sin_addr);
	if (bind_wildcard(fd) || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    connect(fd, (struct sockaddr *)&there, sizeof(there)))
		perror("own");
	printf("%u\n", instructions(fd));
}

static void
again(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind_wildcard(fd) || listen(fd, 1) || listen(fd, 2) || listen(fd, 3))
		perror("again");
	printf("%u\n", instructions(fd));
}

static void
bind_raced(bool first)
{
	struct sockaddr_in any = {.sin_family = AF_INET};

	if (mixed && first)
		bind(raced, (struct sockaddr *)&any, sizeof(any));
	else
		bind_wildcard(raced);
}

static void *
bind_with_the_others(void *argument)
{
	for (;;) {
		pthread_barrier_wait(&barrier);
		if (!left)
			return argument;
		bind_raced(false);
		pthread_barrier_wait(&barrier);
	}
}

static void
race(int count)
{
	pthread_t threads[THREADS - 1];
	int bound = 0, open = 0;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (size_t i = 0; i < THREADS - 1; i++)
		pthread_create(&threads[i], NULL, bind_with_the_others, NULL);
	for (left = count; left; left--) {
		struct sockaddr_in name = {.sin_port = 0};
		socklen_t size = sizeof(name);

		raced = socket(AF_INET, SOCK_DGRAM, 0);
		pthread_barrier_wait(&barrier);
		bind_raced(true);
		pthread_barrier_wait(&barrier);
		getsockname(raced, (struct sockaddr *)&name, &size);
		if (mixed && name.sin_port == htons(PORT))
			name.sin_port = 0;
		bound += name.sin_port != 0;
		open += name.sin_port != 0 && instructions(raced) == 0;
		close(raced);
	}
	pthread_barrier_wait(&barrier);
	for (size_t i = 0; i < THREADS - 1; i++)
		pthread_join(threads[i], NULL);
	printf("bound %d open %d\n", bound, open);
}

static void *
dissolve(void *fd)
{
	static const struct sockaddr none = {.sa_family = AF_UNSPEC};

	while (__atomic_load_n(&left, __ATOMIC_ACQUIRE))
		connect(*(int *)fd, &none, sizeof(none));
	return fd;
}

static void *
look(void *fd)
{
	while (__atomic_load_n(&left, __ATOMIC_ACQUIRE))
		raced += instructions(*(int *)fd) == 0;
	return fd;
}

static void
connects(int count)
{
	static const struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pthread_t threads[2];

	inet_pton(AF_INET, THERE4, &there.sin_addr);
	if (bind_wildcard(fd))
		perror("connects");
	left = 1;
	pthread_create(&threads[0], NULL, dissolve, &fd);
	pthread_create(&threads[1], NULL, look, &fd);
	while (count--)
		connect(fd, (struct sockaddr *)&there, sizeof(there));
	__atomic_store_n(&left, 0, __ATOMIC_RELEASE);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	connect(fd, &none, sizeof(none));
	printf("connected open %d, at last %u\n", raced, instructions(fd));
}

int
main(int argc, char **argv)
{
	mixed = argc > 1 && strcmp(argv[1], "mixed") == 0;
	if (argc > 2 && (mixed || strcmp(argv[1], "race") == 0))
		race(atoi(argv[2]));
	else if (argc > 2 && strcmp(argv[1], "connects") == 0)
		connects(atoi(argv[2]));
	else if (argc > 1 && strcmp(argv[1], "own") == 0)
		own();
	else if (argc > 1 && strcmp(argv[1], "again") == 0)
		again();
	return 0;
}
