/* SPDX-License-Identifier: MIT
 * small_stack.c BYTES WHERE: a program that binds, listens and connects on a stack of BYTES with guard pages around, WHERE
 * being that of a thread or of a signal handler (sigaltstack(2)). It paints the stack before each call, and prints how deep
 * the deepest call reached below its caller. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "net/addresses.h"

#include "socket.h"

#define PORT 19850
#define PAINT 0xa5
#define CALLER 512 /* bytes below the frame of measure() that are its own */

static unsigned char *region;
static size_t region_size;
static size_t deepest;
static int guarded;

/** enum call - what is measured. */
enum call { BIND, LISTEN, CONNECT };

/** paint - all of the stack below @top. Inline: a call would lie there itself. */
static inline __attribute__((always_inline)) void
paint(unsigned char *top)
{
	for (volatile unsigned char *at = region; at < top; at++)
		*at = PAINT;
}

/** measure - one call on the painted stack. Return: as the call. */
static __attribute__((noinline)) int
measure(enum call call, int fd, const struct sockaddr *address, socklen_t size)
{
	unsigned char *frame = __builtin_frame_address(0);
	const volatile unsigned char *at = region;
	int result;

	paint(frame - CALLER);
	if (call == BIND)
		result = bind(fd, address, size);
	else if (call == LISTEN)
		result = listen(fd, 8);
	else
		result = connect(fd, address, size);
	while (at < frame && *at == PAINT)
		at++;
	if ((size_t)(frame - at) > deepest)
		deepest = (size_t)(frame - at);
	return result;
}

/** serve - each sort of server, and a listener that was bound to port 0. */
static void
serve(void)
{
	union name name;

	for (unsigned i = 0; i < 6; i++) {
		int family = i % 2 ? AF_INET6 : AF_INET, type = i / 2 == 1 ? SOCK_DGRAM : SOCK_STREAM;
		int fd = make_socket(family, type);
		socklen_t size = make_name(&name, family, i < 4 ? PORT + i : 0);
		int result = measure(BIND, fd, &name.any, size);

		if (type == SOCK_STREAM && result == 0)
			result = measure(LISTEN, fd, NULL, 0);
		guarded += result == 0 && is_guarded(fd);
		close(fd);
	}
}

/** reach - a client that bound a fixed port first. */
static void
reach(void)
{
	union name name;
	socklen_t size = make_name(&name, AF_INET, PORT + 7);
	int fd = make_socket(AF_INET, SOCK_DGRAM);

	measure(BIND, fd, &name.any, size);
	name.in.sin_port = htons(9);
	inet_pton(AF_INET, THERE4, &name.in.sin_addr);
	measure(CONNECT, fd, &name.any, size);
	close(fd);
}

/** work - the thread. */
static void *
work(void *argument)
{
	serve();
	reach();
	return argument;
}

/** handle - the signal handler. */
static void
handle(int number)
{
	(void)number;
	work(NULL);
}

/** allocate - @size bytes between two pages that nobody may touch. */
static unsigned char *
allocate(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *memory =
		mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	mprotect(memory + page, size, PROT_READ | PROT_WRITE);
	return memory + page;
}

int
main(int argc, char **argv)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (argc != 3)
		return 2;
	region_size = (size_t)atol(argv[1]);
	region = allocate(region_size);
	if (strcmp(argv[2], "thread") == 0) {
		pthread_attr_init(&attributes);
		if (pthread_attr_setstack(&attributes, region, region_size) ||
		    pthread_create(&thread, &attributes, work, NULL))
			return 3;
		pthread_join(thread, NULL);
	} else {
		stack_t stack = {.ss_sp = region, .ss_size = region_size};
		struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

		if (sigaltstack(&stack, NULL) || sigaction(SIGUSR1, &action, NULL))
			return 3;
		raise(SIGUSR1);
	}
	printf("guarded %d of 6, deepest %zu\n", guarded, deepest);
	return 0;
}
