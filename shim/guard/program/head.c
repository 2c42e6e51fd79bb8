/* SPDX-License-Identifier: MIT
 * head.c - reads a file that is executed: its first bytes once, whatever else by its place. Signal-safe. */
#include "bindguard/head.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"

/** read_file - pread(2), not again where a signal has interrupted it: as open_file() of look.c. Return: bytes, or -errno. */
static long
read_file(int fd, void *bytes, size_t size, long offset)
{
#if defined(SYS_pread64) && __SIZEOF_LONG__ == 8
	return bg_kernel_result(syscall(SYS_pread64, fd, bytes, size, offset));
#else
	return bg_kernel_result(pread(fd, bytes, size, (off_t)offset));
#endif
}

/** bg_head_read - of the open file @fd. @head: written whole */
void
bg_head_read(int fd, struct bg_head *head)
{
	head->fd = fd;
	head->error = 0;
	head->size = 0;
	head->size = bg_head_part(head, head->bytes, sizeof(head->bytes), 0);
	memset(head->bytes + head->size, 0, sizeof(head->bytes) - head->size);
}

/** bg_head_part - at most @size bytes of the file at @offset. Return: how many, 0 where there are none. */
size_t
bg_head_part(struct bg_head *head, void *bytes, size_t size, uint64_t offset)
{
	long got;

	if (offset < head->size && size <= head->size - offset) {
		memcpy(bytes, head->bytes + offset, size);
		return size;
	}
	if (offset > LONG_MAX - size)
		return 0;
	got = read_file(head->fd, bytes, size, (long)offset);
	if (got < 0)
		head->error = (int)-got;
	return got > 0 ? (size_t)got : 0;
}
