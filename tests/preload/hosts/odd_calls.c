/* SPDX-License-Identifier: MIT
 * odd_calls.c [race TRIES]: calls that no sane program makes, and some that do: prints return, errno and the socket's name
 * of each. Run bare and under the guard, the lines must be the same. With `race`, a thread changes the address while it
 * is bound. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PORT 19210

int bindresvport(int fd, struct sockaddr_in *in); /* rpc/types.h of old */

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

/*
 * Connects a socket that is bound to a wildcard and a fixed port: a guard may have to undo something. Its name is the
 * guard's business, return and errno are not.
 */
static void
try_connect(const char *what, int domain, int type, const void *addr, socklen_t size)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct linger reset = {.l_onoff = 1};
	int fd = socket(domain, type, 0), bound, result;

	bound = domain == AF_INET ? bind(fd, (struct sockaddr *)&any4, sizeof(any4))
				  : bind(fd, (struct sockaddr *)&any, sizeof(any));
	errno = 0;
	result = connect(fd, addr, size);
	printf("connect %s: %d %d errno %d\n", what, bound, result, errno);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

/* The pointers that bind(2) is tried with, for connect(2). @edge: where an unreadable page begins. */
static void
try_connects(char *edge)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	char text[64];

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		try_connect("null", AF_INET, type, NULL, sizeof(in));
		try_connect("null of no size", AF_INET, type, NULL, 0);
		try_connect("first page", AF_INET, type, (void *)8, sizeof(in));
		try_connect("kernel address", AF_INET, type, (void *)-4096L, sizeof(in));
		try_connect("unreadable", AF_INET, type, edge, sizeof(in));
		for (int bytes = 1; bytes <= 28; bytes++) {
			memcpy(edge - bytes, &in6, (size_t)bytes);
			snprintf(text, sizeof(text), "%d bytes of 28 before an unreadable page", bytes);
			try_connect(text, AF_INET6, type, edge - bytes, sizeof(in6));
		}
		for (int size = -1; size < 140; size++) {
			char big[160] = {0};

			memcpy(big, &in, sizeof(in));
			snprintf(text, sizeof(text), "ipv4 size %d", size);
			try_connect(text, AF_INET, type, big, (socklen_t)size);
			memcpy(big, &in6, sizeof(in6));
			snprintf(text, sizeof(text), "ipv6 size %d", size);
			try_connect(text, AF_INET6, type, big, (socklen_t)size);
		}
	}
}

/* What comes before and after listen(2) on a socket that is bound to a wildcard, or to nothing. */
static void
try_listens(void)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	int fd = socket(AF_INET6, SOCK_STREAM, 0), listened, again, bound, connected;

	bound = bind(fd, (struct sockaddr *)&any, sizeof(any));
	again = bind(fd, (struct sockaddr *)&any, sizeof(any));
	printf("bound %d again %d errno %d\n", bound, again, errno);
	listened = listen(fd, 1);
	again = listen(fd, -1);
	any.sin6_addr = in6addr_loopback;
	connected = connect(fd, (struct sockaddr *)&any, sizeof(any));
	printf("listened %d again %d connected %d errno %d\n", listened, again, connected, errno);
	bound = bind(fd, (struct sockaddr *)&any, sizeof(any));
	printf("bound after listen %d errno %d\n", bound, errno);
	close(fd);
}

/* bindresvport(3) without an address, with one of another family, on what is no socket. */
static void
try_bindresvport(void)
{
	struct sockaddr_in in = {.sin_family = 77};
	int fd = socket(AF_INET, SOCK_STREAM, 0), result;

	errno = 0;
	result = bindresvport(fd, NULL);
	printf("bindresvport null %d errno %d\n", result, errno);
	errno = 0;
	result = bindresvport(fd, NULL);
	printf("bindresvport again %d errno %d\n", result, errno);
	close(fd);
	errno = 0;
	result = bindresvport(fd, &in);
	printf("bindresvport family %d errno %d port %d\n", result, errno, in.sin_port);
	errno = 0;
	result = bindresvport(-1, NULL);
	printf("bindresvport descriptor %d errno %d\n", result, errno);
}

static struct sockaddr_in shared = {.sin_family = AF_INET};
static atomic_int stop;

/* Writes the one address and the other into what main() binds, as fast as it can. */
static void *
change(void *unused)
{
	_Atomic in_addr_t *address = (_Atomic in_addr_t *)&shared.sin_addr.s_addr;

	while (!stop) {
		atomic_store_explicit(address, htonl(INADDR_LOOPBACK), memory_order_relaxed);
		atomic_store_explicit(address, 0, memory_order_relaxed);
	}
	return unused;
}

/* bind(2); again while whoever looks through /proc/PID/fd still holds the last socket, and with it the port. */
static int
bind_shared(int fd)
{
	int result, left = 1000;

	do
		result = bind(fd, (struct sockaddr *)&shared, sizeof(shared));
	while (result && errno == EADDRINUSE && left--);
	return result;
}

static int
race(int tries)
{
	int wildcard = 0, loopback = 0, failed = 0, error = 0;
	pthread_t thread;

	shared.sin_port = htons(PORT);
	if (pthread_create(&thread, NULL, change, NULL))
		return 1;
	for (int i = 0; i < tries; i++) {
		struct sockaddr_in name = {0};
		socklen_t size = sizeof(name);
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		if (bind_shared(fd) || getsockname(fd, (struct sockaddr *)&name, &size)) {
			failed++;
			error = errno;
		} else if (name.sin_addr.s_addr == 0)
			wildcard++;
		else
			loopback++;
		close(fd);
	}
	stop = 1;
	pthread_join(thread, NULL);
	printf("tries %d wildcard %d loopback %d failed %d errno %d\n", tries, wildcard, loopback, failed, error);
	return 0;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "\0bindguard-odd-calls"};
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[64];

	if (argc > 2)
		return race(atoi(argv[2]));
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
	try_connects(pages + page);
	try_listens();
	try_bindresvport();
	memcpy(pages + page - sizeof(in), &in, sizeof(in));
	mprotect(pages, (size_t)page, PROT_READ);
	try_connect("read-only", AF_INET, SOCK_DGRAM, pages + page - sizeof(in), sizeof(in));
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
