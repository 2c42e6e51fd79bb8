/* SPDX-License-Identifier: MIT
 * fail_alloc.c: makes the N-th allocation that the library FAULT_LIBRARY itself asks for fail: FAULT_ALLOC=N; -N: and all
 * that follow. To be preloaded in front of it. Only glibc's malloc(3) can be stood in for so. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

unsigned fault_injected(void);

static uintptr_t first, last;
static int at, asked;
static unsigned injected;

/** find - where FAULT_LIBRARY is mapped. */
static int
find(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (strcmp(info->dlpi_name, path) != 0)
		return 0;
	first = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			last = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	return 1;
}

/** fails - is this the one? @caller: in which code the call returns */
static bool
fails(const void *caller)
{
	static bool finding;

	if (!first && !finding && environ && getenv("FAULT_ALLOC")) {
		finding = true;
		at = atoi(getenv("FAULT_ALLOC"));
		dl_iterate_phdr(find, getenv("FAULT_LIBRARY"));
		finding = false;
	}
	if (!first || (uintptr_t)caller < first || (uintptr_t)caller >= last)
		return false;
	asked++;
	if (asked != at && (at > 0 || asked < -at))
		return false;
	injected++;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *
mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (fails(__builtin_return_address(0)))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, where, size, protection, flags, fd, offset);
}

/** fault_injected - how many allocations have failed. */
unsigned
fault_injected(void)
{
	return injected;
}
