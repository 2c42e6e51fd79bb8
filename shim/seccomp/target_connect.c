/* SPDX-License-Identifier: MIT
 * target_connect.c - connect(2) of the target, which makes it itself: a device that the kernel then sets for the sake of a
 * link-local address is noted before, since the end of the call is not seen. Runs in the supervisor, during a call. */
#include "seccomp/target_connect.h"
#include "bindguard/origin.h"
#include "seccomp/supervisor.h"
#include "seccomp/waiting_calls.h"

/** target_connect_has_scope - has the address of the target's connect(2), of @size bytes @at there, a scope? It alone is read. */
bool
target_connect_has_scope(struct supervisor *supervisor, uint64_t at, unsigned size)
{
	union bg_sockaddr addr;
	struct bg_endpoint to;

	return size >= BG_SCOPE_SIZE &&
	       waiting_calls_read(&supervisor->call, at, &addr, BG_SCOPE_SIZE) == BG_SCOPE_SIZE &&
	       bg_scope_read(&addr, BG_SCOPE_SIZE, &to);
}

/** target_connect_proceed - the target makes the call. @addr: NULL: it cannot be read, and sets nothing. Return: 0. */
int
target_connect_proceed(struct supervisor *supervisor, const union bg_sockaddr *addr, unsigned size)
{
	if (addr)
		bg_scope_of_connect(supervisor->call.copy, addr, size, false);
	supervisor->call.proceed = true;
	return 0;
}

/** target_connect - connect(2) under the guard, after which the target makes the call, or not. Return: -errno for -1. */
int
target_connect(struct supervisor *supervisor, const union bg_sockaddr *addr, unsigned size)
{
	int result = bg_guard_connect(&supervisor->guard, supervisor->call.copy, addr, size);

	if (supervisor->call.proceed)
		return target_connect_proceed(supervisor, addr, size);
	if (addr && result < 0)
		bg_scope_of_connect(supervisor->call.copy, addr, size, true);
	return result;
}
