/* SPDX-License-Identifier: MIT
 * limit_steps.c STEP: what becomes of a socket's filter; prints it in instructions, after each call. STEP:
 * bind: a datagram socket on a port that another has, then on one that is free
 * listen: a stream socket that another, at the same address, keeps from listening, until that is closed
 * client: a datagram socket on a fixed port asks the second host, by connect(2)
 * exec: likewise, but another program of this process connects, the one that execve(2) has started
 * handed: as exec, and the program that is executed has the rules of BG_THEN
 * portless: a datagram socket on a port that the kernel chooses, which goes with its peer
 * rebound: likewise, and is bound to a port of its own then
 * raw: a datagram socket that was bound and connected past the preload loses its peer
 * again: a stream socket that listens twice, and wants a filter of its own */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/addresses.h"

#define PORT 19780
#define SERVICE 19790

static int
make(int type)
{
	int fd = socket(AF_INET, type, 0), on = 1;

	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

static int
bind_to(int fd, unsigned port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};

	return bind(fd, (struct sockaddr *)&any, sizeof(any));
}

static void
tell(const char *what, int result, int fd)
{
	socklen_t filter = 0;
	int error = errno;

	getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter);
	printf("%s %s %u, ", what, result ? strerrorname_np(error) : "0", (unsigned)filter);
}

static void
step_bind(void)
{
	int other = make(SOCK_DGRAM), fd = make(SOCK_DGRAM);

	tell("other", bind_to(other, PORT), other);
	tell("bind", bind_to(fd, PORT), fd);
	tell("bind", bind_to(fd, PORT + 1), fd);
	tell("bind", bind_to(fd, PORT + 2), fd);
}

static void
step_listen(void)
{
	int other = make(SOCK_STREAM), fd = make(SOCK_STREAM);

	tell("other", bind_to(other, PORT), other);
	tell("bind", bind_to(fd, PORT), fd);
	tell("other", listen(other, 5), other);
	tell("listen", listen(fd, 5), fd);
	close(other);
	tell("listen", listen(fd, 5), fd);
}

static void
ask(int fd)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(SERVICE)};
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char answer[16] = "";

	inet_pton(AF_INET, THERE4, &there.sin_addr);
	tell("connect", connect(fd, (struct sockaddr *)&there, sizeof(there)), fd);
	send(fd, "?", 1, 0);
	if (poll(&poll_fd, 1, 20000) == 1)
		recv(fd, answer, sizeof(answer) - 1, 0);
	printf("%s, ", answer);
	tell("disconnect", connect(fd, &none, sizeof(none)), fd);
	tell("connect", connect(fd, (struct sockaddr *)&there, sizeof(there)), fd);
}

static void
step_client(void)
{
	int fd = make(SOCK_DGRAM);

	tell("bind", bind_to(fd, PORT), fd);
	ask(fd);
}

static void
step_portless(void)
{
	int fd = make(SOCK_DGRAM);

	tell("bind", bind_to(fd, 0), fd);
	ask(fd);
}

static void
step_rebound(void)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(SERVICE)};
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	int fd = make(SOCK_DGRAM);

	inet_pton(AF_INET, THERE4, &there.sin_addr);
	for (unsigned port = 0; port <= PORT; port += PORT) {
		tell("bind", bind_to(fd, port), fd);
		tell("connect", connect(fd, (struct sockaddr *)&there, sizeof(there)), fd);
		tell("disconnect", connect(fd, &none, sizeof(none)), fd);
	}
}

static void
step_exec(void)
{
	int fd = make(SOCK_DGRAM);
	char number[16];

	tell("bind", bind_to(fd, PORT), fd);
	fflush(stdout);
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "limit_steps", "ask", number, (char *)NULL);
}

static void
step_handed(void)
{
	unsetenv("BINDGUARD_FROM");
	setenv("BINDGUARD_CONFIG", getenv("BG_THEN"), 1);
	step_exec();
}

static void
step_raw(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)}, there = any;
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	int fd = make(SOCK_DGRAM);

	inet_pton(AF_INET, THERE4, &there.sin_addr);
	tell("bind", (int)syscall(SYS_bind, fd, &any, sizeof(any)), fd);
	tell("connect", (int)syscall(SYS_connect, fd, &there, sizeof(there)), fd);
	tell("disconnect", connect(fd, &none, sizeof(none)), fd);
}

static void
step_again(void)
{
	struct sock_filter all = {.code = BPF_RET | BPF_K, .k = UINT32_MAX};
	struct sock_fprog program = {.len = 1, .filter = &all};
	int fd = make(SOCK_STREAM);

	tell("bind", bind_to(fd, PORT), fd);
	tell("listen", listen(fd, 5), fd);
	tell("listen", listen(fd, 50), fd);
	tell("attach", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), fd);
	tell("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &program, sizeof(int)), fd);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} steps[] = {{"bind", step_bind},	  {"listen", step_listen},   {"client", step_client},
		     {"exec", step_exec},	  {"raw", step_raw},	     {"again", step_again},
		     {"portless", step_portless}, {"rebound", step_rebound}, {"handed", step_handed}};

	for (size_t i = 0; argc > 1 && i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(argv[1], steps[i].name) == 0)
			steps[i].run();
	if (argc > 2)
		ask(atoi(argv[2]));
	puts("end");
	return 0;
}
