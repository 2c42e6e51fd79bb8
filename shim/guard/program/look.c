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

enum bg_reach
bg_look_elf(int fd)
{
	struct bg_elf elf;

	bg_elf_read(fd, &elf);
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

	fd = (int)bg_kernel_result(
		syscall(SYS_openat, folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | nofollow));
	if (fd == -EACCES || fd == -EPERM)
		fd = (int)bg_kernel_result(syscall(SYS_openat, folder, path, O_PATH | O_CLOEXEC | nofollow));
	return fd;
}

/** may_be_read - was @fd opened for reading? */
static bool
may_be_read(int fd)
{
	long flags = syscall(SYS_fcntl, fd, F_GETFL);

	return flags >= 0 && !(flags & O_PATH);
}

/**
 * may_execute - does the kernel let this process execute @fd? Asked only where the answer is not left to the kernel: what is
 * reached by the preload is executed by the bare call.
 */
static bool
may_execute(int fd, const struct bg_owner *owner)
{
	long error = bg_kernel_result(syscall(SYS_faccessat2, fd, "", X_OK, AT_EMPTY_PATH)); /* Linux 5.8 */

	if (error == -ENOSYS || error == -EPERM)
		return (owner->mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	return error == 0;
}

/** look_at_binary - @fd is no script. */
static enum bg_reach
look_at_binary(int fd, const struct bg_owner *owner)
{
	enum bg_reach privilege = bg_privilege_of(fd, owner), reach;

	reach = may_be_read(fd) ? bg_look_elf(fd) : BG_REACH_UNREADABLE;
	if (reach == BG_REACH_NOTHING || reach == BG_REACH_DAMAGED)
		return BG_REACH_NOTHING;
	if (privilege != BG_REACH_PRELOAD)
		reach = privilege;
	return reach == BG_REACH_PRELOAD || may_execute(fd, owner) ? reach : BG_REACH_NOTHING;
}

/**
 * bg_look_at - what the kernel will run for the file @fd.
 * @look: written whole. BG_REACH_NOTHING where the bare call has an errno of its own
 */
void
bg_look_at(int fd, struct bg_look *look)
{
	struct bg_script script = {.line = ""};
	int current = fd;

	*look = (struct bg_look){.reach = BG_REACH_NOTHING};
	for (int level = 0; level <= BG_SCRIPT_LEVELS; level++) {
		struct statx status;
		struct bg_owner owner;
		bool is_script;

		if (bg_kernel_result(syscall(SYS_statx, current, "", AT_EMPTY_PATH,
					     STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, &status)) ||
		    !S_ISREG(status.stx_mode))
			break;
		owner = (struct bg_owner){.user = status.stx_uid, .group = status.stx_gid, .mode = status.stx_mode};
		is_script = bg_script_read(current, &script);
		if (is_script && !may_execute(current, &owner))
			break;
		if (!is_script)
			look->reach = look_at_binary(current, &owner);
		if (current != fd)
			bg_kernel_close(current);
		current = -1;
		if (!is_script)
			break;
		look->script = true;
		current = bg_look_open(AT_FDCWD, script.interpreter, 0);
		if (current < 0)
			break;
	}
	if (current >= 0 && current != fd)
		bg_kernel_close(current);
}
