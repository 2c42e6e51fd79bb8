/* SPDX-License-Identifier: MIT
 * own_bind.c - a program with a bind() of its own, exported. Prints how often libc's bindresvport(3) came through it. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int came;

int bindresvport(int fd, struct sockaddr_in *in);
int bind(int fd, const struct sockaddr *addr, socklen_t size);

int
bind(int fd, const struct sockaddr *addr, socklen_t size)
{
	came++;
	return (int)syscall(SYS_bind, fd, addr, size);
}

int
main(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0), result = bindresvport(fd, NULL);

	getsockname(fd, (struct sockaddr *)&in, &size);
	printf("bindresvport %d, reserved %d, by bind %d\n", result,
	       ntohs(in.sin_port) > 0 && ntohs(in.sin_port) < 1024, came);
	return 0;
}
