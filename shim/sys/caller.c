/* SPDX-License-Identifier: MIT
 * caller.c - copies the caller's socket address once, so that what is decided on is what is bound. Signal-safe. */
#include "sys/caller.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_MIN 4096u /* no Linux architecture has smaller pages */
#define PROBE_BYTES 8u /* sizeof(sigset_t) of the kernel */

/**
 * readable - can the 8 bytes at @at be read? rt_sigprocmask(2) copies its set before it looks at `how`: EFAULT where
 * it cannot, EINVAL for the impossible `how` where it can; the mask is never changed. One cheap system call.
 */
static bool
readable(uintptr_t at)
{
	return syscall(SYS_rt_sigprocmask, -1, at, NULL, PROBE_BYTES) == -1 && errno == EINVAL;
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
 * bg_caller_read - copy a socket address of @size bytes at @from.
 * @stack_top: as struct bg_guard holds it, 0: unknown
 * Return: false where it cannot be read whole or the kernel would take no address of this size: the bare call has the
 * right errno then (EFAULT, EINVAL).
 *
 * Context: any; a mapping that another thread removes meanwhile is that program's own race.
 */
bool
bg_caller_read(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to)
{
	uintptr_t at = (uintptr_t)from;
	uintptr_t last = at + size - 1;

	if (size < sizeof(uint16_t) || size > BG_SOCKADDR_MAX || at < PAGE_MIN || last < at)
		return false;
	if (!on_stack(at, size, stack_top)) {
		/* A probe may reach beyond the address, but not into another page: both ends, from within their pages. */
		uintptr_t room = PAGE_MIN - at % PAGE_MIN;

		if (!readable(room < PROBE_BYTES ? at - (PROBE_BYTES - room) : at))
			return false;
		if (at / PAGE_MIN != last / PAGE_MIN && !readable(last & ~(uintptr_t)(PAGE_MIN - 1)))
			return false;
	}
	memset(to, 0, sizeof(*to));
	memcpy(to->bytes, from, size);
	return true;
}
