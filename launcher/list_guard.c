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

	if (supervise_guards(pid))
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
