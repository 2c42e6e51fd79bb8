/* SPDX-License-Identifier: MIT
 * look.c - follows a file to the program that the kernel will run for it, through `#!` lines, and tells who reaches that.
 * Signal-safe: the library looks at what its process executes, perhaps in a vforked child on a small stack.
 *
 * Whoever changes the file between this look and the execution escapes it: the guard prevents accidents. */
#include "bindguard/look.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/caller.h"
#include "bindguard/elf_file.h"
#include "bindguard/kernel.h"
#include "bindguard/line.h"
#include "bindguard/privilege.h"
#include "bindguard/script.h"

/**
 * struct file - one of those that are executed for one another.
 * @fd: open for reading, or by O_PATH
 */
struct file {
	int fd;
	struct bg_owner owner;
	struct bg_head head;
};

enum bg_reach
bg_look_elf(struct bg_head *head)
{
	struct bg_elf elf = {.is_elf = false};

	if (!head->error)
		bg_elf_read(head, &elf);
	if (head->error)
		return head->error == EBADF ? BG_REACH_UNREADABLE : BG_REACH_UNSEEN;
	if (!elf.is_elf)
		return BG_REACH_NOTHING;
	if (elf.damaged)
		return BG_REACH_DAMAGED;
	if (!elf.our_class)
		return sizeof(void *) == 8 ? BG_REACH_32_BIT : BG_REACH_64_BIT;
	if (!elf.our_machine)
		return BG_REACH_MACHINE;
	if (elf.go)
		return BG_REACH_GO;
	return elf.dynamic ? BG_REACH_PRELOAD : BG_REACH_STATIC;
}

/** open_again - the file that is open as @fd, for reading where it may be read; the program's may be for writing, or by O_PATH. */
static int
open_again(int fd)
{
	char path[32] = "";
	struct bg_line line = {.text = path, .size = sizeof(path) - 1};
	int again;

	bg_line_text(&line, "/proc/self/fd/");
	bg_line_number(&line, fd);
	again = bg_look_open(AT_FDCWD, path, 0);
	return again >= 0 ? again : (int)bg_kernel_result(syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0));
}

/** is_empty - is @path one that execveat(2) takes for the folder's own descriptor? */
static bool
is_empty(const char *path, int flags)
{
	struct bg_reader reader = {0};

	return (flags & AT_EMPTY_PATH) && bg_caller_may_read(&reader, path) && !*path;
}

/**
 * open_file - openat(2). Not again where a signal has interrupted it, as may be where a file system is a process's, fuse(4): the
 * program may mean to break off what hangs.
 */
static int
open_file(int folder, const char *path, int flags)
{
	return (int)bg_kernel_result(syscall(SYS_openat, folder, path, flags));
}

/**
 * is_special - is at @path a FIFO or a device? The kernel executes none, and to open one may wake who waits at the other end, or do
 * what a device does when it is opened.
 */
static bool
is_special(int folder, const char *path, int flags)
{
	struct statx status;

	return bg_kernel_result(syscall(SYS_statx, folder, path, flags & AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status)) ==
		       0 &&
	       (S_ISFIFO(status.stx_mode) || S_ISCHR(status.stx_mode) || S_ISBLK(status.stx_mode));
}

/**
 * bg_look_open - the file for bg_look_at().
 * @flags: of execveat(2)
 * Return: a descriptor, for the caller to close: by O_PATH where the file may not be read; or -errno.
 */
int
bg_look_open(int folder, const char *path, int flags)
{
	int nofollow = flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0, fd;

	if (is_empty(path, flags))
		return open_again(folder);
	if (is_special(folder, path, flags))
		return -EACCES;
	fd = open_file(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | nofollow);
	if (fd == -EACCES || fd == -EPERM)
		fd = open_file(folder, path, O_PATH | O_CLOEXEC | nofollow);
	return fd;
}

