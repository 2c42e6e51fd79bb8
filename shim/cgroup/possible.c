/* SPDX-License-Identifier: MIT
 * possible.c - what is known to keep the engine `cgroup` from working here, so that it is told by its name and not as an errno of
 * bpf(2). Runs in the command. */
#include "cgroup/possible.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CAP_NET_ADMIN 12
#define CAP_SYS_ADMIN 21
#define CAP_PERFMON 38
#define CAP_BPF 39

/** read_line - of @path that begins with @start, what is behind that; "" where there is none. */
static void
read_line(const char *path, const char *start, char *rest, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[256];

	rest[0] = '\0';
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, start, strlen(start)) == 0)
			snprintf(rest, size, "%s", line + strlen(start));
	if (file)
		fclose(file);
}

/** is_old - is the kernel older than 6.1? */
static bool
is_old(const char *release)
{
	int major = 0, minor = 0;

	return sscanf(release, "%d.%d", &major, &minor) == 2 && (major < 6 || (major == 6 && minor < 1));
}

/** has_capabilities - those that bpf(2) asks for. */
static bool
has_capabilities(void)
{
	char text[64];
	uint64_t set;

	read_line("/proc/self/status", "CapEff:", text, sizeof(text));
	set = strtoull(text, NULL, 16);
	if (set >> CAP_SYS_ADMIN & 1)
		return set >> CAP_NET_ADMIN & 1;
	return (set >> CAP_BPF & 1) && (set >> CAP_PERFMON & 1) && (set >> CAP_NET_ADMIN & 1);
}

/** possible_here - nothing is known to be in the way. @why: else what, and what to do */
bool
possible_here(char why[BG_CGROUP_ERROR_MAX])
{
	struct utsname name;
	char locked[256];

	read_line("/sys/kernel/security/lockdown", "", locked, sizeof(locked));
	if (uname(&name) == 0 && is_old(name.release))
		snprintf(why, BG_CGROUP_ERROR_MAX,
			 "this kernel is Linux %.64s, and 6.1 or later is needed: use --engine seccomp", name.release);
	else if (!has_capabilities())
		snprintf(why, BG_CGROUP_ERROR_MAX, "only root may use it: use sudo, or --engine seccomp");
	else if (strstr(locked, "[confidentiality]"))
		snprintf(why, BG_CGROUP_ERROR_MAX,
			 "the kernel is locked down (lockdown=confidentiality), and eBPF may not read it: boot with "
			 "lockdown=integrity, or use --engine seccomp");
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		snprintf(why, BG_CGROUP_ERROR_MAX,
			 "the kernel does not describe itself (no /sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF): use "
			 "--engine "
			 "seccomp");
	else
		return true;
	return false;
}
