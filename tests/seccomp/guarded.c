/* SPDX-License-Identifier: MIT
 * guarded.c - runs shell commands bare and under the engine, and asks /proc about processes, with deadlines. */
#include "seccomp/guarded.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEADLINE_MS 60000
#define STEP_MS 5

/** now_ms - a clock for deadlines. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** run - @command to its end; standard error is dropped unless it redirects it. Return: wait status, -1. */
static int
run(const char *command, char *output, size_t size)
{
	FILE *pipe = popen(command, "re");
	size_t length;

	output[0] = '\0';
	if (!pipe)
		return -1;
	length = fread(output, 1, size - 1, pipe);
	output[length] = '\0';
	return pclose(pipe);
}

/** run_bare - the shell command @command, unguarded. */
int
run_bare(const char *command, char *output, size_t size)
{
	char line[4096];

	snprintf(line, sizeof(line), "exec 2>/dev/null; %s", command);
	return run(line, output, size);
}

/**
 * log_to - where the guard of the next runs logs. To "none", which nobody reads: BG_HOST_LOG of the environment counts, since
 * what is logged changes nothing that a test sees (logged_test.c).
 */
void
log_to(const char *where)
{
	const char *other = strcmp(where, "none") == 0 ? getenv("BG_HOST_LOG") : NULL;
	char path[256] = "", events[16] = "";

	unsetenv("BINDGUARD_LOG_EVENTS");
	setenv("BINDGUARD_LOG", where, 1);
	if (!other || sscanf(other, "BINDGUARD_LOG=%255s BINDGUARD_LOG_EVENTS=%15s", path, events) < 1)
		return;
	setenv("BINDGUARD_LOG", path, 1);
	if (events[0])
		setenv("BINDGUARD_LOG_EVENTS", events, 1);
}

/**
 * run_guarded - the same under the engine.
 * @before: what starts the engine, such as `setpriv ...`; "": nothing
 */
int
run_guarded(const char *before, const char *command, char *output, size_t size)
{
	char line[4096];

	snprintf(line, sizeof(line), "exec 2>/dev/null; exec %s %s %s", before, BG_SECCOMP_CLI, command);
	return run(line, output, size);
}

/** wait_until - poll @condition. Return: whether it came true before the deadline. */
bool
wait_until(bool (*condition)(const void *what), const void *what)
{
	long deadline = now_ms() + DEADLINE_MS;

	while (!condition(what)) {
		if (now_ms() > deadline)
			return false;
		poll(NULL, 0, STEP_MS);
	}
	return true;
}

/** read_text - the text of a file, "" where there is none. */
void
read_text(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length = file ? fread(text, 1, size - 1, file) : 0;

	text[length] = '\0';
	if (file)
		fclose(file);
}

/** process_state - R, S, T, Z ... of proc(5); 0: there is no such process. */
char
process_state(pid_t pid)
{
	char path[64], text[512];
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	read_text(path, text, sizeof(text));
	end = strrchr(text, ')');
	return end ? end[2] : '\0';
}

/** process_is_gone - it has ended; that nobody has reaped it is not its fault. @pid: const pid_t * */
bool
process_is_gone(const void *pid)
{
	char state = process_state(*(const pid_t *)pid);

	return state == '\0' || state == 'Z';
}

/** process_is_stopped - by a signal. @pid: const pid_t * */
bool
process_is_stopped(const void *pid)
{
	return process_state(*(const pid_t *)pid) == 'T';
}

/** process_has_run - for two ticks of its time at least. @pid: const pid_t * */
bool
process_has_run(const void *pid)
{
	unsigned long user = 0, system = 0;
	char path[64], text[512];
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)*(const pid_t *)pid);
	read_text(path, text, sizeof(text));
	end = strrchr(text, ')');
	return end && sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2 &&
	       user + system >= 2;
}

/** file_has_text - the file is there and its last line is whole. @path: const char * */
bool
file_has_text(const void *path)
{
	char text[4096];

	read_text(path, text, sizeof(text));
	return text[0] && text[strlen(text) - 1] == '\n';
}

/** process_descriptors - how many it has open; -1: it cannot be looked at. */
int
process_descriptors(pid_t pid)
{
	char path[64];
	DIR *folder;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (!folder)
		return -1;
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}
