/* SPDX-License-Identifier: MIT
 * sink_stream.c - lines to descriptor 2 and to a file, without a signal, a wait or a wrong reader. Signal-safe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/kernel.h"
#include "sys/sink.h"

/** identify - type, device and inode of @fd; statx(2) because its layout is the same everywhere. */
static bool
identify(int fd, unsigned *type, uint64_t *device, uint64_t *inode)
{
	struct statx status;

	if (bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &status)))
		return false;
	*type = status.stx_mode & S_IFMT;
	*device = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
	*inode = status.stx_ino;
	return true;
}

/** is_private_socket - one end of a socketpair(2), as Node gives its children: neither accepted nor connected by name. */
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
 * (inetd gives its servers 0, 1 and 2 so): nothing of ours may ever go there.
 */
void
bg_sink_identify_stderr(struct bg_guard *guard)
{
	unsigned type;

	guard->stderr_ok = identify(STDERR_FILENO, &type, &guard->stderr_device, &guard->stderr_inode);
	if (guard->stderr_ok && type == S_IFSOCK)
		guard->stderr_ok = is_private_socket(STDERR_FILENO);
}

/** would_wait - nobody reads the pipe or terminal: a line of ours must not hold the program up. */
static bool
would_wait(int fd)
{
	struct pollfd poll = {.fd = fd, .events = POLLOUT};
	struct timespec now = {0};

	return bg_kernel_result(syscall(SYS_ppoll, &poll, 1, &now, NULL, 0)) != 1 || !(poll.revents & POLLOUT);
}

/** SIGNALS - what a write can raise: no reader, file size limit, background job on a terminal with `tostop`. */
#define SIGNALS (1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1) | 1ull << (SIGTTOU - 1))

/**
 * write_quietly - write(2) that raises no signal: those it could raise are blocked, and the one it did raise is taken
 * off again unless it was already pending. The program's signal dispositions are not touched.
 */
static bool
write_quietly(int fd, const char *line, size_t size)
{
	uint64_t block = SIGNALS, before = 0, mask = 0;
	struct timespec now = {0};
	long wrote;

	if (bg_kernel_result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &block, &mask, sizeof(mask))))
		return false;
	syscall(SYS_rt_sigpending, &before, sizeof(before));
	wrote = bg_kernel_result(syscall(SYS_write, fd, line, size));
	if (wrote > 0 && (size_t)wrote < size) {
		long rest = bg_kernel_result(syscall(SYS_write, fd, line + wrote, size - (size_t)wrote));

		wrote = rest < 0 ? rest : wrote + rest;
	}
	if (wrote == -EPIPE || wrote == -EFBIG) {
		uint64_t raised = 1ull << ((wrote == -EPIPE ? SIGPIPE : SIGXFSZ) - 1);

		if (!(before & raised))
			syscall(SYS_rt_sigtimedwait, &raised, NULL, &now, sizeof(raised));
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return wrote == (long)size;
}

/** bg_sink_stderr - write @line to descriptor 2, if that still is what it was when the guard was set up. */
bool
bg_sink_stderr(const struct bg_guard *guard, const char *line, size_t size)
{
	int fd = guard->outside ? guard->outside->stderr_fd(guard) : STDERR_FILENO;
	uint64_t device, inode;
	unsigned type;

	if (!guard->stderr_ok || !identify(fd, &type, &device, &inode) || device != guard->stderr_device ||
	    inode != guard->stderr_inode)
		return false;
	if (type == S_IFSOCK)
		return bg_kernel_result(syscall(SYS_sendto, fd, line, size, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0)) ==
		       (long)size;
	if (type != S_IFREG && would_wait(fd))
		return false;
	return write_quietly(fd, line, size);
}

/**
 * bg_sink_file - append @line to the file at @path, opened for this one line: a descriptor kept would be closed, or
 * worse, reused by the program. Symbolic links are not followed; a FIFO without a reader is an error, not a wait.
 */
bool
bg_sink_file(const char *path, const char *line, size_t size)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_LARGEFILE;
	int fd = (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, flags, 0640));
	uint64_t device, inode;
	unsigned type;
	bool done;

	if (fd < 0)
		return false;
	done = identify(fd, &type, &device, &inode) && (type == S_IFREG || type == S_IFIFO || type == S_IFCHR) &&
	       write_quietly(fd, line, size);
	bg_kernel_close(fd);
	return done;
}
