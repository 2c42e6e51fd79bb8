/* SPDX-License-Identifier: MIT
 * halted.c: a library whose constructor starts a thread that binds before any other, and stops that thread in the midst
 * of it, in malloc(3). Meanwhile another thread, a vforked and a forked child bind; then the first is cancelled, and goes
 * on. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../hosts/socket.h"

#define PORT 19650

extern void *__libc_malloc(size_t size);

static sem_t halted, go;
static pthread_t first;
static volatile int halt;
static char first_result[128] = "died";

/** malloc - libc's; the first thread stops here once. */
void *
malloc(size_t size)
{
	if (halt && pthread_equal(pthread_self(), first)) {
		halt = 0;
		sem_post(&halted);
		sem_wait(&go);
	}
	return __libc_malloc(size);
}

/** bind_once - bind. Return: what became of it, in @text. */
static const char *
bind_once(char text[128])
{
	int fd = make_socket(AF_INET, SOCK_STREAM);

	bind_wildcard(fd, AF_INET, PORT);
	describe(fd, text);
	close(fd);
	return text;
}

/** tell - bind, and say what became of it without stdio. */
static void
tell(const char *who)
{
	char text[128];

	dprintf(1, "%s %s\n", who, bind_once(text));
}

/** bind_first - the thread that will be stopped. pause(2) is where a cancelled thread may end. */
static void *
bind_first(void *argument)
{
	first = pthread_self();
	halt = 1;
	bind_once(first_result);
	pause();
	return argument;
}

/** bind_meanwhile - another thread. */
static void *
bind_meanwhile(void *argument)
{
	tell("thread");
	return argument;
}

/** constructor - runs before that of a library in front of this one. */
__attribute__((constructor)) static void
constructor(void)
{
	pthread_t other;
	pid_t child;

	sem_init(&halted, 0, 0);
	sem_init(&go, 0, 0);
	pthread_create(&first, NULL, bind_first, NULL);
	sem_wait(&halted);
	pthread_create(&other, NULL, bind_meanwhile, NULL);
	pthread_join(other, NULL);
	child = vfork();
	if (child == 0) {
		tell("vforked");
		_exit(0);
	}
	child = fork();
	if (child == 0) {
		tell("forked");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	pthread_cancel(first);
	sem_post(&go);
	pthread_join(first, NULL);
	dprintf(1, "first %s\n", first_result);
	tell("after");
}
