/* SPDX-License-Identifier: MIT
 * options_filter.c - copies a program's SO_ATTACH_FILTER to another socket. Signal-safe. */
#include "guard/options_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include "bindguard/device.h"
#include "bindguard/kernel.h"

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
	void *room;
	int result = bg_kernel_getsockopt(from, SOL_SOCKET, SO_GET_FILTER, NULL, &count);

	if (result)
		return result == -ENOPROTOOPT || result == -EOPNOTSUPP ? 0 : result;
	if (!count || bg_device_is_held(from))
		return 0;
	if (count > BPF_MAXINSNS)
		return -EMSGSIZE;
	result = bg_kernel_map(count * sizeof(struct sock_filter), &room);
	if (result)
		return result;
	result = attach(from, to, count, room);
	bg_kernel_unmap(room, count * sizeof(struct sock_filter));
	return result;
}
