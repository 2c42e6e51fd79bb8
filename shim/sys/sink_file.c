/* SPDX-License-Identifier: MIT
 * sink_file.c - lines to a file that others append to at the same time, opened for each. Signal-safe.
 *
 * A line is appended by one write(2) to a descriptor with O_APPEND, which no other such write gets between. That write
 * is short where the disk is full or a limit is reached (ENOSPC, EDQUOT, RLIMIT_FSIZE come after what did fit): then
 * half a line is in the file, and whoever writes next would go on in it. Cutting the file could take somebody else's
 * line along, and there is no room for a newline. So the half line, whose place nobody else writes to, becomes blanks
 * and a newline, in place; the event goes to the next sink whole.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/kernel.h"
#include "sys/sink.h"

static const char blanks[] = "                                                                ";

/**
 * blank_out - overwrite the last @size bytes that @fd wrote. Nothing is done where O_APPEND cannot be taken off (a file
 * with the append-only attribute, chattr(1)): blanks would be appended.
 */
static void
blank_out(int fd, size_t size)
{
	if (bg_kernel_result(syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK)) ||
	    bg_kernel_result(syscall(SYS_lseek, fd, -(long)size, SEEK_CUR)) < 0)
		return;
	while (size > 1) {
		size_t most = size - 1 < strlen(blanks) ? size - 1 : strlen(blanks);

		if (bg_quiet_write(fd, blanks, most, false) != (long)most)
			return;
		size -= most;
	}
	bg_quiet_write(fd, "\n", 1, false);
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
	struct bg_object object;
	long wrote = -1;

	if (fd < 0)
		return false;
	if (bg_object_identify(fd, &object) &&
	    (object.type == S_IFREG || object.type == S_IFIFO || object.type == S_IFCHR))
		wrote = bg_quiet_write(fd, line, size, false);
	if (wrote > 0 && wrote < (long)size && object.type == S_IFREG)
		blank_out(fd, (size_t)wrote);
	bg_kernel_close(fd);
	return wrote == (long)size;
}
