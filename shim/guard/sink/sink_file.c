/* SPDX-License-Identifier: MIT
 * sink_file.c - lines to a file that others append to at the same time, opened for each. Signal-safe.
 *
 * A line is appended by one write(2) to a descriptor with O_APPEND, which no other such write gets between. That write
 * is short where the disk is full or a limit is reached (ENOSPC, EDQUOT, RLIMIT_FSIZE come after what did fit): then
 * half a line is in the file, and whoever writes next would go on in it. Cutting the file could take somebody else's
 * line along, and there is no room for a newline. So the half line, whose place nobody else writes to, becomes blanks
 * and a newline, in place; the event goes to the next sink whole.
 *
 * Nothing is written to what is no log, whoever named it and whatever it was when it was named: an event has names in it
 * that others choose, and root's /etc/ld.so.preload or a user's ~/.profile would have them carried out. A log is what
 * judge() lets be one, asked of the open file; what nobody has made yet is made where no other user's link leads.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/errname.h"
#include "bindguard/kernel.h"
#include "bindguard/path.h"
#include "bindguard/sink.h"

#define FLAGS (O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_LARGEFILE)
#define TRIES 3	     /* others make, move and remove the log meanwhile */
#define BEGINNING 32 /* bytes of a file that tell what it is */

static const char blanks[] = "                                                                ";

/**
 * blank_out - overwrite the last @size bytes that @fd wrote. Nothing is done where O_APPEND cannot be taken off (a file
 * with the append-only attribute, chattr(1)): blanks would be appended; nor on a terminal.
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

/** is_ours - is the file of @owner root's or the user's that this process is now? */
static bool
is_ours(uint32_t owner)
{
	return owner == 0 || bg_owner_is_trusted(owner, bg_effective_user());
}

/**
 * keeps_lines - is the character device one that is written to as to a log: /dev/null, /dev/full or a terminal? Told by
 * its number, as merely to open another one may act: /dev/watchdog then restarts the machine.
 */
static bool
keeps_lines(const struct statx *status)
{
	uint32_t major = status->stx_rdev_major, minor = status->stx_rdev_minor;

	return (major == 1 && (minor == 3 || minor == 7)) || major == 4 || major == 5 || (major >= 136 && major <= 143);
}

/** may_be_opened - why what is at the path cannot be a log; NULL where it can. */
static const char *
may_be_opened(const struct statx *status)
{
	switch (status->stx_mode & S_IFMT) {
	case S_IFREG:
	case S_IFIFO: return is_ours(status->stx_uid) ? NULL : "it is another user's";
	case S_IFCHR:
		if (keeps_lines(status))
			return NULL;
	/* fall through */
	default: return "expected a regular file";
	}
}

/** begins - do @bytes begin with @word, as far as they go where they are @cut? */
static bool
begins(const char *bytes, size_t size, bool cut, const char *word)
{
	size_t length = strlen(word);

	return (size >= length || cut) && memcmp(bytes, word, size < length ? size : length) == 0;
}

/** is_beginning - do the first @size bytes of a file begin an event as text or JSON, or half a line that was blanked out? */
static bool
is_beginning(const char *bytes, size_t size)
{
	bool cut = size == BEGINNING;

	while (size > 0 && (*bytes == ' ' || *bytes == '\n')) {
		bytes++;
		size--;
	}
	return size == 0 || begins(bytes, size, cut, "bindguard[") || begins(bytes, size, cut, "{\"time\":");
}

/** judge - why the open @fd cannot be a log, NULL where it can. It may be another file than the one that was looked at. */
static const char *
judge(int fd)
{
	char bytes[BEGINNING];
	struct statx status;
	const char *why;
	long got = bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status));

	if (got < 0)
		return bg_errno_name(-(int)got);
	why = may_be_opened(&status);
	if (why || !S_ISREG(status.stx_mode))
		return why;
	if (status.stx_nlink > 1)
		return "it has more than one name";
	if (status.stx_size == 0)
		return NULL;
	got = bg_kernel_result(syscall(SYS_read, fd, bytes, sizeof(bytes)));
	if (got < 0)
		return bg_errno_name(-(int)got);
	return is_beginning(bytes, (size_t)got) ? NULL : "it does not begin with an event, expected an empty file";
}

