/* SPDX-License-Identifier: MIT
 * sink_write.c - a write without a signal and, where the kernel can, without a wait; and which object a descriptor is.
 * Signal-safe; for the stream sinks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/sink.h"

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x8 /* Linux 4.14; EOPNOTSUPP on objects that cannot, terminals among them */
#endif

/** SIGNALS - what a write can raise: no reader, file size limit, background job on a terminal with `tostop`. */
#define SIGNALS (1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1) | 1ull << (SIGTTOU - 1))

/**
 * bg_object_identify - what @fd refers to. The inode number alone does not tell: ext4 gives that of a deleted file to
 * the next one, which has another time of birth. statx(2), because its layout is the same everywhere.
 * Return: false where @fd is not open.
 */
bool
bg_object_identify(int fd, struct bg_object *object)
{
	struct statx status;

	memset(object, 0, sizeof(*object));
	if (bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_BTIME, &status)))
		return false;
	object->type = status.stx_mode & S_IFMT;
	object->device = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
	object->inode = status.stx_ino;
	if (status.stx_mask & STATX_BTIME)
		object->born_ns = status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
	return true;
}

/** bg_object_same - both are the same file, pipe, terminal or socket, however it is opened. */
bool
bg_object_same(const struct bg_object *a, const struct bg_object *b)
{
	return a->type == b->type && a->device == b->device && a->inode == b->inode && a->born_ns == b->born_ns;
}

/** write_bytes - write(2); with @never_wait EAGAIN where it would wait, on kernels and objects that can tell. */
static long
write_bytes(int fd, const char *bytes, size_t size, bool never_wait)
{
	union {
		const char *in;
		void *out;
	} pointer = {.in = bytes}; /* only read, whatever iovec's type says */
	struct iovec part = {.iov_base = pointer.out, .iov_len = size};
	long wrote = -EOPNOTSUPP;

	if (never_wait)
		wrote = bg_kernel_result(syscall(SYS_pwritev2, fd, &part, 1, -1L, -1L, RWF_NOWAIT));
	if (wrote >= 0 || wrote == -EAGAIN || wrote == -EPIPE)
		return wrote;
	return bg_kernel_result(syscall(SYS_write, fd, bytes, size));
}

/**
 * bg_quiet_write - one write(2) that raises no signal: those it could raise are blocked, and the one it did raise is
 * taken off again unless it was already pending. The program's signal dispositions are not touched.
 * Return: as write(2), -errno for -1. It is not tried again after a short write: two writes are not one line.
 */
long
bg_quiet_write(int fd, const char *line, size_t size, bool never_wait)
{
	uint64_t block = SIGNALS, before = 0, mask = 0;
	struct timespec now = {0};
	long wrote = bg_kernel_result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &block, &mask, sizeof(mask)));

	if (wrote)
		return wrote;
	syscall(SYS_rt_sigpending, &before, sizeof(before));
	wrote = write_bytes(fd, line, size, never_wait);
	if (wrote == -EPIPE || wrote == -EFBIG) {
		uint64_t raised = 1ull << ((wrote == -EPIPE ? SIGPIPE : SIGXFSZ) - 1);

		if (!(before & raised))
			syscall(SYS_rt_sigtimedwait, &raised, NULL, &now, sizeof(raised));
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return wrote;
}
