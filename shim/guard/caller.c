/* SPDX-License-Identifier: MIT
 * caller.c - copies the caller's socket address once, so that what is decided on is what is bound. Signal-safe. */
#include "bindguard/caller.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_MIN 4096u /* no Linux architecture has smaller pages */
#define PROBE_BYTES 8u /* sizeof(sigset_t) of the kernel */

/**
 * probe - can the 8 bytes at @at be read? rt_sigprocmask(2) copies its set before it looks at `how`: EFAULT where
 * it cannot, EINVAL for the impossible `how` where it can; the mask is never changed. One cheap system call. Any other
 * answer is not the kernel's but a seccomp filter's.
 */
static enum bg_caller
probe(uintptr_t at)
{
	if (syscall(SYS_rt_sigprocmask, -1, at, NULL, PROBE_BYTES) == 0)
		return BG_CALLER_BLOCKED;
	return errno == EINVAL ? BG_CALLER_COPIED : errno == EFAULT ? BG_CALLER_BARE : BG_CALLER_BLOCKED;
}

/** probe_range - probe both ends: a probe may reach beyond the address, but not into another page. */
static enum bg_caller
probe_range(uintptr_t at, uintptr_t last)
{
	uintptr_t room = PAGE_MIN - at % PAGE_MIN;
	enum bg_caller first = probe(room < PROBE_BYTES ? at - (PROBE_BYTES - room) : at);

	if (first != BG_CALLER_COPIED || at / PAGE_MIN == last / PAGE_MIN)
		return first;
	return probe(last & ~(uintptr_t)(PAGE_MIN - 1));
}

/**
 * on_stack - [@at, @at + @size) lies between the running function's frame and @stack_top, an address near the bottom
 * of the main thread's stack: all of that is mapped, no need to ask the kernel.
 */
static bool
on_stack(uintptr_t at, size_t size, uintptr_t stack_top)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	const uintptr_t most = 1024 * 1024; /* on another stack, the main one may be far above, with holes between */

	return frame < stack_top && stack_top - frame < most && at > frame && at < stack_top && size < stack_top - at;
}

/**
 * bg_caller_copy - copy a socket address of @size bytes at @from.
 * @stack_top: as struct bg_guard holds it, 0: unknown
 *
 * Context: any; a mapping that another thread removes meanwhile is that program's own race.
 */
enum bg_caller
bg_caller_copy(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to)
{
	uintptr_t at = (uintptr_t)from;
	uintptr_t last = at + size - 1;
	enum bg_caller readable = BG_CALLER_COPIED;

	if (size < sizeof(uint16_t) || size > BG_SOCKADDR_MAX || at < PAGE_MIN || last < at)
		return BG_CALLER_BARE;
	if (!on_stack(at, size, stack_top))
		readable = probe_range(at, last);
	if (readable != BG_CALLER_COPIED)
		return readable;
	memset(to, 0, sizeof(*to));
	memcpy(to->bytes, from, size);
	return BG_CALLER_COPIED;
}

/** bg_caller_read - likewise, for calls where a look that is blocked does no harm. Return: whether it was copied. */
bool
bg_caller_read(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to)
{
	return bg_caller_copy(stack_top, from, size, to) == BG_CALLER_COPIED;
}

/**
 * bg_caller_may_read - can the byte, or the aligned pointer, at @at be read? A page is asked about once, as long as no two
 * others come. Where something forbids to ask, it is taken for readable: whoever gives a wrong pointer then gets what it is
 * for.
 */
bool
bg_caller_may_read(struct bg_reader *reader, const void *at)
{
	uintptr_t page = (uintptr_t)at & ~(uintptr_t)(PAGE_MIN - 1);

	if (page == 0)
		return false;
	if (page == reader->pages[0])
		return true;
	if (page != reader->pages[1] && probe(page) == BG_CALLER_BARE)
		return false;
	reader->pages[1] = reader->pages[0];
	reader->pages[0] = page;
	return true;
}

/** bg_caller_word - number @index of a list that NULL ends, and that may be NULL itself. Return: NULL for none, or unreadable. */
const char *
bg_caller_word(struct bg_reader *reader, const char *const *words, size_t index)
{
	return words && bg_caller_may_read(reader, words + index) ? words[index] : NULL;
}

/** bg_caller_behind - where @text goes on behind @start; NULL where it does not begin so, or cannot be read. */
const char *
bg_caller_behind(struct bg_reader *reader, const char *text, const char *start)
{
	for (; *start; text++, start++)
		if (!bg_caller_may_read(reader, text) || *text != *start)
			return NULL;
	return text;
}
