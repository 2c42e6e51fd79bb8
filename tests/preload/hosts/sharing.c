/* SPDX-License-Identifier: MIT
 * sharing.c PORT: a port is shared by SO_REUSEADDR and SO_REUSEPORT. Sockets of each type bind the wildcard there, by the
 * guarded call; whenever the guard has bound a socket itself, another worker binds its own there, and a datagram comes for
 * one that has the port for long: from another port each time, since the kernel chooses among workers by that. Prints how
 * often that was, how many could not bind, and how many datagrams did not come. The guard's calls are seen since they go through
 * syscall(2), which is this program's. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/addresses.h"

#define BINDS 20

static struct sockaddr_in wildcard = {.sin_family = AF_INET}, here = {.sin_family = AF_INET};
static long (*real_syscall)(long, ...);
static int resident;
static bool watched;
static unsigned moments, refused, lost;

/** make - a socket that shares its port. */
static int
make(int type)
{
	int fd = socket(AF_INET, type, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)))
		exit(2);
	return fd;
}

/** look - what others notice of the socket @bound that is there now. */
static void
look(int bound)
{
	int type = SOCK_STREAM, sender = socket(AF_INET, SOCK_DGRAM, 0), other;
	socklen_t size = sizeof(type);
	char byte = 'x';

	moments++;
	getsockopt(bound, SOL_SOCKET, SO_TYPE, &type, &size);
	if (sendto(sender, &byte, 1, 0, (struct sockaddr *)&here, sizeof(here)) != 1)
		exit(2);
	lost += recv(resident, &byte, 1, 0) != 1;
	close(sender);
	other = make(type);
	refused += real_syscall(SYS_bind, other, &wildcard, sizeof(wildcard)) != 0;
	close(other);
}

/** syscall - libc's; then, where the guard has bound a socket, look(). */
long
syscall(long number, ...)
{
	va_list list;
	long a[6], result;
	int error;

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (!real_syscall) {
		void *symbol = dlsym(RTLD_NEXT, "syscall");

		memcpy(&real_syscall, &symbol, sizeof(symbol));
	}
	result = real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	error = errno;
	if (number == SYS_bind && result == 0 && watched)
		look((int)a[0]);
	errno = error;
	return result;
}

int
main(int argc, char **argv)
{
	struct timeval patience = {.tv_usec = 100000};

	if (argc < 2)
		return 2;
	wildcard.sin_port = here.sin_port = htons((uint16_t)atoi(argv[1]));
	inet_pton(AF_INET, HERE4, &here.sin_addr);
	resident = make(SOCK_DGRAM);
	if (syscall(SYS_bind, resident, &wildcard, sizeof(wildcard)) ||
	    setsockopt(resident, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return 2;
	watched = true;
	for (int i = 0; i < BINDS; i++) {
		int fd = make(i % 2 ? SOCK_DGRAM : SOCK_STREAM);

		refused += bind(fd, (struct sockaddr *)&wildcard, sizeof(wildcard)) != 0;
		close(fd);
	}
	printf("%u moments, %u binds failed, %u datagrams were lost\n", moments, refused, lost);
	return 0;
}
