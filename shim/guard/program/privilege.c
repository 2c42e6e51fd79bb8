/* SPDX-License-Identifier: MIT
 * privilege.c - whether executing a file gains privileges, so that the kernel sets AT_SECURE and the dynamic linker
 * ignores LD_PRELOAD: ld.so(8), cap_bprm_creds_from_file() of Linux. Signal-safe. */
#include "bindguard/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/line.h"

#ifdef SYS_fstatfs64 /* 32 bits */
#define STATFS statfs64
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs64, fd, sizeof(system), &(system)))
#else
#define STATFS statfs
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs, fd, &(system)))
#endif
#ifdef SYS_getresuid32 /* where SYS_getresuid has 16 bits */
#define GETRESUID SYS_getresuid32
#define GETRESGID SYS_getresgid32
#else
#define GETRESUID SYS_getresuid
#define GETRESGID SYS_getresgid
#endif

static const char attribute[] = "security.capability";

/**
 * read_capabilities - of the file. By its path in /proc where it may be executed but not read: fgetxattr(2) takes no descriptor
 * of such a file. Return: bytes, or -errno.
 */
static long
read_capabilities(int fd, struct vfs_ns_cap_data *data)
{
	long size = bg_kernel_result(syscall(SYS_fgetxattr, fd, attribute, data, sizeof(*data)));
	char path[32] = "";
	struct bg_line line = {.text = path, .size = sizeof(path) - 1};

	if (size != -EBADF)
		return size;
	bg_line_text(&line, "/proc/self/fd/");
	bg_line_number(&line, fd);
	return bg_kernel_result(syscall(SYS_getxattr, path, attribute, data, sizeof(*data)));
}

/** capabilities_of - does the file grant any? capabilities(7), File capabilities. Else BG_REACH_PRELOAD, or nobody can tell. */
static enum bg_reach
capabilities_of(int fd)
{
	struct vfs_ns_cap_data data = {0};
	long size = read_capabilities(fd, &data);

	/* As get_vfs_caps_from_disk() of Linux has it; it refuses the file for any other error. */
	if (size < 0)
		return size == -ENODATA || size == -EOPNOTSUPP || size == -ENOENT ? BG_REACH_PRELOAD : BG_REACH_UNSEEN;
	if (size < (long)sizeof(data.magic_etc) + (long)sizeof(data.data[0]))
		return BG_REACH_PRELOAD;
	return data.data[0].permitted || data.data[1].permitted ? BG_REACH_CAPABILITIES : BG_REACH_PRELOAD;
}

/** takes_effect - no_new_privs(2) and a mount with nosuid take the effect of a file's privileges away. */
static bool
takes_effect(int fd)
{
	struct STATFS mount;

	if (syscall(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1)
		return false;
	return FSTATFS(fd, mount) != 0 || (mount.f_flags & ST_NOSUID) == 0;
}

/**
 * bg_privilege_of - why executing the file is secure execution; BG_REACH_PRELOAD where it is not.
 * @fd: the file, opened for reading or by O_PATH
 *
 * Root gains nothing by capabilities. Where this very process runs with other effective than real ids, so does the
 * program, whatever its file says.
 */
enum bg_reach
bg_privilege_of(int fd, const struct bg_owner *owner)
{
	uint32_t user[3] = {UINT32_MAX, UINT32_MAX}, group[3] = {UINT32_MAX, UINT32_MAX};
	enum bg_reach given = BG_REACH_PRELOAD;

	syscall(GETRESUID, &user[0], &user[1], &user[2]);
	syscall(GETRESGID, &group[0], &group[1], &group[2]);
	if (user[0] != 0)
		given = capabilities_of(fd);
	if ((owner->mode & S_ISGID) && (owner->mode & S_IXGRP) && owner->group != group[0])
		given = BG_REACH_SET_GROUP;
	if ((owner->mode & S_ISUID) && owner->user != user[0])
		given = BG_REACH_SET_USER;
	if (given != BG_REACH_PRELOAD && takes_effect(fd))
		return given;
	return user[0] != user[1] || group[0] != group[1] ? BG_REACH_OTHER_IDS : BG_REACH_PRELOAD;
}
