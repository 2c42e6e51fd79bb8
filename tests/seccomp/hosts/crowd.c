/* SPDX-License-Identifier: MIT
 * crowd.c WHAT COUNT: COUNT binds of the IPv4 wildcard, each to a port of its own, by `threads` at once, by `processes`
 * at once, by a `storm` of short-lived children, by a thread whose `leader` has ended, after a thread's `exec`, by a
 * process with the `recycled` number of one that has bound and ended; or by one `loop`, on one port. Prints how many of them
 * the kernel put on 127.0.0.1. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_PORT 20000

static pthread_barrier_t *barrier;
static int *good;
static char **arguments;

static int
bind_one(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int done = bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
		   getsockname(fd, (struct sockaddr *)&to, &size) == 0 && to.sin_addr.s_addr == htonl(INADDR_LOOPBACK);

	close(fd);
	if (done)
		__atomic_fetch_add(good, 1, __ATOMIC_RELAXED);
	return done;
}

static void *
bind_together(void *port)
{
	pthread_barrier_wait(barrier);
	bind_one((int)(intptr_t)port);
	return NULL;
}

static void
say(void)
{
	printf("%d good\n", *good);
	fflush(stdout);
}

static void *
bind_without_leader(void *leader)
{
	pthread_join(*(pthread_t *)leader, NULL);
	bind_one(FIRST_PORT);
	say();
	_exit(0);
}

static void *
exec_again(void *unused)
{
	arguments[1][0] = '\0'; /* then the program is `loop` */
	execl("/proc/self/exe", "crowd", "loop", "1", (char *)NULL);
	return unused;
}

static void
threads(int count)
{
	pthread_t *all = calloc((size_t)count, sizeof(*all));

	for (int i = 0; i < count; i++)
		pthread_create(&all[i], NULL, bind_together, (void *)(intptr_t)(FIRST_PORT + i));
	for (int i = 0; i < count; i++)
		pthread_join(all[i], NULL);
	free(all);
}

static void
processes(int count, int together)
{
	for (int i = 0; i < count; i++)
		if (fork() == 0) {
			if (together)
				pthread_barrier_wait(barrier);
			bind_one(FIRST_PORT + i % 1000);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
}

/* clone3(2) with set_tid, Linux 5.5: takes privilege. */
static void
recycled(int count)
{
	pid_t pid = fork(), again = 0;
	struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid_size = 1};

	for (int i = 0; i <= count && pid > 0; i++) {
		waitpid(pid, NULL, 0);
		arguments.set_tid = (uint64_t)(uintptr_t)&pid;
		again = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
		if (again < 0) {
			printf("cannot\n");
			exit(0);
		}
		if (again == 0)
			break;
	}
	if (pid == 0 || again == 0) {
		bind_one(FIRST_PORT);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t across;
	pthread_t thread, self = pthread_self();

	if (count == 0)
		return 2;
	arguments = argv;
	good = (int *)shared;
	barrier = (pthread_barrier_t *)(shared + 64);
	pthread_barrierattr_init(&across);
	pthread_barrierattr_setpshared(&across, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(barrier, &across, (unsigned)count);
	if (strcmp(argv[1], "threads") == 0)
		threads(count);
	else if (strcmp(argv[1], "processes") == 0)
		processes(count, 1);
	else if (strcmp(argv[1], "storm") == 0)
		processes(count, 0);
	else if (strcmp(argv[1], "recycled") == 0)
		recycled(count);
	else if (strcmp(argv[1], "loop") == 0)
		for (int i = 0; i < count; i++)
			bind_one(FIRST_PORT);
	else if (strcmp(argv[1], "leader") == 0) {
		pthread_create(&thread, NULL, bind_without_leader, &self);
		pthread_exit(NULL);
	} else if (strcmp(argv[1], "exec") == 0) {
		pthread_create(&thread, NULL, exec_again, NULL);
		pthread_join(thread, NULL);
	}
	say();
	return 0;
}
