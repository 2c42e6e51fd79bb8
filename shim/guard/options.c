/* SPDX-License-Identifier: MIT
 * options.c - copies the options of one socket to another of its kind, all or nothing. Signal-safe.
 *
 * Theory of operation. What the program has set is what differs from a new socket's: that is set on the new one. Where it
 * cannot be read or set (a privilege dropped meanwhile, a filter of seccomp(2)), the copy fails with the errno of that,
 * and so does the exchange: a socket that has lost its mark or its filter in silence is worse than an error. What the
 * kernel changed itself is no setting: a buffer that it tunes, a segment size that a failed connect(2) has left.
 * What cannot be asked of a socket is lost: multicast memberships, the multicast interface where it was named by its
 * index, TCP_MD5SIG, IPsec policies, and all else that options_table.h has in its second half, with the reason.
 */
#include "guard/options.h"

#include <errno.h>
#include <string.h>

#include "bindguard/kernel.h"
#include "guard/options_filter.h"
#include "guard/options_numbers.h"

/**
 * VALUE_BYTES - the longest value. IPv6 extension headers (ipv6(7)) may be longer, if anybody has such: what is cut off
 * is refused by the kernel when it is set.
 */
#define VALUE_BYTES 256

/**
 * enum bg_option_how - how an option is carried over.
 * COPY: set what is read
 * BUFFER: a buffer's size, unless the kernel tunes it
 * SEGMENT: TCP_MAXSEG, unless the kernel chose it
 * FILTER: a program of struct sock_filter
 * REFUSE: more belongs to it than can be read: fail
 */
enum bg_option_how { COPY, BUFFER, SEGMENT, FILTER, REFUSE };

/** struct option - one of options_table.h. */
struct option {
	uint16_t level;
	uint16_t name;
	uint16_t how;
};

#define OPTION(level, name, how) {level, name, how},
#define LEFT(level, name, why)
static const struct option options[] = {
#include "guard/options_table.h"
};
#undef OPTION
#undef LEFT

/**
 * is_none - does @error of getsockopt(2) say that a socket has no such option, or nothing set there? MPTCP says EOPNOTSUPP,
 * TCP_AO_INFO ENOENT.
 */
static bool
is_none(int error)
{
	return error == -ENOPROTOOPT || error == -EOPNOTSUPP || error == -ENOENT;
}

/**
 * copy_value - set on @to what @from has and a new socket has not.
 * Return: 0; 1 where something was set; -errno.
 */
static int
copy_value(int from, int to, const struct option *option)
{
	unsigned char wanted[VALUE_BYTES], present[VALUE_BYTES];
	unsigned wanted_size = sizeof(wanted), present_size = sizeof(present);
	int error;

	memset(wanted, 0, sizeof(wanted));
	memset(present, 0, sizeof(present));
	error = bg_kernel_getsockopt(from, option->level, option->name, wanted, &wanted_size);
	if (error)
		return is_none(error) ? 0 : error;
	error = bg_kernel_getsockopt(to, option->level, option->name, present, &present_size);
	if (error && !is_none(error))
		return error;
	if (wanted_size > sizeof(wanted))
		return -EMSGSIZE;
	if (!error && wanted_size == present_size && memcmp(wanted, present, wanted_size) == 0)
		return 0;
	if (option->how == REFUSE)
		return -EOPNOTSUPP;
	error = bg_kernel_setsockopt(to, option->level, option->name, wanted, wanted_size);
	/* One that can be read and never be set was not set by the program. */
	return error == -ENOPROTOOPT ? 0 : error ? error : 1;
}

/** is_locked - did the program set the size of buffer @name? Before SO_BUF_LOCK (Linux 5.14): perhaps. */
static bool
is_locked(int fd, int name)
{
	int locks;

	return bg_kernel_getint(fd, SOL_SOCKET, SO_BUF_LOCK, &locks) || locks & (name == SO_SNDBUF ? 1 : 2);
}

/**
 * copy_buffer - SO_SNDBUF or SO_RCVBUF: the kernel doubles what is set, and takes its maximum for what is more, socket(7).
 * Return: as copy_value(); EPERM where it takes privilege.
 */
static int
copy_buffer(int from, int to, int name)
{
	int force = name == SO_SNDBUF ? SO_SNDBUFFORCE : SO_RCVBUFFORCE, wanted, present, half, error;

	error = bg_kernel_getint(from, SOL_SOCKET, name, &wanted);
	if (!error)
		error = bg_kernel_getint(to, SOL_SOCKET, name, &present);
	if (error)
		return is_none(error) ? 0 : error;
	if (wanted == present || !is_locked(from, name))
		return 0;
	half = wanted / 2;
	if (bg_kernel_setsockopt(to, SOL_SOCKET, force, &half, sizeof(half)))
		error = bg_kernel_setsockopt(to, SOL_SOCKET, name, &half, sizeof(half));
	if (!error)
		error = bg_kernel_getint(to, SOL_SOCKET, name, &present);
	return error ? error : present == wanted ? 1 : -EPERM;
}

/**
 * copy_segment - TCP_MAXSEG. Where the program has set none it reads as what the last attempt to connect made of it, which
 * struct tcp_info has as well, at its 16th byte: tcpi_snd_mss.
 */
static int
copy_segment(int from, int to, const struct option *option)
{
	unsigned char info[20] = {0};
	unsigned size = sizeof(info);
	int set;
	uint32_t chosen;

	if (bg_kernel_getint(from, option->level, option->name, &set) == 0 &&
	    bg_kernel_getsockopt(from, IPPROTO_TCP, TCP_INFO, info, &size) == 0 && size == sizeof(info)) {
		memcpy(&chosen, info + 16, sizeof(chosen));
		if ((uint32_t)set == chosen)
			return 0;
	}
	return copy_value(from, to, option);
}

/** copy_option - one option, in its own way. Return: as copy_value(). */
static int
copy_option(int from, int to, const struct option *option)
{
	switch (option->how) {
	case BUFFER: return copy_buffer(from, to, option->name);
	case SEGMENT: return copy_segment(from, to, option);
	case FILTER: return bg_options_copy_filter(from, to);
	default: return copy_value(from, to, option);
	}
}

/** bg_options_copy - what the program has set on @from is set on @to. Return: 0 or -errno, and @to is of no use. */
int
bg_options_copy(int from, int to)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		int result = copy_option(from, to, &options[i]);

		if (result < 0)
			return result;
	}
	return 0;
}
