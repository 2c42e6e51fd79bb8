/* SPDX-License-Identifier: MIT
 * strange_calls.c [undumpable]: bind, listen and connect by bare system calls, of every kind of descriptor, pointer and
 * size, when a wildcard bind was made already. Prints return and errno of each: bare and guarded the lines must be the
 * same. With `undumpable` nobody may look into the process, and only those calls are made that can bind nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PATH "/nonexistent/socket"

static const char *const kinds[] = {"none",  "closed",	    "file",	     "path",	"pipe",
				    "epoll", "unix stream", "unix datagram", "netlink", "vsock",
				    "tcp",   "udp",	    "tcp6",	     "icmp",	"high bits"};

/** open_kind - a descriptor of the @kind-th kind. */
static long
open_kind(size_t kind)
{
	int ends[2];

	switch (kind) {
	case 0: return -1;
	case 1: return 9999;
	case 2: return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	case 3: return open("/", O_PATH | O_CLOEXEC);
	case 4: return pipe(ends) ? -1 : (close(ends[1]), ends[0]);
	case 5: return epoll_create1(EPOLL_CLOEXEC);
	case 6: return socket(AF_UNIX, SOCK_STREAM, 0);
	case 7: return socket(AF_UNIX, SOCK_DGRAM, 0);
	case 8: return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	case 9: return socket(AF_VSOCK, SOCK_STREAM, 0);
	case 10: return socket(AF_INET, SOCK_STREAM, 0);
	case 11: return socket(AF_INET, SOCK_DGRAM, 0);
	case 12: return socket(AF_INET6, SOCK_STREAM, 0);
	case 13: return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	default: return socket(AF_INET, SOCK_STREAM, 0) | (1L << 40); /* the kernel takes an int */
	}
}

/** try - one call of a fresh descriptor. */
static void
try(long number, const char *call, size_t kind, const char *what, const void *addr, long size)
{
	long fd = open_kind(kind);
	long result = syscall(number, fd, addr, size);

	printf("%s %s %s %ld: %ld %d\n", call, kinds[kind], what, size, result, result < 0 ? errno : 0);
	if ((int)fd >= 0 && (int)fd != 9999)
		close((int)fd);
}

int
main(int argc, char **argv)
{
	static const long sizes[] = {LONG_MIN, INT_MIN, -1,  0,	  1,   2,	15,
				     16,       28,	110, 128, 129, 1 << 20, (1L << 32) + 16};
	bool undumpable = argc > 1 && strcmp(argv[1], "undumpable") == 0;
	char local[256] = {0}, in[256] = {0}, *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(19421)};
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = UNIX_PATH};
	const struct {
		const char *what;
		const void *at;
	} pointers[] = {{"null", NULL},	   {"first page", (void *)8}, {"kernel", (void *)-4096L},
			{"no page", page}, {"unix", local},	      {"loopback", in}};

	memcpy(local, &path, sizeof(path));
	memcpy(in, &peer, sizeof(peer));
	printf("wildcard %d\n", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&any, sizeof(any)));
	if (undumpable)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
			for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
				try(SYS_connect, "connect", kind, pointers[i].what, pointers[i].at, sizes[j]);
				if (!undumpable || (unsigned)sizes[j] < 16 || (unsigned)sizes[j] > 128)
					try(SYS_bind, "bind", kind, pointers[i].what, pointers[i].at, sizes[j]);
			}
		for (long backlog = -1; backlog < 2 && !undumpable && kind != 10 && kind < 12; backlog++)
			try(SYS_listen, "listen", kind, "", (void *)backlog, 0);
	}
	return 0;
}
