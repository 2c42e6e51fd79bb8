/* SPDX-License-Identifier: MIT
 * process_guard.c - is a process guarded, and by which engine? Runs in the launcher only. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/look.h"
#include "bindguard/supervision.h"
#include "launcher/sockets/process_cgroup.h"
#include "launcher/sockets/process_guard.h"
#include "launcher/sockets/process_mode.h"
#include "launcher/sockets/sockets.h"

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

/** makes_own_calls - is it a program whose calls no preload sees? As `run` has it, look.c: Go. */
static bool
makes_own_calls(int pid)
{
	struct bg_head head;
	enum bg_reach reach;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bg_head_read(fd, &head);
	reach = bg_look_elf(&head);
	close(fd);
	return reach == BG_REACH_GO;
}

/** find_library - is the library in process @pid? An upgrade or a removal of its file changes nothing about that. */
static enum bg_engine
find_library(int pid)
{
	enum bg_engine guard = BG_ENGINE_NONE;
	char path[64], *line = NULL;
	size_t room = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return BG_ENGINE_UNKNOWN;
	while (guard == BG_ENGINE_NONE && getline(&line, &room, maps) >= 0)
		if (is_library(line))
			guard = BG_ENGINE_PRELOAD;
	if (guard == BG_ENGINE_NONE && ferror(maps))
		guard = BG_ENGINE_UNKNOWN;
	free(line);
	fclose(maps);
	return guard;
}

/** judge_library - does the library that is in process @pid guard it? */
static enum bg_engine
judge_library(int pid, enum guard_note *note)
{
	enum bg_mode mode;

	process_mode_find(pid, &mode);
	if (makes_own_calls(pid))
		*note = GUARD_NOTE_OWN_CALLS;
	else if (mode == BG_MODE_OBSERVE)
		*note = GUARD_NOTE_OBSERVES;
	else if (mode == BG_MODE_OFF)
		*note = GUARD_NOTE_OFF;
	return *note == GUARD_NOTE_NONE ? BG_ENGINE_PRELOAD : BG_ENGINE_NONE;
}

/**
 * process_guard_find - the engine that guards process @pid. The library that is mapped guards, unless the program makes its own
 * system calls, or what the library has read when the process started says otherwise. Where both engines guard, the
 * supervisor decides last, and the kernel after it. BG_ENGINE_UNKNOWN where we may not look.
 * @note: why BG_ENGINE_NONE, where that is not plain to see
 */
enum bg_engine
process_guard_find(int pid, enum guard_note *note)
{
	enum bg_supervision supervision = bg_supervision_of(pid);
	enum bg_engine guard;

	*note = GUARD_NOTE_NONE;
	if (process_cgroup_is_guarded(pid))
		return BG_ENGINE_CGROUP;
	if (supervision == BG_SUPERVISED_YES)
		return BG_ENGINE_SECCOMP;
	guard = find_library(pid);
	if (guard == BG_ENGINE_PRELOAD)
		guard = judge_library(pid, note);
	if (guard == BG_ENGINE_NONE && supervision == BG_SUPERVISED_OBSERVED)
		*note = GUARD_NOTE_OBSERVES;
	if (guard == BG_ENGINE_NONE && supervision == BG_SUPERVISED_UNKNOWN)
		guard = BG_ENGINE_UNKNOWN;
	return guard;
}

/** process_guard_note_text - for table and JSON, "" for none. */
const char *
process_guard_note_text(enum guard_note note)
{
	static const char *const texts[] = {"", "preloaded, but makes its own system calls", "observes only",
					    "mode is off"};

	return texts[note];
}
