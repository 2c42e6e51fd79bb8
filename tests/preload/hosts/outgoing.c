/* SPDX-License-Identifier: MIT
 * outgoing.c KIND STEP...: a client. Each `connect=` prints its errno, the socket's name and device after it, and, where
 * it came through, what the other end says of who asks. KIND is tcp4, tcp6, mptcp4, udp4, udp6, udplite4. Steps:
 *   bind=ADDRESS,PORT device=NAME connect=ADDRESS,PORT v4connect=ADDRESS,PORT nonblock dissolve v6only new listen
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MPTCP 262

union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static const char *kind;
static int six, datagram, waits = 1;

static int
make(void)
{
	int protocol = strncmp(kind, "mptcp", 5) == 0 ? MPTCP : strncmp(kind, "udplite", 7) == 0 ? IPPROTO_UDPLITE : 0;

	return socket(six ? AF_INET6 : AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, protocol);
}

/* read_name - `ADDRESS,PORT`, of the socket's family. */
static socklen_t
read_name(const char *text, int ipv6, union name *name)
{
	char address[64];
	const char *comma = strchr(text, ',');
	char *scope;

	memset(name, 0, sizeof(*name));
	snprintf(address, sizeof(address), "%.*s", (int)(comma - text), text);
	if (!ipv6) {
		name->in.sin_family = AF_INET;
		name->in.sin_port = htons((unsigned short)atoi(comma + 1));
		inet_pton(AF_INET, address, &name->in.sin_addr);
		return sizeof(name->in);
	}
	scope = strchr(address, '%');
	if (scope) {
		*scope = '\0';
		name->in6.sin6_scope_id = if_nametoindex(scope + 1);
	}
	name->in6.sin6_family = AF_INET6;
	name->in6.sin6_port = htons((unsigned short)atoi(comma + 1));
	inet_pton(AF_INET6, address, &name->in6.sin6_addr);
	return sizeof(name->in6);
}

static void
print_name(int fd)
{
	union name name;
	socklen_t size = sizeof(name), device_size = 16;
	char text[64] = "?", device[17] = "";

	memset(&name, 0, sizeof(name));
	getsockname(fd, &name.any, &size);
	inet_ntop(name.any.sa_family, six ? (void *)&name.in6.sin6_addr : (void *)&name.in.sin_addr, text,
		  sizeof(text));
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	printf(" %s%s%s", text, device[0] ? "%" : "", device);
}

/* ask - what the other end says. */
static void
ask(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char answer[128] = "";

	if (send(fd, "?", 1, MSG_NOSIGNAL) != 1 || poll(&ready, 1, 1500) != 1 ||
	    recv(fd, answer, sizeof(answer) - 1, 0) <= 0)
		strcpy(answer, "silent");
	printf(" %s", answer);
}

static void
go(int fd, const char *where, int ipv6)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	union name to;
	socklen_t size = read_name(where, ipv6, &to);
	int error = connect(fd, &to.any, size) ? errno : 0;

	if (error == EINPROGRESS && !waits && poll(&ready, 1, 3000) == 1) {
		socklen_t error_size = sizeof(error);

		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	}
	printf("%d", error);
	print_name(fd);
	if (!error)
		ask(fd);
	printf("; ");
}

int
main(int argc, char **argv)
{
	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
	int fd, on = 1;
	union name name;

	if (argc < 2)
		return 2;
	kind = argv[1];
	six = kind[strlen(kind) - 1] == '6';
	datagram = kind[0] == 'u';
	fd = make();
	for (int i = 2; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (strncmp(argv[i], "bind=", 5) == 0) {
			socklen_t size = read_name(value + 1, six, &name);
			int on = 1;

			/* The row before may have left this very port in TIME_WAIT. */
			setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
			if (bind(fd, &name.any, size))
				printf("bind %d; ", errno);
		} else if (strncmp(argv[i], "device=", 7) == 0) {
			if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, value + 1, (socklen_t)strlen(value + 1)))
				printf("device %d; ", errno);
		} else if (strncmp(argv[i], "connect=", 8) == 0) {
			go(fd, value + 1, six);
		} else if (strncmp(argv[i], "v4connect=", 10) == 0) {
			go(fd, value + 1, 0);
		} else if (strcmp(argv[i], "nonblock") == 0) {
			fcntl(fd, F_SETFL, O_NONBLOCK);
			waits = 0;
		} else if (strcmp(argv[i], "v6only") == 0) {
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		} else if (strcmp(argv[i], "dissolve") == 0) {
			if (connect(fd, &unspecified, sizeof(unspecified)))
				printf("dissolve %d; ", errno);
		} else if (strcmp(argv[i], "new") == 0) {
			fd = make();
		} else if (strcmp(argv[i], "listen") == 0) {
			printf("listen %d", listen(fd, 5) ? errno : 0);
			print_name(fd);
			printf("; ");
		} else {
			return 2;
		}
	}
	putchar('\n');
	return 0;
}
