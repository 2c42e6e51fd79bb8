/* SPDX-License-Identifier: MIT
 * supervision.c - finds the supervisor that guards a process. Signal-safe: the library asks before it has a program
 * started under another one. */
#include "bindguard/supervision.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/line.h"

/** ANCESTORS - processes to look at above one, so that pids that are reused meanwhile make no endless way. */
#define ANCESTORS 256
/** STATUS_MAX - bytes of /proc/PID/status that are read: what is looked for stands in its first 30 lines, groups before it. */
#define STATUS_MAX 2048
#define FILTERED 2 /* SECCOMP_MODE_FILTER */

/**
 * struct process_status - what /proc/PID/status has, proc(5).
 * @name: comm; the kernel has 15 bytes of it
 * @parent: PPid
 * @tracer: TracerPid
 * @seccomp: the mode
 */
struct process_status {
	char name[16];
	long parent;
	long tracer;
	long seccomp;
};

/** value_of - what stands behind @key, a newline and the key's name, in @text; NULL where it does not. */
static const char *
value_of(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; *text; text++)
		if (*text == '\n' && memcmp(text + 1, key, length) == 0)
			return text + 1 + length;
	return NULL;
}

/** number_of - likewise as a number, 0 for none. */
static long
number_of(const char *text, const char *key)
{
	const char *value = value_of(text, key);
	long number = 0;

	for (; value && *value >= '0' && *value <= '9'; value++)
		number = number * 10 + (*value - '0');
	return number;
}

/** read_text - /proc/PID/status from its @from-th byte on, with a newline before it and zeros behind. Return: bytes. */
static long
read_text(int fd, char text[STATUS_MAX])
{
	long got = 1, used = 1;

	memset(text, 0, STATUS_MAX);
	text[0] = '\n';
	while (got > 0 && used < STATUS_MAX - 64) {
		got = bg_kernel_result(syscall(SYS_read, fd, text + used, STATUS_MAX - 64 - used));
		used += got > 0 ? got : 0;
	}
	return got < 0 ? got : used;
}

/** read_status - of process @pid. Return: false where there is none. */
static bool
read_status(long pid, struct process_status *status)
{
	char text[STATUS_MAX], path[64] = "";
	struct bg_line line = {.text = path, .size = sizeof(path) - 1};
	const char *name;
	long got;
	int fd;

	memset(status, 0, sizeof(*status));
	bg_line_text(&line, "/proc/");
	bg_line_number(&line, pid);
	bg_line_text(&line, "/status");
	fd = (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return false;
	got = read_text(fd, text);
	name = value_of(text, "Name:\t");
	for (size_t i = 0; name && i < sizeof(status->name) - 1 && name[i] && name[i] != '\n'; i++)
		status->name[i] = name[i];
	status->parent = number_of(text, "PPid:\t");
	status->tracer = number_of(text, "TracerPid:\t");
	/* A process may have so many groups that the rest does not fit. */
	while (got == STATUS_MAX - 64 && !value_of(text, "Seccomp:\t")) {
		long lap = got > 32 ? 32 : got; /* a key that the end of this part cuts */
		char tail[32];

		memcpy(tail, text + got - lap, (size_t)lap);
		memset(text, 0, sizeof(text));
		memcpy(text, tail, (size_t)lap);
		got = bg_kernel_result(syscall(SYS_read, fd, text + lap, STATUS_MAX - 64 - lap));
		got = got > 0 ? got + lap : got;
	}
	status->seccomp = number_of(text, "Seccomp:\t");
	bg_kernel_close(fd);
	return got >= 0;
}

/** is_named - is @name its comm? */
static bool
is_named(const struct process_status *status, const char *name)
{
	return strlen(status->name) == strlen(name) && memcmp(status->name, name, strlen(name)) == 0;
}

enum bg_supervision
bg_supervision_of(int pid)
{
	struct process_status status;

	if (!read_status(pid, &status))
		return BG_SUPERVISED_UNKNOWN;
	if (status.seccomp != FILTERED)
		return BG_SUPERVISED_NO;
	for (int i = 0; i < ANCESTORS && status.parent > 0; i++) {
		if (!read_status(status.parent, &status))
			return BG_SUPERVISED_UNKNOWN;
		if (is_named(&status, BG_SECCOMP_COMM))
			return BG_SUPERVISED_YES;
		if (is_named(&status, BG_SECCOMP_COMM_OBSERVES))
			return BG_SUPERVISED_OBSERVED;
	}
	return BG_SUPERVISED_NO;
}

bool
bg_supervision_guards(int pid, bool enforces)
{
	enum bg_supervision supervision = bg_supervision_of(pid);

	return supervision == BG_SUPERVISED_YES || (supervision == BG_SUPERVISED_OBSERVED && !enforces);
}

bool
bg_supervision_traced(int pid)
{
	struct process_status status;

	return read_status(pid, &status) && status.tracer != 0;
}
