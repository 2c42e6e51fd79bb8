/* SPDX-License-Identifier: MIT
 * list_guard.c - is a process guarded, and by which engine? Runs in the launcher only. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/elf_file.h"
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

/** makes_own_calls - is it a program whose calls no preload sees? As `run` has it, inspect.c: Go. */
static bool
makes_own_calls(int pid)
{
	struct elf_facts elf = {0};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	elf_file_read(fd, &elf);
	close(fd);
	return elf.is_elf && elf.go;
}

/** find_library - is the library in process @pid? An upgrade or a removal of its file changes nothing about that. */
static enum guard
find_library(int pid)
{
	enum guard guard = GUARD_NO;
	char path[64], *line = NULL;
	size_t room = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return GUARD_UNKNOWN;
	while (guard == GUARD_NO && getline(&line, &room, maps) >= 0)
		if (is_library(line))
			guard = GUARD_PRELOAD;
	if (guard == GUARD_NO && ferror(maps))
		guard = GUARD_UNKNOWN;
	free(line);
	fclose(maps);
	return guard;
}

/** judge_library - does the library that is in process @pid guard it? */
static enum guard
judge_library(int pid, enum guard_note *note)
{
	enum bg_mode mode;

	mode_find(pid, &mode);
	if (makes_own_calls(pid))
		*note = GUARD_NOTE_OWN_CALLS;
	else if (mode == BG_MODE_OBSERVE)
		*note = GUARD_NOTE_OBSERVES;
	else if (mode == BG_MODE_OFF)
		*note = GUARD_NOTE_OFF;
	return *note == GUARD_NOTE_NONE ? GUARD_PRELOAD : GUARD_NO;
}

/**
 * guard_find - the engine that guards process @pid. The library that is mapped guards, unless the program makes its own
 * system calls, or what the library has read when the process started says otherwise. Where both engines guard, the
 * supervisor decides last. GUARD_UNKNOWN where we may not look.
 * @note: why GUARD_NO, where that is not plain to see
 */
enum guard
guard_find(int pid, enum guard_note *note)
{
	enum supervision supervision = supervise_above(pid);
	enum guard guard;

	*note = GUARD_NOTE_NONE;
	if (supervision == SUPERVISED_YES)
		return GUARD_SECCOMP;
	guard = find_library(pid);
	if (guard == GUARD_PRELOAD)
		guard = judge_library(pid, note);
	if (guard == GUARD_NO && supervision == SUPERVISED_OBSERVED)
		*note = GUARD_NOTE_OBSERVES;
	if (guard == GUARD_NO && supervision == SUPERVISED_UNKNOWN)
		guard = GUARD_UNKNOWN;
	return guard;
}
