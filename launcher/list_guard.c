/* SPDX-License-Identifier: MIT
 * list_guard.c - is a process guarded, and by which engine? Runs in the launcher only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/list.h"
#include "launcher/supervise/supervise.h"

/** is_library - is @line of /proc/PID/maps code of the preloaded library, wherever that was installed? proc(5). */
static bool
is_library(const char *line)
{
	static const char name[] = "libbindguard.so";
	const char *base = strrchr(line, '/');
	char access[5] = "";

	return base && strncmp(base + 1, name, strlen(name)) == 0 && strchr(".\n ", base[1 + strlen(name)]) &&
	       sscanf(line, "%*s %4s", access) == 1 && access[2] == 'x';
}

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

/**
 * is_supervised - is a supervisor of ours above process @pid? It is a subreaper, and guards what it started only; a
 * process that calls itself so deceives us, as one can that maps a file of the library's name.
 */
static bool
is_supervised(int pid)
{
	struct process_status status;

	if (!read_status(pid, &status) || !status.filtered)
		return false;
	for (int i = 0; i < ANCESTORS && status.parent > 0; i++) {
		if (!read_status(status.parent, &status))
			return false;
		if (strcmp(status.name, SUPERVISE_NAME "\n") == 0)
			return true;
	}
	return false;
}

/**
 * guard_find - the engine that guards process @pid. The library that is mapped guards, unless its configuration says
 * otherwise: that is the process's own and not seen from here. Where both engines guard, the supervisor
 * decides last. GUARD_UNKNOWN where we may not look.
 */
enum guard
guard_find(int pid)
{
	enum guard guard = GUARD_NO;
	char path[64], *line = NULL;
	size_t room = 0;
	FILE *maps;

	if (is_supervised(pid))
		return GUARD_SECCOMP;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return GUARD_UNKNOWN;
	while (guard == GUARD_NO && getline(&line, &room, maps) >= 0)
		if (is_library(line))
			guard = GUARD_PRELOAD;
	free(line);
	fclose(maps);
	return guard;
}
