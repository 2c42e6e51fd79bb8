/* SPDX-License-Identifier: MIT
 * caller.h - reads what the caller's pointer points to without ever faulting. Signal-safe. */
#ifndef BINDGUARD_SYS_CALLER_H
#define BINDGUARD_SYS_CALLER_H

#include "core/sockaddr.h"

/** enum bg_caller - what became of the caller's address. */
enum bg_caller {
	BG_CALLER_COPIED,
	BG_CALLER_BARE,	   /* unreadable, or no size that the kernel takes: the bare call has the right errno */
	BG_CALLER_BLOCKED, /* something forbids to ask whether it can be read: nobody may look */
};

BG_SIGSAFE enum bg_caller bg_caller_copy(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to);
BG_SIGSAFE bool bg_caller_read(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to);

#endif
