/* SPDX-License-Identifier: MIT
 * sink_stderr.c - lines to descriptor 2, but never to a wrong reader, and never with a wait. Signal-safe. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/kernel.h"
#include "sys/sink.h"

#define FD_PATH "/proc/thread-self/fd/"
#define FD_PATH_BYTES (sizeof(FD_PATH) + 10) /* and the digits of an int */

/** TERMIOS_MAX - room for the kernel's struct termios, which libc's <termios.h> does not declare. */
#define TERMIOS_MAX 256

/** is_private_socket - one end of a socketpair(2), as Node gives its children, or a client's end: it has no name. */
static bool
is_private_socket(int fd)
{
	union bg_sockaddr name;
	unsigned size;
	sa_family_t family;

	if (bg_kernel_getsockname(fd, &name, &size) || size > sizeof(name))
		return false;
	memcpy(&family, name.bytes, sizeof(family));
	return family == AF_UNIX && size <= sizeof(family);
}

/**
 * bg_sink_identify_stderr - remember what descriptor 2 is now. A socket with a name or of the Internet may be a client
 * (inetd gives its servers 0, 1 and 2 so): nothing of ours may ever go there. Nor to a device for blocks, or to an
 * object without a file (eventfd(2) and its like share one inode).
 */
void
bg_sink_identify_stderr(struct bg_guard *guard)
{
	const struct bg_object *object = &guard->stderr_object;

	guard->stderr_ok = bg_object_identify(STDERR_FILENO, &guard->stderr_object);
	if (guard->stderr_ok && object->type == S_IFSOCK)
		guard->stderr_ok = is_private_socket(STDERR_FILENO);
	else
		guard->stderr_ok = guard->stderr_ok &&
				   (object->type == S_IFREG || object->type == S_IFIFO || object->type == S_IFCHR);
}

/** takes_bytes - somebody reads the pipe or terminal, and there is room. */
static bool
takes_bytes(int fd)
{
	struct pollfd poll = {.fd = fd, .events = POLLOUT};
	struct timespec now = {0};

	return bg_kernel_result(syscall(SYS_ppoll, &poll, 1, &now, NULL, 0)) == 1 && poll.revents == POLLOUT;
}

/** write_path - the path of the descriptor @fd, which is not negative. */
static void
write_path(int fd, char path[FD_PATH_BYTES])
{
	size_t end = sizeof(FD_PATH) - 1;

	memcpy(path, FD_PATH, sizeof(FD_PATH));
	for (int left = fd; left >= 10; left /= 10)
		end++;
	path[end + 1] = '\0';
	for (; end >= sizeof(FD_PATH) - 1; end--, fd /= 10)
		path[end] = (char)('0' + fd % 10);
}

/**
 * open_terminal - @object, which @fd is, if a terminal, opened anew for a write that does not wait: poll(2) says POLLOUT where there
 * is room for one byte, and O_NONBLOCK of descriptor 2 is shared with others. Return: -1 where it cannot be.
 */
static int
open_terminal(int fd, const struct bg_object *object)
{
	int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	unsigned char termios[TERMIOS_MAX];
	char path[FD_PATH_BYTES];
	struct bg_object opened;
	int anew;

	if (object->type != S_IFCHR || bg_kernel_result(syscall(SYS_ioctl, fd, TCGETS, termios)))
		return -1;
	write_path(fd, path);
	anew = (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, flags));
	if (anew >= 0 && bg_object_identify(anew, &opened) && bg_object_same(&opened, object))
		return anew;
	if (anew >= 0)
		bg_kernel_close(anew);
	return -1;
}

/** bg_sink_stderr - write @line to descriptor 2, if that still is what it was when the guard was set up. */
bool
bg_sink_stderr(const struct bg_guard *guard, const char *line, size_t size)
{
	int fd = guard->outside ? guard->outside->stderr_fd(guard) : STDERR_FILENO;
	struct bg_object object;
	long wrote;
	int terminal;

	if (!guard->stderr_ok || fd < 0 || !bg_object_identify(fd, &object) ||
	    !bg_object_same(&object, &guard->stderr_object))
		return false;
	if (object.type == S_IFSOCK)
		return bg_kernel_result(syscall(SYS_sendto, fd, line, size, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0)) ==
		       (long)size;
	if (object.type != S_IFREG && !takes_bytes(fd))
		return false;
	terminal = open_terminal(fd, &object);
	wrote = bg_quiet_write(terminal < 0 ? fd : terminal, line, size, object.type == S_IFIFO);
	if (terminal >= 0)
		bg_kernel_close(terminal);
	return wrote == (long)size;
}
