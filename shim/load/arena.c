/* SPDX-License-Identifier: MIT
 * arena.c - a stack of mapped blocks; what is allocated stays until all is given back. Cold, one thread at a time. */
#include "load/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_BYTES (64u * 1024)
#define ALIGN 16u

/* With AddressSanitizer a byte that was not asked for is poisoned, and some always lie behind what was. */
#if defined(__has_feature) /* clang, as in VARIANT=fuzz; gcc defines the macro below */
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(SANITIZED) || defined(__SANITIZE_ADDRESS__)
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

/**
 * struct head - in front of what arena_alloc() returns.
 * @size: bytes that were asked for
 * @room: bytes there are, a multiple of ALIGN; those behind @size are still zero
 */
struct head {
	size_t size;
	size_t room;
};

_Static_assert(sizeof(struct block) % ALIGN == 0 && sizeof(struct head) == ALIGN, "what is returned is aligned");

static struct block *top;
static bool was_short;

/**
 * add_block - a block that has room for @size bytes. Return: false where the kernel has none. Seldom, and not in the way of
 * take().
 */
__attribute__((noinline, cold)) static bool
add_block(size_t size)
{
	size_t bytes = size + sizeof(struct block);
	void *memory;

	bytes = bytes < BLOCK_BYTES ? BLOCK_BYTES : (bytes + BLOCK_BYTES - 1) & ~(size_t)(BLOCK_BYTES - 1);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	*(struct block *)memory = (struct block){.before = top, .size = bytes, .used = sizeof(struct block)};
	top = memory;
	ASAN_POISON_MEMORY_REGION(top + 1, bytes - sizeof(struct block));
	return true;
}

/** aligned - @size, rounded up to a multiple of ALIGN. */
static size_t
aligned(size_t size)
{
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/** take - @size bytes of the top block, and room for @room. Return: NULL where memory is short. */
static void *
take(size_t size, size_t room)
{
	size_t bytes = sizeof(struct head) + aligned(room) + FENCE_BYTES;
	struct head *head;

	if (size > SIZE_MAX / 4 || room > SIZE_MAX / 4 ||
	    ((!top || top->size - top->used < bytes) && !add_block(bytes))) {
		was_short = true;
		return NULL;
	}
	head = (struct head *)(void *)((char *)top + top->used);
	ASAN_UNPOISON_MEMORY_REGION(head, sizeof(*head) + size);
	head->size = size;
	head->room = aligned(room);
	top->used += bytes;
	return head + 1;
}

/** arena_alloc - @size bytes, zeroed, aligned for anything. Return: NULL where memory is short. */
void *
arena_alloc(size_t size)
{
	return take(size, size);
}

/**
 * arena_realloc - @old with room for @size bytes; NULL is a new one. Return: NULL where memory is short, @old stays. What has
 * to move gets twice the room: arrays grow by one item at a time, and nothing that was left behind is used again.
 */
void *
arena_realloc(void *old, size_t size)
{
	struct head *head = old ? (struct head *)old - 1 : NULL;
	void *grown;

	if (!head)
		return arena_alloc(size);
	if (size > head->room) {
		grown = take(size, size > 2 * head->room ? size : 2 * head->room);
		return grown ? memcpy(grown, old, head->size) : NULL;
	}
	if (size > head->size) {
		ASAN_UNPOISON_MEMORY_REGION(old, size);
		head->size = size;
	}
	return old;
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

/** arena_was_short - since arena_release(): what libconfuse makes of that is neither told nor to be relied on. */
bool
arena_was_short(void)
{
	return was_short;
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
	was_short = false;
}
