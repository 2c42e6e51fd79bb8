/* SPDX-License-Identifier: MIT
 * ancestor.c - finds the supervisor that guards a process. Runs in the launcher only. */
#include <stdio.h>
#include <string.h>

#include "launcher/supervise/supervise.h"

/** ANCESTORS - processes to look at above one, so that pids that are reused meanwhile make no endless way. */
#define ANCESTORS 256

/**
 * struct process_status - what /proc/PID/status has, proc(5).
 * @name: comm, with its newline
 * @parent: PPid
 * @filtered: it has a seccomp filter
 */
struct process_status {
	char name[64];
	int parent;
	bool filtered;
};

/** read_status - of process @pid. Return: false where there is none. */
static bool
read_status(int pid, struct process_status *status)
{
	char path[64], line[256];
	int mode = 0;
	FILE *file;

	memset(status, 0, sizeof(*status));
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "Name:\t", 6) == 0)
			snprintf(status->name, sizeof(status->name), "%.60s", line + 6);
		else if (sscanf(line, "PPid: %d", &status->parent) != 1)
			(void)sscanf(line, "Seccomp: %d", &mode);
	}
	fclose(file);
	status->filtered = mode == 2; /* SECCOMP_MODE_FILTER */
	return true;
}

enum supervision
supervise_above(int pid)
{
	struct process_status status;

	if (!read_status(pid, &status))
		return SUPERVISED_UNKNOWN;
	if (!status.filtered)
		return SUPERVISED_NO;
	for (int i = 0; i < ANCESTORS && status.parent > 0; i++) {
		if (!read_status(status.parent, &status))
			return SUPERVISED_UNKNOWN;
		if (strcmp(status.name, SUPERVISE_NAME "\n") == 0)
			return SUPERVISED_YES;
		if (strcmp(status.name, SUPERVISE_NAME_OBSERVES "\n") == 0)
			return SUPERVISED_OBSERVED;
	}
	return SUPERVISED_NO;
}

bool
supervise_guards(int pid)
{
	enum supervision supervision = supervise_above(pid);

	return supervision == SUPERVISED_YES || supervision == SUPERVISED_OBSERVED;
}