/**
 * bg_look_failed - what to make of a file that bg_look_open() could not open: execve(2) fails with that @error, too, or nobody can
 * tell.
 */
enum bg_reach
bg_look_failed(int error)
{
	static const unsigned char errors[] = {EACCES,	     EBADF,  EFAULT, EINVAL,  ELOOP,
					       ENAMETOOLONG, ENODEV, ENOENT, ENOTDIR, ENXIO};

	for (unsigned i = 0; i < sizeof(errors); i++)
		if (-error == errors[i])
			return BG_REACH_NOTHING;
	return BG_REACH_UNSEEN;
}

/** may_execute - does the kernel let this process execute @file? */
static bool
may_execute(const struct file *file)
{
	long error = bg_kernel_result(syscall(SYS_faccessat2, file->fd, "", X_OK, AT_EMPTY_PATH)); /* Linux 5.8 */

	if (error != 0 && error != -EACCES)
		return (file->owner.mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	return error == 0;
}

/** read_file - what is at @file's descriptor? Return: BG_REACH_PRELOAD; BG_REACH_NOTHING for what is no regular file. */
static enum bg_reach
read_file(struct file *file)
{
	struct statx status;

	if (bg_kernel_result(syscall(SYS_statx, file->fd, "", AT_EMPTY_PATH,
				     STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, &status)))
		return BG_REACH_UNSEEN;
	file->owner = (struct bg_owner){.user = status.stx_uid, .group = status.stx_gid, .mode = status.stx_mode};
	if (!S_ISREG(status.stx_mode))
		return BG_REACH_NOTHING;
	bg_head_read(file->fd, &file->head);
	return BG_REACH_PRELOAD;
}

/** look_at_binary - @file is no script. */
static enum bg_reach
look_at_binary(struct file *file)
{
	enum bg_reach reach = bg_look_elf(&file->head), privilege;

	if (reach == BG_REACH_NOTHING || reach == BG_REACH_DAMAGED)
		return BG_REACH_NOTHING;
	privilege = bg_privilege_of(file->fd, &file->owner);
	return privilege != BG_REACH_PRELOAD ? privilege : reach;
}

/**
 * walk - from the file @fd through scripts to the program.
 * @asks: may each of them be executed?
 */
static void
walk(int fd, bool asks, struct bg_look *look)
{
	struct bg_script script = {.line = ""};
	struct file file = {.owner = {0}};
	int current = fd;

	*look = (struct bg_look){.script = false};
	for (int level = 0;; level++) {
		file.fd = current;
		look->reach = current < 0 ? bg_look_failed(current) : read_file(&file);
		if (look->reach == BG_REACH_PRELOAD && asks && !may_execute(&file))
			look->reach = BG_REACH_NOTHING;
		if (look->reach != BG_REACH_PRELOAD || !bg_script_read(&file.head, &script))
			break;
		look->script = true;
		look->reach = BG_REACH_NOTHING;
		if (level == BG_SCRIPT_LEVELS)
			break;
		if (current != fd)
			bg_kernel_close(current);
		current = bg_look_open(AT_FDCWD, script.interpreter, 0);
	}
	if (look->reach == BG_REACH_PRELOAD)
		look->reach = look_at_binary(&file);
	if (current >= 0 && current != fd)
		bg_kernel_close(current);
}

/**
 * bg_look_at - what the kernel will run for the file @fd.
 * @look: written whole. BG_REACH_NOTHING where the bare call has an errno of its own
 */
void
bg_look_at(int fd, struct bg_look *look)
{
	walk(fd, false, look);
}

/**
 * bg_look_may_execute - does the kernel let this process execute the file @fd, and what is executed for it? To be asked where the
 * answer is not left to the kernel, as it is where the bare call is made.
 */
bool
bg_look_may_execute(int fd)
{
	struct bg_look look;

	walk(fd, true, &look);
	return look.reach != BG_REACH_NOTHING;
}
