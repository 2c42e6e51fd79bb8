/* SPDX-License-Identifier: MIT
 * self.c - what this process is: its executable, its words, memory of its own. Signal-safe, used once.
 *
 * System calls are made by syscall(2), which the hot calls have bound anyway: each function of libc that is looked up for
 * the first time costs every process about 1,000 instructions. And none of them is a cancellation point. */
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/preload.h"
#include "sys/kernel.h"

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

/** bg_self_exe - absolute path of the executable; without /proc, what was executed. */
void
bg_self_exe(char *exe, size_t size)
{
	static const char deleted[] = " (deleted)";
	long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", exe, size - 1);

	if (length <= 0) {
		const char *executed = (const char *)getauxval(AT_EXECFN);

		length = executed ? (long)strlen(executed) : 0;
		if ((size_t)length >= size)
			length = 0;
		memcpy(exe, executed ? executed : "", (size_t)length);
		exe[length] = '\0';
		return;
	}
	exe[length] = '\0';
	if ((size_t)length >= sizeof(deleted) &&
	    memcmp(exe + length - (sizeof(deleted) - 1), deleted, sizeof(deleted)) == 0)
		exe[length - (long)(sizeof(deleted) - 1)] = '\0';
}

/** bg_self_words - the words of a file of /proc, each with a NUL behind it. Return: bytes, at most @size - 1. */
size_t
bg_self_words(const char *path, char *words, size_t size)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	long got = 1;

	while (fd >= 0 && got > 0 && length < size - 1) {
		got = syscall(SYS_read, fd, words + length, size - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		bg_kernel_close(fd);
	words[length] = '\0';
	return length;
}

/** bg_self_command - the command line with blanks between its words; "" where it cannot be read. */
void
bg_self_command(char *command, size_t size)
{
	size_t length = bg_self_words("/proc/self/cmdline", command, size);

	while (length > 0 && command[length - 1] == '\0')
		length--;
	for (size_t i = 0; i < length; i++)
		if (command[i] == '\0')
			command[i] = ' ';
	command[length] = '\0';
}
