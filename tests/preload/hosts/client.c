/* SPDX-License-Identifier: MIT
 * client.c PROTOCOL BIND PORT PEER PEERPORT [nonblock]: binds, sets options, connects, sends and receives; prints what
 * became of the socket. A client as many are: it binds a wildcard first. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct addrinfo *
resolve(const char *host, const char *port, int type)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = type}, *found = NULL;

	if (getaddrinfo(host, port, &hints, &found)) {
		printf("bad address %s\n", host);
		exit(2);
	}
	return found;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	getsockopt(fd, level, name, &value, &size);
	return value;
}

int
main(int argc, char **argv)
{
	int udp = argc > 5 && strcmp(argv[1], "udp") == 0, on = 1, size = 32768, error = 0;
	int nonblock = argc > 6, type = udp ? SOCK_DGRAM : SOCK_STREAM;
	struct addrinfo *from, *to;
	struct sockaddr_storage name;
	socklen_t name_size = sizeof(name);
	char answer[64] = "", port[16];
	struct linger reset = {.l_onoff = 1};
	struct pollfd ready = {0};
	int fd;

	if (argc < 6)
		return 2;
	from = resolve(argv[2], argv[3], type);
	to = resolve(argv[4], argv[5], type);
	fd = socket(from->ai_family, type | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (!udp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, from->ai_addr, from->ai_addrlen)) {
		printf("bind %s\n", strerror(errno));
		return 1;
	}
	if (connect(fd, to->ai_addr, to->ai_addrlen)) {
		error = errno;
		ready = (struct pollfd){.fd = fd, .events = POLLOUT};
		if (error == EINPROGRESS && poll(&ready, 1, 3000) == 1)
			error = option(fd, SOL_SOCKET, SO_ERROR);
	}
	if (!error && send(fd, "hello", 5, MSG_NOSIGNAL) == 5) {
		ready = (struct pollfd){.fd = fd, .events = POLLIN};
		if (poll(&ready, 1, 3000) == 1 && recv(fd, answer, sizeof(answer) - 1, 0) < 0)
			strcpy(answer, strerror(errno));
	}
	getsockname(fd, (struct sockaddr *)&name, &name_size);
	getnameinfo((struct sockaddr *)&name, name_size, NULL, 0, port, sizeof(port), NI_NUMERICSERV);
	printf("connect %d answer %s port %s fd %d nonblock %d cloexec %d keepalive %d rcvbuf %d nodelay %d reuse %d\n",
	       error, answer, atoi(argv[3]) ? port : "any", fd, !!(fcntl(fd, F_GETFL) & O_NONBLOCK), fcntl(fd, F_GETFD),
	       option(fd, SOL_SOCKET, SO_KEEPALIVE), option(fd, SOL_SOCKET, SO_RCVBUF),
	       udp ? 1 : option(fd, IPPROTO_TCP, TCP_NODELAY), option(fd, SOL_SOCKET, SO_REUSEADDR));
	/* Closed by a reset: else the port may stay in TIME_WAIT, and the next client that asks for it fails. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return 0;
}
