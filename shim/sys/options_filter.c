/* SPDX-License-Identifier: MIT
 * options_filter.c - copies a program's SO_ATTACH_FILTER to another socket. Signal-safe. */
#include "sys/options_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/device.h"
#include "sys/kernel.h"

#ifdef SYS_mmap2
#define MAP_CALL SYS_mmap2 /* 32 bits: SYS_mmap takes a struct there */
#else
#define MAP_CALL SYS_mmap
#endif

/** attach - read the @count instructions of @from's filter into @room and attach them to @to. Return: 1 or -errno. */
static int
attach(int from, int to, unsigned count, struct sock_filter *room)
{
	struct sock_fprog program = {.len = (unsigned short)count, .filter = room};
	unsigned length = count;
	int error = bg_kernel_getsockopt(from, SOL_SOCKET, SO_GET_FILTER, room, &length);

	if (!error && length != count) /* another thread has changed it */
		error = -EAGAIN;
	if (!error)
		error = bg_kernel_setsockopt(to, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
	return error ? error : 1;
}

/**
 * bg_options_copy_filter - attach to @to the filter that @from has. It may have 4,096 instructions of 8 bytes, more than a
 * signal's stack has room for, so pages are asked for. An eBPF program (SO_ATTACH_BPF) cannot be read: EACCES. The guard's
 * own filter goes with the device.
 * Return: 0 where there is none; 1; -errno.
 */
int
bg_options_copy_filter(int from, int to)
{
	unsigned count = 0;
	struct sock_filter *room;
	int result = bg_kernel_getsockopt(from, SOL_SOCKET, SO_GET_FILTER, NULL, &count);
	long address;

	if (result)
		return result == -ENOPROTOOPT || result == -EOPNOTSUPP ? 0 : result;
	if (!count || bg_device_is_held(from))
		return 0;
	if (count > BPF_MAXINSNS)
		return -EMSGSIZE;
	address = bg_kernel_result(syscall(MAP_CALL, NULL, count * sizeof(*room), PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	if (address < 0 && address > -4096)
		return (int)address;
	room = (struct sock_filter *)address;
	result = attach(from, to, count, room);
	syscall(SYS_munmap, room, count * sizeof(*room));
	return result;
}
