/* SPDX-License-Identifier: MIT
 * kernel.h - the guard's own system calls. Signal-safe. They bypass libc's functions on purpose: no cancellation point
 * (pthreads(7)) inside bind(2), and no other library's wrapper of setsockopt() or write() sees what is ours. */
#ifndef BINDGUARD_KERNEL_H
#define BINDGUARD_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "bindguard/sockaddr.h"

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0; the number need not be a device's */
#endif

/** bg_kernel_no_sockets - set by the supervisor where a socket would be of the wrong network namespace. */
extern _Bool bg_kernel_no_sockets;

/* All return 0 (or a value) on success and -errno on failure. They may change errno: the exported call restores it. */
BG_SIGSAFE long bg_kernel_result(long result);
BG_SIGSAFE int bg_kernel_getsockopt(int fd, int level, int name, void *value, unsigned *size);
BG_SIGSAFE int bg_kernel_setsockopt(int fd, int level, int name, const void *value, unsigned size);
BG_SIGSAFE int bg_kernel_getint(int fd, int level, int name, int *value);
BG_SIGSAFE int bg_kernel_get_domain(int fd, int *domain);
BG_SIGSAFE int bg_kernel_getsockname(int fd, union bg_sockaddr *name, unsigned *size);
BG_SIGSAFE int bg_kernel_getpeername(int fd, union bg_sockaddr *name, unsigned *size);
BG_SIGSAFE int bg_kernel_bind(int fd, const union bg_sockaddr *name, unsigned size);
BG_SIGSAFE int bg_kernel_connect(int fd, const union bg_sockaddr *peer, unsigned size);
BG_SIGSAFE int bg_kernel_cookie(int fd, uint64_t *cookie);
BG_SIGSAFE int bg_kernel_get_device(int fd, char device[BG_IFNAME_MAX]);
BG_SIGSAFE int bg_kernel_set_device(int fd, const char *device);
BG_SIGSAFE int bg_kernel_socket(int domain, int type, int protocol);
BG_SIGSAFE bool bg_kernel_same_network(int a, int b);
BG_SIGSAFE int bg_kernel_socket_beside(int fd, int domain, int type, int protocol);
BG_SIGSAFE void bg_kernel_close(int fd);
BG_SIGSAFE int bg_kernel_map(size_t size, void **memory);
BG_SIGSAFE void bg_kernel_unmap(void *memory, size_t size);

/** bg_device_is_loopback - is that the device `lo`? No strcmp(3), which is a function of libc's with some compilers. */
static inline bool
bg_device_is_loopback(const char *device)
{
	return device[0] == 'l' && device[1] == 'o' && device[2] == '\0';
}

#endif
