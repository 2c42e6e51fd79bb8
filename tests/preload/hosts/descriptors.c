/* SPDX-License-Identifier: MIT
 * descriptors.c WHEN KIND FD [SIGNAL]: a program whose descriptor FD is something that a line of text must not get into:
 * it binds BINDS sockets, and tells how many bytes that it has not written itself came out at the other end.
 *
 * WHEN: now (made so by the program) or start (so when the program starts: it makes it so and executes itself)
 * KIND: listener, client (accepted, TCP), local (accepted, unix), broken (pipe without a reader), pipe, file, closed
 * SIGNAL: count (SIGPIPE has a handler), else it has its default
 *
 * descriptors all: closes every descriptor and serves on 0, 1 and 2; its status is 0 where all went well. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket.h"

#define BINDS 10
#define PORT 19540
#define OTHER_END 40
#define RESULTS 41

static volatile sig_atomic_t signals;

/** count_signal - SIGPIPE came. */
static void
count_signal(int number)
{
	(void)number;
	signals++;
}

/** connect_pair - a TCP or unix connection. Return: its accepted end; the other is OTHER_END. */
static int
connect_pair(int family)
{
	union name name;
	struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "\0bindguard-descriptors"};
	socklen_t size = family == AF_UNIX ? (socklen_t)sizeof(local) : make_name(&name, AF_INET, PORT);
	struct sockaddr *address = family == AF_UNIX ? (struct sockaddr *)&local : &name.any;
	int listener = family == AF_UNIX ? socket(AF_UNIX, SOCK_STREAM, 0) : make_socket(AF_INET, SOCK_STREAM);
	int other = socket(family, SOCK_STREAM, 0), accepted, on = 1;

	name.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, address, size) || listen(listener, 1) || connect(other, address, size))
		return -1;
	accepted = accept(listener, NULL, NULL);
	if (family == AF_INET)
		setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	close(listener);
	dup2(other, OTHER_END);
	close(other);
	return accepted;
}

/** make - an object of @kind. Return: a descriptor, -1 for none. */
static int
make(const char *kind)
{
	char path[] = "/tmp/.bindguard-descriptors-XXXXXX";
	int ends[2];

	if (strcmp(kind, "listener") == 0)
		return serve_wildcard(AF_INET6, SOCK_STREAM, PORT);
	if (strcmp(kind, "client") == 0)
		return connect_pair(AF_INET);
	if (strcmp(kind, "local") == 0)
		return connect_pair(AF_UNIX);
	if (strcmp(kind, "file") == 0) {
		ends[0] = mkstemp(path);
		unlink(path);
		return ends[0];
	}
	if (pipe(ends))
		return -1;
	if (strcmp(kind, "pipe") == 0)
		dup2(ends[0], OTHER_END);
	close(ends[0]);
	return ends[1];
}

/** put - make descriptor @fd an object of @kind. */
static int
put(const char *kind, int fd)
{
	int made;

	if (strcmp(kind, "closed") == 0)
		return close(fd);
	made = make(kind);
	if (made < 0 || dup2(made, fd) != fd)
		return -1;
	if (made != fd)
		close(made);
	return 0;
}

/** stray - bytes that came out of the object behind @fd. */
static long
stray(int fd)
{
	struct stat status;
	char text[65536];
	long got;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return (long)status.st_size;
	if (fcntl(OTHER_END, F_GETFD) < 0)
		return 0;
	fcntl(OTHER_END, F_SETFL, O_NONBLOCK);
	got = read(OTHER_END, text, sizeof(text));
	return got < 0 ? 0 : got;
}

/** check - bind, and tell what became of the sockets and of descriptor @fd. */
static int
check(const char *kind, int fd)
{
	int guarded = 0, before, after, own;
	char byte = 0;

	for (int i = 0; i < BINDS; i++) {
		int bound = serve_wildcard(i % 2 ? AF_INET6 : AF_INET, i % 4 / 2 ? SOCK_DGRAM : SOCK_STREAM,
					   PORT + 1 + (unsigned)i);

		guarded += bound >= 0 && is_guarded(bound);
		if (i)
			close(bound);
	}
	before = (int)stray(fd);
	/* What the program itself writes there still arrives. */
	own = strcmp(kind, "client") == 0 || strcmp(kind, "local") == 0 ? write(fd, "x", 1) == 1 : -1;
	if (own == 1) {
		fcntl(OTHER_END, F_SETFL, 0);
		own = read(OTHER_END, &byte, 1) == 1 && byte == 'x';
	}
	after = (int)signals;
	dprintf(RESULTS, "guarded %d of %d, stray bytes %d, own %d, signals %d\n", guarded, BINDS, before, own, after);
	return 0;
}

/** talk - the client of all(): what it gets must be the program's own word and nothing else. */
static int
talk(unsigned port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[16] = "";
	union name name;
	socklen_t size = make_name(&name, AF_INET, port);
	size_t length = 0;
	ssize_t got = 1;

	name.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, &name.any, size))
		return 1;
	while (got > 0 && length < sizeof(text) - 1) {
		got = read(fd, text + length, sizeof(text) - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	return strcmp(text, "hello") != 0;
}

/** all - no descriptor is left but those of the server. */
static int
all(void)
{
	int status = -1;
	pid_t child;

	if (syscall(SYS_close_range, 0, ~0u, 0))
		return 10;
	if (serve_wildcard(AF_INET6, SOCK_STREAM, PORT) != 0 || !is_guarded(0))
		return 11;
	child = fork();
	if (child == 0)
		_exit(talk(PORT));
	if (accept(0, NULL, NULL) != 1)
		return 12;
	if (serve_wildcard(AF_INET, SOCK_DGRAM, PORT + 1) != 2 || !is_guarded(2))
		return 13;
	if (serve_wildcard(AF_INET, SOCK_STREAM, PORT + 2) != 3 || !is_guarded(3))
		return 14;
	close(2);
	if (dup2(1, 2) != 2 || serve_wildcard(AF_INET, SOCK_STREAM, PORT + 3) < 0)
		return 15;
	if (write(1, "hello", 5) != 5)
		return 16;
	close(2);
	close(1);
	waitpid(child, &status, 0);
	return status ? 17 : 0;
}

int
main(int argc, char **argv)
{
	int fd;

	if (argc == 2 && strcmp(argv[1], "all") == 0)
		return all();
	if (argc < 4)
		return 2;
	if (argc > 4)
		signal(SIGPIPE, count_signal);
	fd = atoi(argv[3]);
	if (strcmp(argv[1], "check") == 0)
		return check(argv[2], fd);
	dup2(1, RESULTS);
	if (put(argv[2], fd))
		return 3;
	if (strcmp(argv[1], "start") == 0) {
		memcpy(argv[1], "check", sizeof("check"));
		execv("/proc/self/exe", argv);
		return 4;
	}
	return check(argv[2], fd);
}
