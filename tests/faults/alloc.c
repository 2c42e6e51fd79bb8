/* SPDX-License-Identifier: MIT
 * alloc.c - stands in for malloc(3), mmap(2) and the arena's functions by the linker's --wrap, counts, and fails. */
#include "faults/alloc.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__real_mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *memory, size_t size);
void *__real_arena_alloc(size_t size);
void *__real_arena_realloc(void *old, size_t size);
char *__real_arena_copy(const char *text, size_t length);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);
void *__wrap_mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *memory, size_t size);
void *__wrap_arena_alloc(size_t size);
void *__wrap_arena_realloc(void *old, size_t size);
char *__wrap_arena_copy(const char *text, size_t length);

/** What is armed; @outstanding: blocks and mappings that were got since and not given back. */
static struct {
	bool counting, onward;
	enum alloc_kind kind;
	unsigned at, asked, injected;
	long outstanding;
} armed;

/** alloc_arm - from now on. @at: from 1, 0: nothing fails, all is counted */
void
alloc_arm(enum alloc_kind kind, unsigned at, bool onward)
{
	armed.counting = true;
	armed.onward = onward;
	armed.kind = kind;
	armed.at = at;
	armed.asked = armed.injected = 0;
	armed.outstanding = 0;
}

/** alloc_disarm - no more. Return: how many failed. */
unsigned
alloc_disarm(void)
{
	armed.at = 0;
	return armed.injected;
}

/** alloc_outstanding - since alloc_arm(). */
long
alloc_outstanding(void)
{
	armed.counting = false;
	return armed.outstanding;
}

/** fails - is this the one? */
static bool
fails(enum alloc_kind kind)
{
	if (!armed.at || kind != armed.kind)
		return false;
	armed.asked++;
	if (armed.asked < armed.at || (armed.asked > armed.at && !armed.onward))
		return false;
	armed.injected++;
	errno = ENOMEM;
	return true;
}

/** got - @memory was got. Return: it. */
static void *
got(void *memory, const void *none)
{
	armed.outstanding += armed.counting && memory != none;
	return memory;
}

void *
__wrap_malloc(size_t size)
{
	return fails(ALLOC_SYSTEM) ? NULL : got(__real_malloc(size), NULL);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails(ALLOC_SYSTEM) ? NULL : got(__real_calloc(count, size), NULL);
}

void *
__wrap_realloc(void *old, size_t size)
{
	void *moved = fails(ALLOC_SYSTEM) ? NULL : __real_realloc(old, size);

	armed.outstanding += armed.counting && moved && !old;
	return moved;
}

void
__wrap_free(void *memory)
{
	armed.outstanding -= armed.counting && memory;
	__real_free(memory);
}

void *
__wrap_mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
	return fails(ALLOC_SYSTEM) ? MAP_FAILED
				   : got(__real_mmap(where, size, protection, flags, fd, offset), MAP_FAILED);
}

int
__wrap_munmap(void *memory, size_t size)
{
	armed.outstanding -= armed.counting;
	return __real_munmap(memory, size);
}

/** none - the arena itself finds that memory is short. */
static void *
none(void)
{
	return __real_arena_alloc(SIZE_MAX);
}

void *
__wrap_arena_alloc(size_t size)
{
	return fails(ALLOC_ARENA) ? none() : __real_arena_alloc(size);
}

void *
__wrap_arena_realloc(void *old, size_t size)
{
	return fails(ALLOC_ARENA) ? none() : __real_arena_realloc(old, size);
}

char *
__wrap_arena_copy(const char *text, size_t length)
{
	return fails(ALLOC_ARENA) ? none() : __real_arena_copy(text, length);
}
