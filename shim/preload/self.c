/* SPDX-License-Identifier: MIT
 * self.c - what this process is: its executable, its words, memory of its own. Signal-safe, used once.
 *
 * System calls are made by syscall(2), which the hot calls have bound anyway: each function of libc that is looked up for
 * the first time costs every process about 1,000 instructions. And none of them is a cancellation point. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "preload/preload.h"
#include "preload/self.h"

#ifdef SYS_mmap2 /* where SYS_mmap takes its arguments in memory, mmap2(2) */
#define SYS_MMAP SYS_mmap2
#else
#define SYS_MMAP SYS_mmap
#endif

/** bg_self_map - fresh zeroed memory, NULL where there is none. */
void *
bg_self_map(size_t size)
{
	long memory = syscall(SYS_MMAP, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);

	return memory == -1 ? NULL : (void *)memory;
}

/**
 * bg_self_exe - absolute path of the executable; without /proc, what was executed. Return: false where that stands in
 * for a path that there is and that could not be read: it can be another, of a script or a symbolic link.
 */
bool
bg_self_exe(char *exe, size_t size)
{
	static const char deleted[] = " (deleted)";
	long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", exe, size - 1);

	if (length <= 0) {
		bool hidden = length < 0 && errno != ENOENT;
		const char *executed = (const char *)getauxval(AT_EXECFN);

		length = executed ? (long)strlen(executed) : 0;
		if ((size_t)length >= size)
			length = 0;
		memcpy(exe, executed ? executed : "", (size_t)length);
		exe[length] = '\0';
		return !hidden;
	}
	exe[length] = '\0';
	if ((size_t)length >= sizeof(deleted) &&
	    memcmp(exe + length - (sizeof(deleted) - 1), deleted, sizeof(deleted)) == 0)
		exe[length - (long)(sizeof(deleted) - 1)] = '\0';
	return true;
}

/**
 * bg_self_words - the words of a file of /proc, each with a NUL behind it.
 * @length: bytes, at most @size - 1; 0 where they cannot be read
 * Return: 0 or -errno.
 */
int
bg_self_words(const char *path, char *words, size_t size, size_t *length)
{
	int fd = (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
	size_t used = 0;
	long got = fd < 0 ? fd : 1;

	while (got > 0 && used < size - 1) {
		got = bg_kernel_result(syscall(SYS_read, fd, words + used, size - 1 - used));
		used += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		bg_kernel_close(fd);
	*length = got < 0 ? 0 : used;
	words[*length] = '\0';
	return got < 0 ? (int)got : 0;
}

/** bg_self_command - the command line with blanks between its words. Return: false, and "", where it cannot be read. */
bool
bg_self_command(char *command, size_t size)
{
	size_t length;
	bool known = bg_self_words("/proc/self/cmdline", command, size, &length) == 0;

	while (length > 0 && command[length - 1] == '\0')
		length--;
	for (size_t i = 0; i < length; i++)
		if (command[i] == '\0')
			command[i] = ' ';
	command[length] = '\0';
	return known;
}
