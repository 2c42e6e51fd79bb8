/* SPDX-License-Identifier: MIT
 * kernel.c - wraps the system calls that more than one file of this room makes. Signal-safe. */
#include "bindguard/kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#ifdef SYS_mmap2
#define MAP_CALL SYS_mmap2 /* 32 bits: SYS_mmap takes a struct there */
#else
#define MAP_CALL SYS_mmap
#endif

#define SMC_IPV6 1 /* SMCPROTO_SMC6 of net/smc/smc.h */

_Bool bg_kernel_no_sockets;

/** bg_kernel_result - turn syscall(2)'s -1 and errno into -errno. */
long
bg_kernel_result(long result)
{
	return result == -1 ? -errno : result;
}

/** bg_kernel_getsockopt - getsockopt(2). */
int
bg_kernel_getsockopt(int fd, int level, int name, void *value, unsigned *size)
{
	return (int)bg_kernel_result(syscall(SYS_getsockopt, fd, level, name, value, size));
}

/** bg_kernel_setsockopt - setsockopt(2). */
int
bg_kernel_setsockopt(int fd, int level, int name, const void *value, unsigned size)
{
	return (int)bg_kernel_result(syscall(SYS_setsockopt, fd, level, name, value, size));
}

/** bg_kernel_getint - an option whose value is an int. */
int
bg_kernel_getint(int fd, int level, int name, int *value)
{
	unsigned size = sizeof(*value);

	return bg_kernel_getsockopt(fd, level, name, value, &size);
}

/**
 * bg_kernel_get_domain - SO_DOMAIN, which tells the addresses that @fd takes; of an AF_SMC socket it does not: the TCP socket
 * inside is bound, smc_bind() of net/smc/af_smc.c, and SO_PROTOCOL tells its family.
 */
int
bg_kernel_get_domain(int fd, int *domain)
{
	int protocol, error = bg_kernel_getint(fd, SOL_SOCKET, SO_DOMAIN, domain);

	if (error || *domain != AF_SMC)
		return error;
	error = bg_kernel_getint(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
	*domain = protocol == SMC_IPV6 ? AF_INET6 : AF_INET;
	return error;
}

/** bg_kernel_getsockname - getsockname(2); @size is set to the length of the name. */
int
bg_kernel_getsockname(int fd, union bg_sockaddr *name, unsigned *size)
{
	*size = sizeof(*name);
	return (int)bg_kernel_result(syscall(SYS_getsockname, fd, name, size));
}

/** bg_kernel_getpeername - getpeername(2); @size is set to the length of the name. */
int
bg_kernel_getpeername(int fd, union bg_sockaddr *name, unsigned *size)
{
	*size = sizeof(*name);
	return (int)bg_kernel_result(syscall(SYS_getpeername, fd, name, size));
}

/** bg_kernel_bind - bind(2) of a socket or address that is ours. */
int
bg_kernel_bind(int fd, const union bg_sockaddr *name, unsigned size)
{
	return (int)bg_kernel_result(syscall(SYS_bind, fd, name, size));
}

/** bg_kernel_connect - connect(2) of a datagram socket, which never blocks. No cancellation point, as libc's is. */
int
bg_kernel_connect(int fd, const union bg_sockaddr *peer, unsigned size)
{
	return (int)bg_kernel_result(syscall(SYS_connect, fd, peer, size));
}

/** bg_kernel_cookie - the number that the kernel gives a socket once and never again; SO_COOKIE, Linux 4.12. */
int
bg_kernel_cookie(int fd, uint64_t *cookie)
{
	unsigned size = sizeof(*cookie);

	return bg_kernel_getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &size);
}

/**
 * bg_kernel_get_device - the device that SO_BINDTODEVICE set, "" where none; readable since Linux 3.8, socket(7). One that
 * is not there (ENODEV) is a device, too: bind(2) to a link-local address sets the one of its scope, even where it fails.
 * Proved by tests/preload/kernel_facts_test.c.
 */
int
bg_kernel_get_device(int fd, char device[BG_IFNAME_MAX])
{
	unsigned size = BG_IFNAME_MAX;
	int error;

	memset(device, 0, BG_IFNAME_MAX);
	error = bg_kernel_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size);
	if (error)
		device[0] = error == -ENODEV ? '?' : '\0';
	device[error ? 1 : BG_IFNAME_MAX - 1] = '\0';
	return error;
}

/**
 * bg_kernel_set_device - confine to @device, or "" to no device. Unprivileged since Linux 5.7 on a socket that has
 * none yet; taking it off again needs CAP_NET_RAW (EPERM). Proved by tests/preload/kernel_facts_test.c.
 */
int
bg_kernel_set_device(int fd, const char *device)
{
	return bg_kernel_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (unsigned)strlen(device));
}

/** bg_kernel_socket - socket(2), always close-on-exec. */
int
bg_kernel_socket(int domain, int type, int protocol)
{
	if (bg_kernel_no_sockets && domain != AF_UNIX)
		return -EPERM;
	return (int)bg_kernel_result(syscall(SYS_socket, domain, type | SOCK_CLOEXEC, protocol));
}

/**
 * compare_networks - are sockets @a and @b of one network namespace? SO_NETNS_COOKIE, Linux 5.14: a kernel that does not
 * have it is believed that they are, one that may not be asked is not. Return: 0; EXDEV where not; -errno of the question.
 */
static int
compare_networks(int a, int b)
{
	unsigned size = sizeof(uint64_t), again = sizeof(uint64_t);
	uint64_t of_a, of_b;
	int error = bg_kernel_getsockopt(a, SOL_SOCKET, SO_NETNS_COOKIE, &of_a, &size);

	if (!error)
		error = bg_kernel_getsockopt(b, SOL_SOCKET, SO_NETNS_COOKIE, &of_b, &again);
	if (error)
		return error == -ENOPROTOOPT ? 0 : error;
	return of_a == of_b ? 0 : -EXDEV;
}

/**
 * bg_kernel_same_network - are sockets @a and @b known, or on an old kernel believed, to be of one network namespace? A
 * socket stays in the one that it was made in; a new one is of the calling thread's, which setns(2) and unshare(2) change.
 */
bool
bg_kernel_same_network(int a, int b)
{
	return compare_networks(a, b) == 0;
}

/**
 * bg_kernel_socket_beside - socket(2) for what has to be in the network namespace of @fd.
 * Return: the descriptor or -errno; EXDEV where this thread is in another namespace by now, and nothing is left open.
 */
int
bg_kernel_socket_beside(int fd, int domain, int type, int protocol)
{
	int made = bg_kernel_socket(domain, type, protocol), error;

	if (made < 0)
		return made;
	error = compare_networks(fd, made);
	if (!error)
		return made;
	bg_kernel_close(made);
	return error;
}

/** bg_kernel_close - close(2) of a descriptor that the guard opened itself. */
void
bg_kernel_close(int fd)
{
	syscall(SYS_close, fd);
}

/** bg_kernel_map - pages for what a signal's stack has no room for; bg_kernel_unmap(). Return: 0 or -errno. */
int
bg_kernel_map(size_t size, void **memory)
{
	long address = bg_kernel_result(
		syscall(MAP_CALL, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	if (address < 0 && address > -4096)
		return (int)address;
	*memory = (void *)address;
	return 0;
}

/** bg_kernel_unmap - give them back. */
void
bg_kernel_unmap(void *memory, size_t size)
{
	syscall(SYS_munmap, memory, size);
}
