/* SPDX-License-Identifier: MIT
 * caller.h - reads what the caller's pointer points to without ever faulting. Signal-safe. */
#ifndef BINDGUARD_CALLER_H
#define BINDGUARD_CALLER_H

#include "bindguard/sockaddr.h"

/** enum bg_caller - what became of the caller's address. */
enum bg_caller {
	BG_CALLER_COPIED,
	BG_CALLER_BARE,	   /* unreadable, or no size that the kernel takes: the bare call has the right errno */
	BG_CALLER_BLOCKED, /* something forbids to ask whether it can be read: nobody may look */
};

BG_SIGSAFE enum bg_caller bg_caller_copy(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to);
BG_SIGSAFE bool bg_caller_read(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to);

/**
 * struct bg_reader - reads strings and lists of the caller's.
 * @pages: those that were found to be readable last, the newest first; 0: none. Two, since a list and its strings take turns
 */
struct bg_reader {
	uintptr_t pages[2];
};

BG_SIGSAFE bool bg_caller_may_read(struct bg_reader *reader, const void *at);
BG_SIGSAFE const char *bg_caller_word(struct bg_reader *reader, const char *const *words, size_t index);
BG_SIGSAFE const char *bg_caller_behind(struct bg_reader *reader, const char *text, const char *start);

#endif