/** walk_to - the folder in which the file at @path is to be made, where no other user's link leads. Return: or -errno, and @why. */
static int
walk_to(struct bg_walk *walk, const char *path, const char **why)
{
	int folder = bg_walk(walk, path);

	if (folder < 0)
		*why = walk->distrusted ? "another user's symbolic link is on its way" : NULL;
	return folder;
}

/** create - make the file at @path. Return: a descriptor or -errno, EEXIST where there is one by now; and @why. */
static int
create(const char *path, const char **why)
{
	char text[BG_LOG_PATH_MAX];
	struct bg_walk walk = {.text = text, .size = sizeof(text), .uid = bg_effective_user()};
	int folder = walk_to(&walk, path, why), fd;

	if (folder < 0)
		return folder;
	fd = (int)bg_kernel_result(syscall(SYS_openat, folder, walk.part, FLAGS | O_WRONLY | O_CREAT | O_EXCL, 0640));
	bg_kernel_close(folder);
	return fd;
}

/** open_existing - open the file at @path, of this @status, if it is a log. Return: a descriptor or -errno, and @why. */
static int
open_existing(const char *path, const struct statx *status, const char **why)
{
	int access = S_ISREG(status->stx_mode) ? O_RDWR : O_WRONLY, fd;

	*why = may_be_opened(status);
	if (*why)
		return -EPERM;
	fd = (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, FLAGS | access, 0));
	*why = fd < 0 ? NULL : judge(fd);
	if (!*why)
		return fd;
	bg_kernel_close(fd);
	return -EPERM;
}

/**
 * open_log - open what is at @path, or make it. What is no log is not so much as opened: devices act, and who waits for
 * the other end of a FIFO would meet us. Return: a descriptor or -errno; and @why, NULL where that says it all.
 */
static int
open_log(const char *path, const char **why)
{
	for (unsigned i = 0; i < TRIES; i++) {
		struct statx status;
		long error = bg_kernel_result(
			syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status));
		int fd, again = error ? -EEXIST : -ENOENT;

		if (error && error != -ENOENT)
			return (int)error;
		fd = error ? create(path, why) : open_existing(path, &status, why);
		if (fd != again)
			return fd;
	}
	return -EAGAIN;
}

/**
 * bg_sink_file_ask - could a line be appended to the file at @path now? Nothing is made or written, and no FIFO opened.
 * @why: set to why not, in words, where they say more than the errno; else NULL
 * Return: 0 or -errno.
 */
int
bg_sink_file_ask(const char *path, const char **why)
{
	char text[BG_LOG_PATH_MAX];
	struct bg_walk walk = {.text = text, .size = sizeof(text), .uid = bg_effective_user()};
	struct statx status;
	int fd, folder, error;

	*why = NULL;
	error = (int)bg_kernel_result(
		syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status));
	if (error == 0 && S_ISFIFO(status.stx_mode)) {
		*why = may_be_opened(&status);
		return *why ? -EPERM : 0;
	}
	if (error == 0) {
		fd = open_existing(path, &status, why);
		if (fd >= 0)
			bg_kernel_close(fd);
		return fd < 0 ? fd : 0;
	}
	if (error != -ENOENT)
		return error;
	folder = walk_to(&walk, path, why);
	if (folder < 0)
		return folder;
	error = (int)bg_kernel_result(syscall(SYS_faccessat2, folder, ".", W_OK | X_OK, AT_EACCESS));
	bg_kernel_close(folder);
	return error == -ENOSYS ? 0 : error; /* Linux 5.8 */
}

/**
 * bg_sink_file - append @line to the file at @path, opened for this one line: a descriptor kept would be closed, or
 * worse, reused by the program. Symbolic links are not followed; a FIFO without a reader is an error, not a wait.
 * Return: NULL; or in words why not all of it was written.
 */
const char *
bg_sink_file(const char *path, const char *line, size_t size)
{
	const char *why = NULL;
	int fd = open_log(path, &why);
	long wrote;

	if (fd < 0)
		return why ? why : bg_errno_name(-fd);
	wrote = bg_quiet_write(fd, line, size, false);
	if (wrote > 0 && wrote < (long)size)
		blank_out(fd, (size_t)wrote);
	bg_kernel_close(fd);
	if (wrote == (long)size)
		return NULL;
	return bg_errno_name(wrote < 0 ? -(int)wrote : ENOSPC);
}
