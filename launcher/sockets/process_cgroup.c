/* SPDX-License-Identifier: MIT
 * process_cgroup.c - is a process in a cgroup of the engine `cgroup`? By the cgroup's name, which everybody may read; which
 * programs are attached to it, root alone. Runs in the launcher only. */
#include "launcher/sockets/process_cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/cgroup.h"

/** is_guarded - has @path, of a cgroup, a folder `bindguard-PID.NUMBER`? */
static bool
is_guarded(const char *path)
{
	const char *at = path;

	while ((at = strstr(at, "/" BG_CGROUP_PREFIX))) {
		unsigned pid, number;
		char end = '/';

		at++;
		if (sscanf(at, BG_CGROUP_NAME "%c", &pid, &number, &end) >= 2 && (end == '/' || end == '\n'))
			return true;
	}
	return false;
}

/** process_cgroup_is_guarded - by cgroup v2, the line `0::PATH` of /proc/PID/cgroup; proc(5). Not where we may not look. */
bool
process_cgroup_is_guarded(int pid)
{
	char path[64], *line = NULL;
	bool guarded = false;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	file = fopen(path, "re");
	while (file && !guarded && getline(&line, &room, file) >= 0)
		guarded = strncmp(line, "0::", 3) == 0 && is_guarded(line + 3);
	free(line);
	if (file)
		fclose(file);
	return guarded;
}
