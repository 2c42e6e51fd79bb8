/* SPDX-License-Identifier: MIT
 * arena.c - a stack of mapped blocks; what is allocated stays until all is given back. Cold, one thread at a time. */
#include "load/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_BYTES (64u * 1024)
#define ALIGN 16u

/* clang says it in a way of its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* With AddressSanitizer a byte that was not asked for is poisoned, and some always lie behind what was. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define FENCE_BYTES 16u
#else
#define ASAN_POISON_MEMORY_REGION(from, size) ((void)(from), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(from, size) ((void)(from), (void)(size))
#define FENCE_BYTES 0u
#endif

/** struct block - a mapping; what it holds begins behind this head. */
struct block {
	struct block *before;
	size_t size;
	size_t used;
	size_t reserved;
};

/** struct head - in front of what arena_alloc() returns: how long it is. */
struct head {
	size_t size;
	size_t reserved;
};

_Static_assert(sizeof(struct block) % ALIGN == 0 && sizeof(struct head) == ALIGN, "what is returned is aligned");

static struct block *top;

/** add_block - a block that has room for @size bytes. Return: false where the kernel has none. */
static int
add_block(size_t size)
{
	size_t bytes = size + sizeof(struct block);
	void *memory;

	bytes = bytes < BLOCK_BYTES ? BLOCK_BYTES : (bytes + BLOCK_BYTES - 1) & ~(size_t)(BLOCK_BYTES - 1);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 0;
	*(struct block *)memory = (struct block){.before = top, .size = bytes, .used = sizeof(struct block)};
	top = memory;
	ASAN_POISON_MEMORY_REGION(top + 1, bytes - sizeof(struct block));
	return 1;
}

/** arena_alloc - @size bytes, zeroed, aligned for anything. Return: NULL where memory is short. */
void *
arena_alloc(size_t size)
{
	size_t bytes = sizeof(struct head) + ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1)) + FENCE_BYTES;
	struct head *head;

	if (size > SIZE_MAX / 2)
		return NULL;
	if ((!top || top->size - top->used < bytes) && !add_block(bytes))
		return NULL;
	head = (struct head *)(void *)((char *)top + top->used);
	ASAN_UNPOISON_MEMORY_REGION(head, sizeof(*head) + size);
	head->size = size;
	top->used += bytes;
	return head + 1;
}

/** arena_realloc - @old with room for @size bytes; NULL is a new one. Return: NULL where memory is short, @old stays. */
void *
arena_realloc(void *old, size_t size)
{
	size_t old_size = old ? ((struct head *)old)[-1].size : 0;
	void *grown;

	if (old && size <= old_size)
		return old;
	grown = arena_alloc(size);
	if (grown && old)
		memcpy(grown, old, old_size);
	return grown;
}

/** arena_copy - the first @length bytes of @text and a terminator. Return: NULL where memory is short. */
char *
arena_copy(const char *text, size_t length)
{
	char *copy = arena_alloc(length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

/** arena_release - give everything back. Nothing that came from here, libconfuse's own state included, may be used again. */
void
arena_release(void)
{
	while (top) {
		struct block *before = top->before;

		ASAN_UNPOISON_MEMORY_REGION(top, top->size);
		munmap(top, top->size);
		top = before;
	}
}
