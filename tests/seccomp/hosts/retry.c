/* SPDX-License-Identifier: MIT
 * retry.c - calls that look the same to seccomp(2), which sees pointers only: one buffer, one descriptor, other bytes or
 * another state. Prints what became of each; the lines are the same bare and guarded. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in name;

static struct sockaddr *
at(const char *address, int port)
{
	name.sin_family = AF_INET;
	name.sin_port = htons((in_port_t)port);
	inet_pton(AF_INET, address, &name.sin_addr);
	return (struct sockaddr *)&name;
}

static void
say(const char *what, int result)
{
	printf("%s %d\n", what, result < 0 ? -errno : result);
}

static int
port_of(int fd, int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in found = {0};
	socklen_t size = sizeof(found);

	ask(fd, (struct sockaddr *)&found, &size);
	return ntohs(found.sin_port);
}

int
main(void)
{
	int taken = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	int datagrams = socket(AF_INET, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	say("taken", bind(taken, at("127.0.0.1", 19710), sizeof(name)));
	/* The next free port, as many servers look for it. */
	for (int port = 19710; port < 19712; port++)
		say("search", bind(fd, at("127.0.0.1", port), sizeof(name)));
	say("port", port_of(fd, getsockname));
	say("other bytes", bind(fd, at("127.0.0.1", 19712), sizeof(name)));
	say("listen", listen(fd, 4));
	say("shutdown", shutdown(fd, SHUT_RDWR));
	say("listen", listen(fd, 4));
	say("connect", connect(client, at("127.0.0.1", 19711), sizeof(name)));
	/* A wildcard, so that the guard looks at the connects that follow. */
	say("datagrams", bind(datagrams, at("0.0.0.0", 19713), sizeof(name)));
	for (int port = 19720; port < 19723; port++) {
		say("peer", connect(datagrams, at("127.0.0.1", port), sizeof(name)));
		say("port", port_of(datagrams, getpeername));
	}
	close(datagrams);
	/* A port that the kernel chose goes with the association; the same call binds anew. */
	datagrams = socket(AF_INET, SOCK_DGRAM, 0);
	for (int i = 0; i < 2; i++) {
		say("chosen", bind(datagrams, at("127.0.0.1", 0), sizeof(name)));
		say("bound", port_of(datagrams, getsockname) != 0);
		say("connect", connect(datagrams, at("127.0.0.1", 19720), sizeof(name)));
		say("disconnect", connect(datagrams, &none, sizeof(none)));
		say("bound", port_of(datagrams, getsockname) != 0);
	}
	return 0;
}
