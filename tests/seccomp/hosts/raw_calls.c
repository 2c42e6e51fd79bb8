/* SPDX-License-Identifier: MIT
 * raw_calls.c WHAT: one thing by bare system calls, and what came of it: `x32` binds with numbers of that interface,
 * `uring` asks for an io_uring, `setuid`, `port N` and `port6 N` bind and tell the user, `undumpable` binds where nobody may look,
 * `raw` connects a raw socket when another one is bound; `dissolve` and
 * `connect` connect where nobody may look, with a UDP server and without; `apart` binds in a thread with descriptors of its
 * own, while its process has another socket of that number. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __X32_SYSCALL_BIT
#define __X32_SYSCALL_BIT 0x40000000
#endif

static void
try_bind(long number, unsigned port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	socklen_t size = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int error = syscall(number, fd, &to, sizeof(to)) ? errno : 0;

	getsockname(fd, (struct sockaddr *)&to, &size);
	printf("euid %d error %d address %s\n", (int)geteuid(), error, inet_ntoa(to.sin_addr));
}

static void
try_bind6(unsigned port)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
	int fd = socket(AF_INET6, SOCK_STREAM, 0), on = 1, error;
	char text[INET6_ADDRSTRLEN];
	socklen_t size = sizeof(to);

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	error = syscall(SYS_bind, fd, &to, sizeof(to)) ? errno : 0;
	getsockname(fd, (struct sockaddr *)&to, &size);
	printf("euid %d error %d address %s\n", (int)geteuid(), error,
	       inet_ntop(AF_INET6, &to.sin6_addr, text, sizeof(text)));
}

static void
connect_raw(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(9)}; /* without one getpeername(2) knows none */
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), error;
	socklen_t size = sizeof(to);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	error = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	memset(&to, 0, sizeof(to));
	getpeername(fd, (struct sockaddr *)&to, &size);
	printf("raw error %d peer %s\n", error, inet_ntoa(to.sin_addr));
}

/* Where nobody may look: connects a socket, and once more to no address. */
static void
connect_unseen(int fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int first, second;

	prctl(PR_SET_DUMPABLE, 0);
	first = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	to.sin_family = AF_UNSPEC;
	second = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	printf("connect %d dissolve %d\n", first, second);
}

static void
dissolve_server(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(19413)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0)
		connect_unseen(fd);
}

static pthread_barrier_t barrier;

static void *
bind_apart(void *unused)
{
	int failed = unshare(CLONE_FILES);

	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier); /* the process has its socket */
	if (!failed)
		try_bind(SYS_bind, 19411);
	pthread_barrier_wait(&barrier);
	return unused;
}

int
main(int argc, char **argv)
{
	char room[256] = {0};

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "x32") == 0)
		try_bind(__X32_SYSCALL_BIT | SYS_bind, 19401);
	if (strcmp(argv[1], "uring") == 0)
		printf("io_uring_setup %d\n", syscall(SYS_io_uring_setup, 8, room) < 0 ? errno : 0);
	if (strcmp(argv[1], "setuid") == 0)
		try_bind(SYS_bind, 19402);
	if (strcmp(argv[1], "port") == 0 && argc > 2)
		try_bind(SYS_bind, (unsigned)atoi(argv[2]));
	if (strcmp(argv[1], "port6") == 0 && argc > 2)
		try_bind6((unsigned)atoi(argv[2]));
	if (strcmp(argv[1], "raw") == 0) {
		try_bind(SYS_bind, 19410);
		connect_raw();
	}
	if (strcmp(argv[1], "dissolve") == 0)
		dissolve_server();
	if (strcmp(argv[1], "connect") == 0)
		connect_unseen(socket(AF_INET, SOCK_DGRAM, 0));
	if (strcmp(argv[1], "apart") == 0) {
		pthread_t thread;

		pthread_barrier_init(&barrier, NULL, 2);
		pthread_create(&thread, NULL, bind_apart, NULL);
		pthread_barrier_wait(&barrier);
		socket(AF_UNIX, SOCK_STREAM, 0);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		pthread_join(thread, NULL);
	}
	if (strcmp(argv[1], "undumpable") == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		try_bind(SYS_bind, 19403);
		try_bind(SYS_bind, 19404);
	}
	return 0;
}
