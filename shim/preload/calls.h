/* SPDX-License-Identifier: MIT
 * calls.h - prototypes of the intercepted calls that <sys/socket.h> cannot declare for us. */
#ifndef BINDGUARD_PRELOAD_CALLS_H
#define BINDGUARD_PRELOAD_CALLS_H

#include "bindguard/attr.h"

/*
 * The intercepted calls. Declared here and not by <sys/socket.h>, whose prototypes hide the address behind a
 * transparent union; the binary interface is that of bind(2), listen(2), connect(2).
 */
BG_EXPORT BG_SIGSAFE int bind(int fd, const void *addr, unsigned size);
BG_EXPORT BG_SIGSAFE int listen(int fd, int backlog);
BG_EXPORT BG_SIGSAFE int connect(int fd, const void *addr, unsigned size);

#endif
