/* SPDX-License-Identifier: MIT
 * caller.h - reads what the caller's pointer points to without ever faulting. Signal-safe. */
#ifndef BINDGUARD_SYS_CALLER_H
#define BINDGUARD_SYS_CALLER_H

#include "core/sockaddr.h"

BG_SIGSAFE bool bg_caller_read(uintptr_t stack_top, const void *from, size_t size, union bg_sockaddr *to);

#endif
