/* SPDX-License-Identifier: MIT
 * path.c - follows a path as the kernel does, but not through what another user could turn to somewhere else. Signal-safe;
 * each part is looked at through its descriptor, so that nobody changes it in between.
 *
 * The kernel has a part of this: fs.protected_symlinks, proc(5), for links in folders such as /tmp. */
#include "bindguard/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"

#define LINKS_MAX 40 /* path_resolution(7) */
#ifdef SYS_fstatfs64 /* 32 bits */
#define STATFS statfs64
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs64, fd, sizeof(system), &(system)))
#else
#define STATFS statfs
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs, fd, &(system)))
#endif

/** bg_effective_user - geteuid(2), one symbol less for the dynamic linker to look up in every process. */
uint32_t
bg_effective_user(void)
{
#ifdef SYS_geteuid32 /* where SYS_geteuid has 16 bits */
	return (uint32_t)syscall(SYS_geteuid32);
#else
	return (uint32_t)syscall(SYS_geteuid);
#endif
}

/**
 * bg_owner_is_trusted - does user @uid trust what @owner may write to? Itself, root, and who owns `/`: in a user namespace
 * where root has no number, its files look like nobody's, and who owns `/` can have any file there anyway.
 */
bool
bg_owner_is_trusted(uint32_t owner, uint32_t uid)
{
	struct statx root;

	if (owner == 0 || owner == uid)
		return true;
	return bg_kernel_result(syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_UID, &root)) == 0 && root.stx_uid == owner;
}

/**
 * bg_mode_is_trusted - does this @mode let nobody else write, of a file of @group? Root's group is root, as for sudo(8): files
 * of a container's image are commonly 0664.
 * @own_group: whether the group of whoever asks may write
 */
bool
bg_mode_is_trusted(uint32_t mode, uint32_t group, bool own_group)
{
	return !(mode & S_IWOTH) && (!(mode & S_IWGRP) || group == 0 || own_group);
}

/** is_for_reading - is the open @fd of a file system that is mounted for reading only? */
static bool
is_for_reading(int fd)
{
	struct STATFS system;

	return FSTATFS(fd, system) == 0 && (system.f_flags & ST_RDONLY);
}

/** look - what @fd is: sets owner, group and mode. Return: its S_IFMT, or -errno. */
static int
look(struct bg_walk *walk, int fd)
{
	struct statx status;
	long error = fd < 0 ? fd
			    : bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH,
						       STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, &status));

	if (error)
		return (int)error;
	walk->owner = status.stx_uid;
	walk->group = status.stx_gid;
	walk->mode = status.stx_mode;
	return status.stx_mode & S_IFMT;
}

/**
 * judge - may the walk go on by the folder or link that was looked at? A folder that all may write to has to be sticky,
 * like /tmp, or mounted for reading only, like Kubernetes' volumes: what is in it is judged next, and who can exchange it, by
 * another mount, cannot put there what root owns. Return: 0 or -EPERM.
 */
static int
judge(struct bg_walk *walk, int fd)
{
	bool link = S_ISLNK(walk->mode);

	if (!link && !walk->folders)
		return 0;
	walk->distrusted = !bg_owner_is_trusted(walk->owner, walk->uid) ||
			   (!link && !(walk->mode & S_ISVTX) && !bg_mode_is_trusted(walk->mode, walk->group, false) &&
			    !is_for_reading(fd));
	return walk->distrusted ? -EPERM : 0;
}

/** open_part - @part of @folder, for looking at it only. */
static int
open_part(int folder, const char *part)
{
	return (int)bg_kernel_result(syscall(SYS_openat, folder, part, O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

/** start - the folder where @path begins. */
static int
start(struct bg_walk *walk, const char *path)
{
	int folder, kind, error;

	walk->part = *path == '/' ? "/" : ".";
	folder = open_part(AT_FDCWD, walk->part);
	kind = look(walk, folder);
	error = kind < 0 ? kind : judge(walk, folder);
	if (!error)
		return folder;
	if (folder >= 0)
		bg_kernel_close(folder);
	return error;
}

/** take_part - the part that @rest begins with, ended by a NUL; @rest becomes what is behind it and its slashes. */
static char *
take_part(char **rest)
{
	char *part = *rest, *end;

	while (*part == '/')
		part++;
	end = strchr(part, '/');
	*rest = part + strlen(part);
	if (end) {
		*end = '\0';
		*rest = end + 1;
	}
	while (**rest == '/')
		(*rest)++;
	return part;
}

/** expand - put what @link points to before @rest. Return: 0 or -errno. */
static int
expand(const struct bg_walk *walk, int link, char **rest)
{
	size_t room = (size_t)(*rest - walk->text);
	long length = bg_kernel_result(syscall(SYS_readlinkat, link, "", walk->text, room));

	if (length < 0)
		return (int)length;
	if (length == 0 || (size_t)length >= room)
		return -ENAMETOOLONG;
	*--*rest = '/';
	*rest -= length;
	memmove(*rest, walk->text, (size_t)length);
	return 0;
}

/**
 * go_on - from @folder by @next, a folder or a link in it, to the folder in which @rest begins. Both are closed, or become
 * that. Return: it, or -errno.
 */
static int
go_on(struct bg_walk *walk, int folder, int next, char **rest)
{
	bool link = S_ISLNK(walk->mode);
	int error = judge(walk, next);

	if (!error && link)
		error = expand(walk, next, rest);
	if (!error && link && **rest != '/') { /* from the folder that the link is in */
		bg_kernel_close(next);
		return folder;
	}
	bg_kernel_close(folder);
	if (!error && !link)
		return next;
	bg_kernel_close(next);
	return error ? error : start(walk, "/");
}

/**
 * bg_walk - follow @path to the folder that holds its last part.
 * Return: that folder, opened for the use in openat(2) alone, for the caller to close; or -errno. The last part may not
 * be there.
 */
int
bg_walk(struct bg_walk *walk, const char *path)
{
	size_t size = strlen(path) + 1;
	unsigned links = 0;
	int folder;
	char *rest;

	walk->distrusted = false;
	if (size > walk->size)
		return -ENAMETOOLONG;
	rest = memcpy(walk->text + walk->size - size, path, size);
	folder = start(walk, path);
	while (folder >= 0) {
		int next, kind;

		walk->part = take_part(&rest);
		if (!*rest && !walk->follow)
			break;
		next = open_part(folder, walk->part);
		kind = look(walk, next);
		if (!*rest && kind != S_IFLNK) {
			if (next >= 0)
				bg_kernel_close(next);
			break;
		}
		if (kind < 0 || (kind == S_IFLNK && ++links > LINKS_MAX)) {
			if (next >= 0)
				bg_kernel_close(next);
			bg_kernel_close(folder);
			return kind < 0 ? kind : -ELOOP;
		}
		folder = go_on(walk, folder, next, &rest);
	}
	return folder;
}
