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

#include "bindguard/kernel.h"
#include "bindguard/sink.h"

#define FD_PATH "/proc/thread-self/fd/"
#define FD_PATH_BYTES (sizeof(FD_PATH) + 10) /* and the digits of an int */

/** TERMIOS_MAX - room for the kernel's struct termios, which libc's <termios.h> does not declare. */
#define TERMIOS_MAX 256

/** is_journal - is @name, of @size bytes, /run/systemd/journal/stdout, or that of a LogNamespace=, systemd.exec(5)? */
static bool
is_journal(const unsigned char *name, size_t size)
{
	static const char folder[] = "/run/systemd/journal", end[] = "/stdout";
	size_t at = sizeof(folder) - 1;

	if (size < at || memcmp(name, folder, at) != 0)
		return false;
	if (at < size && name[at] == '.')
		while (at < size && name[at] && name[at] != '/')
			at++;
	return size - at >= sizeof(end) - 1 && memcmp(name + at, end, sizeof(end) - 1) == 0 &&
	       (size - at == sizeof(end) - 1 || name[at + sizeof(end) - 1] == '\0');
}

/**
 * is_log_socket - is @fd one end of a socketpair(2) for a stream, as Node gives its children, or a connection to the
 * journal, as systemd gives its services? A pair has no names; a connection to a database has its peer's, and one that a
 * server accepted has its own. Datagrams and packets are messages of a protocol.
 */
static bool
is_log_socket(int fd)
{
	union bg_sockaddr name, peer;
	unsigned size, peer_size;
	sa_family_t family;
	int type;

	if (bg_kernel_getsockname(fd, &name, &size) || size > sizeof(name))
		return false;
	memcpy(&family, name.bytes, sizeof(family));
	if (family != AF_UNIX || size > sizeof(family) || bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) ||
	    type != SOCK_STREAM || bg_kernel_getpeername(fd, &peer, &peer_size) || peer_size > sizeof(peer))
		return false;
	if (peer_size <= sizeof(family))
		return true;
	return is_journal(peer.bytes + sizeof(family), peer_size - sizeof(family));
}

/** is_log_file - is @fd open for writing alone, or with @append? Who opens data, reads it, too: O_RDWR. */
static bool
is_log_file(int fd, int append)
{
	long flags = bg_kernel_result(syscall(SYS_fcntl, fd, F_GETFL));

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return false;
	return (flags & O_ACCMODE) == O_WRONLY || (flags & append);
}

/** is_log_device - is @fd a terminal, or /dev/null (1:3) or /dev/full (1:7), null(4), which keep nothing? */
static bool
is_log_device(int fd)
{
	unsigned char termios[TERMIOS_MAX];
	struct statx status;

	if (bg_kernel_result(syscall(SYS_ioctl, fd, TCGETS, termios)) == 0)
		return true;
	return bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &status)) == 0 &&
	       status.stx_rdev_major == 1 && (status.stx_rdev_minor == 3 || status.stx_rdev_minor == 7);
}

/**
 * bg_sink_identify_stderr - remember what descriptor 2 is now, and whether it is for what a program says. A program that
 * has closed its descriptors may have opened its data as number 2, and have executed this one: only what cannot be data
 * of somebody counts. libbindguard(7), Standard error, has the list.
 */
void
bg_sink_identify_stderr(struct bg_guard *guard)
{
	bool good = bg_object_identify(STDERR_FILENO, &guard->stderr_object);

	switch (good ? guard->stderr_object.type : 0) {
	case S_IFSOCK: good = is_log_socket(STDERR_FILENO); break;
	case S_IFCHR: good = is_log_device(STDERR_FILENO); break;
	case S_IFREG: good = is_log_file(STDERR_FILENO, O_APPEND); break;
	/* A FIFO that is open for reading, too, is a queue of its owner's, such as /run/initctl. */
	case S_IFIFO: good = is_log_file(STDERR_FILENO, 0); break;
	default: good = false; /* a device for blocks; eventfd(2) and its like share one inode */
	}
	guard->stderr_ok = good;
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
 * open_terminal - @object, which @fd is, if a terminal, opened anew for a write that does not wait: poll(2) says POLLOUT where
 * there is room for one byte, and O_NONBLOCK of descriptor 2 is shared with others. Return: -1 where it cannot be.
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
	int fd = guard->target_access ? guard->target_access->stderr_fd(guard) : STDERR_FILENO;
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
