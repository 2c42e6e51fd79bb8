/* SPDX-License-Identifier: MIT
 * privilege.c - whether executing a file gains privileges, so that the kernel sets AT_SECURE and the dynamic linker
 * ignores LD_PRELOAD: ld.so(8), cap_bprm_creds_from_file() of Linux. Of `bindguard run`. */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "launcher/inspect.h"

/** has_capabilities - does the file grant capabilities? capabilities(7), File capabilities. */
static bool
has_capabilities(const char *path)
{
	struct vfs_ns_cap_data data = {0};
	ssize_t size = getxattr(path, "security.capability", &data, sizeof(data));

	if (size < (ssize_t)sizeof(data.magic_etc) + (ssize_t)sizeof(data.data[0]))
		return false;
	return data.data[0].permitted != 0 || data.data[1].permitted != 0;
}

/**
 * privilege_reason - why executing the file is secure execution, or NULL where it is not.
 * @status: of the file
 *
 * A mount with nosuid and no_new_privs(2) take the effect of the bits away, and root gains nothing by capabilities.
 * Where this very process runs with other effective than real ids, so does CMD, whatever its file says.
 */
const char *
privilege_reason(const char *path, const struct stat *status)
{
	bool counts = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
	struct statvfs mount;

	if (counts && statvfs(path, &mount) == 0)
		counts = (mount.f_flag & ST_NOSUID) == 0;
	if (counts && (status->st_mode & S_ISUID) && status->st_uid != getuid())
		return "it is set-user-ID";
	if (counts && (status->st_mode & S_ISGID) && (status->st_mode & S_IXGRP) && status->st_gid != getgid())
		return "it is set-group-ID";
	if (counts && getuid() != 0 && has_capabilities(path))
		return "it has file capabilities";
	if (getuid() != geteuid() || getgid() != getegid())
		return "bindguard itself runs with other effective than real ids";
	return NULL;
}
