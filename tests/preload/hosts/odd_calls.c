/* SPDX-License-Identifier: MIT
 * odd_calls.c - calls that no sane program makes, and some that do: prints return, errno and the socket's name of each.
 * Run bare and under the guard, the lines must be the same. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
say(const char *what, int fd, int result)
{
	int error = result ? errno : 0;
	unsigned char name[128] = {0};
	socklen_t size = sizeof(name);
	int named = getsockname(fd, (struct sockaddr *)name, &size);

	printf("%s: %d errno %d name %d size %u:", what, result, error, named, named ? 0 : size);
	for (unsigned i = 0; named == 0 && i < size && i < 28; i++)
		if (i != 2 && i != 3)
			printf(" %02x", name[i]);
	printf("\n");
}

static void
try_bind(const char *what, int domain, int type, const void *addr, socklen_t size)
{
	int fd = socket(domain, type, 0);

	errno = 0;
	say(what, fd, bind(fd, addr, size));
	close(fd);
}

int
main(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "\0bindguard-odd-calls"};
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[64];

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	mprotect(pages + page, (size_t)page, PROT_NONE);
	errno = 0;
	say("bad descriptor", -1, bind(-1, (struct sockaddr *)&in, sizeof(in)));
	say("no socket", 1, bind(1, (struct sockaddr *)&in, sizeof(in)));
	try_bind("null", AF_INET, SOCK_STREAM, NULL, sizeof(in));
	try_bind("first page", AF_INET, SOCK_STREAM, (void *)8, sizeof(in));
	try_bind("kernel address", AF_INET, SOCK_STREAM, (void *)-4096L, sizeof(in));
	try_bind("unreadable", AF_INET, SOCK_STREAM, pages + page, sizeof(in));
	for (int bytes = 1; bytes < 17; bytes++) {
		memcpy(pages + page - bytes, &in, (size_t)bytes);
		snprintf(text, sizeof(text), "%d bytes before an unreadable page", bytes);
		try_bind(text, AF_INET, SOCK_STREAM, pages + page - bytes, sizeof(in));
	}
	mprotect(pages, (size_t)page, PROT_READ);
	try_bind("read-only", AF_INET, SOCK_STREAM, pages + page - sizeof(in), sizeof(in));
	for (int size = -1; size < 140; size++) {
		char big[160] = {0};

		memcpy(big, &in, sizeof(in));
		snprintf(text, sizeof(text), "ipv4 size %d", size);
		try_bind(text, AF_INET, SOCK_DGRAM, big, (socklen_t)size);
		memcpy(big, &in6, sizeof(in6));
		snprintf(text, sizeof(text), "ipv6 size %d", size);
		try_bind(text, AF_INET6, SOCK_STREAM, big, (socklen_t)size);
	}
	in.sin_addr.s_addr = 0;
	try_bind("ipv4 wildcard on an ipv6 socket", AF_INET6, SOCK_STREAM, &in, sizeof(in));
	try_bind("ipv4 wildcard on a unix socket", AF_UNIX, SOCK_STREAM, &in, sizeof(in));
	try_bind("ipv4 wildcard on a netlink socket", AF_NETLINK, SOCK_RAW, &in, sizeof(in));
	in6.sin6_addr = in6addr_any;
	try_bind("ipv6 wildcard on an ipv4 socket", AF_INET, SOCK_STREAM, &in6, sizeof(in6));
	in.sin_family = AF_UNSPEC;
	try_bind("unspec wildcard on an ipv6 socket", AF_INET6, SOCK_STREAM, &in, sizeof(in));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	try_bind("unspec loopback", AF_INET, SOCK_STREAM, &in, sizeof(in));
	in.sin_family = 77;
	try_bind("unknown family", AF_INET, SOCK_STREAM, &in, sizeof(in));
	try_bind("abstract unix", AF_UNIX, SOCK_STREAM, &local, offsetof(struct sockaddr_un, sun_path) + 20);
	errno = 0;
	say("listen on a bad descriptor", -1, listen(-1, 1));
	say("listen on no socket", 1, listen(1, 1));
	say("listen on udp", 0, listen(socket(AF_INET, SOCK_DGRAM, 0), 1));
	say("listen on unbound unix", 0, listen(socket(AF_UNIX, SOCK_STREAM, 0), 1));
	errno = 0;
	say("connect on a bad descriptor", -1, connect(-1, (struct sockaddr *)&in, sizeof(in)));
	errno = 1234;
	close(socket(AF_INET, SOCK_STREAM, 0));
	in.sin_family = AF_INET;
	bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&in, sizeof(in));
	printf("errno after success %d\n", errno);
	return 0;
}
