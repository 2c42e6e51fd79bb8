/* SPDX-License-Identifier: MIT
 * privilege.c - whether executing a file gains privileges, so that the kernel sets AT_SECURE and the dynamic linker
 * ignores LD_PRELOAD: ld.so(8), cap_bprm_creds_from_file() of Linux. Signal-safe. */
#include "bindguard/privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/line.h"
#include "bindguard/path.h"

#ifdef SYS_fstatfs64 /* 32 bits */
#define STATFS statfs64
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs64, fd, sizeof(system), &(system)))
#else
#define STATFS statfs
#define FSTATFS(fd, system) bg_kernel_result(syscall(SYS_fstatfs, fd, &(system)))
#endif
#ifdef SYS_getuid32 /* where SYS_getuid has 16 bits */
#define GETUID SYS_getuid32
#define GETGID SYS_getgid32
#define GETEGID SYS_getegid32
#else
#define GETUID SYS_getuid
#define GETGID SYS_getgid
#define GETEGID SYS_getegid
#endif

/** has_capabilities - does the file grant capabilities? capabilities(7), File capabilities. */
static bool
has_capabilities(int fd)
{
	struct vfs_ns_cap_data data = {0};
	char path[32] = "";
	struct bg_line line = {.text = path, .size = sizeof(path) - 1};
	long size;

	/* By its path in /proc: fgetxattr(2) takes no descriptor of a file that may be executed but not read. */
	bg_line_text(&line, "/proc/self/fd/");
	bg_line_number(&line, fd);
	size = syscall(SYS_getxattr, path, "security.capability", &data, sizeof(data));
	if (size < (long)sizeof(data.magic_etc) + (long)sizeof(data.data[0]))
		return false;
	return data.data[0].permitted != 0 || data.data[1].permitted != 0;
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
 * program, whatever its file says. Few files have a bit of those that are asked about first, so most cost two calls.
 */
enum bg_reach
bg_privilege_of(int fd, const struct bg_owner *owner)
{
	uint32_t user = (uint32_t)syscall(GETUID), group = (uint32_t)syscall(GETGID);
	bool sets_user = (owner->mode & S_ISUID) && owner->user != user;
	bool sets_group = (owner->mode & S_ISGID) && (owner->mode & S_IXGRP) && owner->group != group;
	bool grants = user != 0 && has_capabilities(fd);

	if ((sets_user || sets_group || grants) && takes_effect(fd))
		return sets_user ? BG_REACH_SET_USER : sets_group ? BG_REACH_SET_GROUP : BG_REACH_CAPABILITIES;
	if (user != bg_effective_user() || group != (uint32_t)syscall(GETEGID))
		return BG_REACH_OTHER_IDS;
	return BG_REACH_PRELOAD;
}
