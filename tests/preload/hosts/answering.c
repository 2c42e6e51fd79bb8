/* SPDX-License-Identifier: MIT
 * answering.c HOW PROTOCOL ADDRESS PORT...: servers that say "here" to who connects, or sends them anything; several at once.
 * HOW is one or more of: `bind`, `unbound` (listens without bind), `v6only`, `filter` (with a filter of its own, attached
 * before), `group` (a member of 239.1.2.3), `client` (connects to the second host's port 9 and disconnects), `exec` (executes
 * itself when it listens), joined by commas. Prints a line when all of them serve, with errno, port, filter and lock of each:
 * `ERRNO PORT INSTRUCTIONS LOCKED, ...`; ends when its input does. Knows nothing of the guard. */
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
#include <unistd.h>

#include "net/addresses.h"

#define MOST 16

static struct pollfd fds[MOST + 1];

static int
open_socket(const char *protocol, int family)
{
	if (strcmp(protocol, "tcp") == 0)
		return socket(family, SOCK_STREAM, 0);
	if (strcmp(protocol, "mptcp") == 0)
		return socket(family, SOCK_STREAM, 262);
	return socket(family, SOCK_DGRAM, strcmp(protocol, "udplite") == 0 ? IPPROTO_UDPLITE : 0);
}

/* prepare - what HOW wants before bind(2). */
static void
prepare(int fd, const char *how)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	struct sock_fprog program = {.len = 1, .filter = &all};
	struct ip_mreqn group = {.imr_multiaddr.s_addr = inet_addr("239.1.2.3")};
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (strstr(how, "v6only"))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (strstr(how, "filter"))
		setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
	if (strstr(how, "group")) {
		group.imr_ifindex = 2;
		setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	}
}

/* go_and_come_back - connects, and dissolves that. */
static void
go_and_come_back(int fd, int family)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	inet_pton(AF_INET, THERE4, &in.sin_addr);
	inet_pton(AF_INET6, THERE6, &in6.sin6_addr);
	if (connect(fd, family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
		    family == AF_INET ? sizeof(in) : sizeof(in6)) ||
	    connect(fd, &none, sizeof(none)))
		printf("connect: %s ", strerror(errno));
}

static void
serve_at(int fd, const char *how, const char *protocol, const char *address, unsigned port)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET, error = 0, locked = 0;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} name;
	socklen_t size = sizeof(name), filter = 0, locked_size = sizeof(locked);

	inet_pton(family, address, family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr);
	prepare(fd, how);
	if (!strstr(how, "unbound") && bind(fd, family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
					    family == AF_INET ? sizeof(in) : sizeof(in6)))
		error = errno;
	if (!error && strstr(how, "client"))
		go_and_come_back(fd, family);
	if (!error && strstr(protocol, "tcp") && listen(fd, 64))
		error = errno;
	memset(&name, 0, sizeof(name));
	getsockname(fd, &name.any, &size);
	getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter);
	getsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &locked, &locked_size);
	printf("%d %u %u %d, ", error, ntohs(name.in.sin_port), (unsigned)filter, locked);
}

static void
answer(int fd)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	char byte[16];
	int client = accept(fd, NULL, NULL);

	if (client >= 0) {
		send(client, "here", 4, MSG_NOSIGNAL);
		close(client);
	} else if (recvfrom(fd, byte, sizeof(byte), 0, (struct sockaddr *)&from, &size) >= 0) {
		sendto(fd, "here", 4, 0, (struct sockaddr *)&from, size);
	}
}

int
main(int argc, char **argv)
{
	int count = 0;

	if (argc > 1 && strcmp(argv[1], "again") == 0) { /* executed anew: the sockets are there, from 3 on */
		count = atoi(argv[2]);
		for (int i = 0; i < count; i++)
			fds[i] = (struct pollfd){.fd = 3 + i, .events = POLLIN};
	}
	for (int i = 1; !count && i + 3 < argc; i += 4) {
		int family = strchr(argv[i + 2], ':') ? AF_INET6 : AF_INET;
		struct pollfd *server = &fds[(i - 1) / 4];

		*server = (struct pollfd){.fd = open_socket(argv[i + 1], family), .events = POLLIN};
		if (server->fd < 0) {
			printf("socket: %s\n", strerror(errno));
			return 1;
		}
		serve_at(server->fd, argv[i], argv[i + 1], argv[i + 2], (unsigned)atoi(argv[i + 3]));
	}
	if (!count) {
		puts("");
		fflush(stdout);
		count = (argc - 1) / 4;
		if (strstr(argv[1], "exec")) {
			char number[16];

			snprintf(number, sizeof(number), "%d", count);
			execl("/proc/self/exe", argv[0], "again", number, (char *)NULL);
		}
	}
	fds[count] = (struct pollfd){.fd = 0, .events = POLLIN};
	while (!fds[count].revents && poll(fds, (nfds_t)count + 1, -1) > 0)
		for (int i = 0; i < count; i++)
			if (fds[i].revents)
				answer(fds[i].fd);
	return 0;
}
