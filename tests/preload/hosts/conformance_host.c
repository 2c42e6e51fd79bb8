/* SPDX-License-Identifier: MIT
 * conformance_host.c CALL PROTOCOL MPTCP V6ONLY DEVICE FORM ADDRESS PORT LOCAL LOCAL_PORT: makes one call by libc and prints
 * `ERRNO ADDRESS PORT DEVICE FILTER`, the last in instructions. Knows nothing of the guard; for listen and connect it binds by
 * a raw system call, past any symbol. `late` stops between bind and listen, so that a guard can come in between. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* enum bg_form of the table, as numbers */
enum { IPV4, UNSPEC, IPV6, MAPPED };

static socklen_t
address(int form, const char *text, unsigned port, struct sockaddr_storage *storage)
{
	struct sockaddr_in in = {.sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	char mapped[64];

	memset(storage, 0, sizeof(*storage));
	if (form == IPV4 || form == UNSPEC) {
		in.sin_family = form == IPV4 ? AF_INET : AF_UNSPEC;
		inet_pton(AF_INET, text, &in.sin_addr);
		memcpy(storage, &in, sizeof(in));
		return sizeof(in);
	}
	snprintf(mapped, sizeof(mapped), "%s%s", form == MAPPED ? "::ffff:" : "", text);
	inet_pton(AF_INET6, mapped, &in6.sin6_addr);
	memcpy(storage, &in6, sizeof(in6));
	return sizeof(in6);
}

static void
print_name(int fd)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name), device_size = 16;
	char text[64] = "?", device[17] = "";
	unsigned port = 0;
	socklen_t filter = 0;

	memset(&name, 0, sizeof(name));
	getsockname(fd, (struct sockaddr *)&name, &size);
	if (name.ss_family == AF_INET) {
		inet_ntop(AF_INET, &((struct sockaddr_in *)&name)->sin_addr, text, sizeof(text));
		port = ntohs(((struct sockaddr_in *)&name)->sin_port);
	} else {
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&name)->sin6_addr, text, sizeof(text));
		port = ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
	}
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter);
	printf(" %s %u %s %u\n", text, port, device[0] ? device : "-", (unsigned)filter);
}

/* make_socket - `other` is a ping socket, which a machine allows to some groups or to none. */
static int
make_socket(const char *protocol, int six, int mptcp)
{
	int family = six ? AF_INET6 : AF_INET;
	FILE *groups;

	if (strcmp(protocol, "udp") == 0)
		return socket(family, SOCK_DGRAM, 0);
	if (strcmp(protocol, "udplite") == 0)
		return socket(family, SOCK_DGRAM, IPPROTO_UDPLITE);
	if (strcmp(protocol, "raw") == 0)
		return socket(family, SOCK_RAW, IPPROTO_TCP);
	if (strcmp(protocol, "other") != 0)
		return socket(family, SOCK_STREAM, mptcp ? 262 : 0);
	groups = fopen("/proc/sys/net/ipv4/ping_group_range", "we");
	if (groups) {
		fputs("0 2147483647", groups);
		fclose(groups);
	}
	return socket(family, SOCK_DGRAM, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

int
main(int argc, char **argv)
{
	struct sockaddr_storage to;
	int form, v6only, fd, result;
	socklen_t size;

	if (argc != 11)
		return 2;
	form = atoi(argv[6]);
	v6only = atoi(argv[4]);
	fd = make_socket(argv[2], form == IPV6 || form == MAPPED, atoi(argv[3]));
	if (fd < 0) {
		printf("no socket: %s\n", strerror(errno));
		return 3;
	}
	if (form == IPV6 || form == MAPPED)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (argv[5][0] != '-')
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, argv[5], strlen(argv[5]));
	size = address(form, argv[7], (unsigned)atoi(argv[8]), &to);
	errno = 0;
	if (strcmp(argv[1], "listen") == 0) {
		if (argv[7][0] != '-' && syscall(SYS_bind, fd, &to, size)) {
			printf("no raw bind: %s\n", strerror(errno));
			return 3;
		}
		result = listen(fd, 5);
	} else if (strcmp(argv[1], "late") == 0) {
		if (argv[7][0] != '-' && bind(fd, (struct sockaddr *)&to, size)) {
			printf("no bind: %s\n", strerror(errno));
			return 3;
		}
		raise(SIGSTOP);
		result = listen(fd, 5);
	} else if (strcmp(argv[1], "connect") == 0) {
		struct sockaddr_storage local;
		socklen_t local_size = address(form, argv[9], (unsigned)atoi(argv[10]), &local);

		if (argv[9][0] != '-' && syscall(SYS_bind, fd, &local, local_size)) {
			printf("no raw bind: %s\n", strerror(errno));
			return 3;
		}
		result = connect(fd, (struct sockaddr *)&to, size);
	} else {
		result = bind(fd, (struct sockaddr *)&to, size);
	}
	printf("%d", result ? errno : 0);
	print_name(fd);
	return 0;
}
