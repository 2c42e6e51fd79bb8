/* SPDX-License-Identifier: MIT
 * emulated_call.c - makes a call in the target's place: in its network, with no more privilege than it has, and once. */
#include "seccomp/emulated_call.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/kernel.h"
#include "seccomp/datagram_threads.h"
#include "seccomp/low_ports.h"
#include "seccomp/namespace.h"
#include "seccomp/target_connect.h"

/** lends - would the call bind a port by a privilege that its target lacks? */
static bool
lends(const struct emulated_call *emulated)
{
	struct bg_endpoint endpoint;
	enum bg_form form;

	if (emulated->trap != TRAP_BIND || !emulated->addr ||
	    !bg_sockaddr_decode(emulated->addr, emulated->size, &endpoint, &form))
		return false;
	return low_ports_are_lent(emulated->supervisor, endpoint.port);
}

/** make - the call itself, by the code of the preload. Return: as the call, -errno instead of -1. */
static int
make(const struct emulated_call *emulated)
{
	const struct bg_guard *guard = &emulated->supervisor->guard;
	int fd = emulated->supervisor->call.copy;

	switch (emulated->trap) {
	case TRAP_BIND: return bg_guard_bind(guard, fd, emulated->addr, emulated->size);
	case TRAP_LISTEN: return bg_guard_listen(guard, fd, emulated->backlog);
	case TRAP_CONNECT: return target_connect(emulated->supervisor, emulated->addr, emulated->size);
	default: return -ENOSYS;
	}
}

/** make_as_target - make the call with no more privilege than the target has, or not at all. */
static int
make_as_target(void *context)
{
	const struct emulated_call *emulated = context;
	bool lower = lends(emulated);
	int result;

	if (lower && !low_ports_permit(false))
		return -EACCES;
	result = make(emulated);
	datagram_threads_add(emulated->supervisor);
	if (lower && !low_ports_permit(true))
		low_ports_permit(true); /* others need it yet */
	return result;
}

/** describe_bind - what @backup must hold for @emulated, asked for by @asked, to be the same bind(2) of the same socket. */
static void
describe_bind(const struct emulated_call *emulated, const struct seccomp_data *asked, struct backup *backup)
{
	const struct call *call = &emulated->supervisor->call;
	unsigned size = sizeof(backup->cookie);

	memset(backup, 0, sizeof(*backup));
	backup->tid = call->tid;
	backup->data = *asked;
	memcpy(&backup->addr, emulated->addr, emulated->size);
	if (bg_kernel_getsockopt(call->copy, SOL_SOCKET, SO_COOKIE, &backup->cookie, &size) ||
	    bg_kernel_getsockname(call->copy, &backup->name, &backup->name_size))
		backup->tid = 0;
}

/** is_same - the same bind(2) by the same thread, and its socket as that left it. */
static bool
is_same(const struct backup *a, const struct backup *b)
{
	return a->tid == b->tid && a->cookie == b->cookie && a->name_size == b->name_size &&
	       memcmp(&a->data, &b->data, sizeof(a->data)) == 0 &&
	       memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes)) == 0 &&
	       memcmp(a->name.bytes, b->name.bytes, sizeof(a->name.bytes)) == 0;
}

/**
 * emulated_call_make - make the call; but a bind(2) that was made already, and that a signal took away before the
 * answer, only has its result. Before Linux 5.19 such a call comes again, even where the kernel had taken our answer,
 * and a socket that is bound cannot be bound again (EINVAL). Every other call can be made twice, and so can a bind(2)
 * that failed: seccomp(2) shows pointers only, so what looks the same may be another call. The price: where no signal
 * came, a second bind(2) of the same bytes on a socket that is bound just so ends well.
 */
int
emulated_call_make(struct emulated_call *emulated, const struct seccomp_data *asked)
{
	struct supervisor *supervisor = emulated->supervisor;
	struct backup bind;
	int result;

	if (!supervisor->restarts || emulated->trap != TRAP_BIND || !emulated->addr)
		return network_run(supervisor, make_as_target, emulated);
	describe_bind(emulated, asked, &bind);
	for (size_t i = 0; bind.tid && i < BACKUPS; i++)
		if (is_same(&supervisor->backups[i], &bind))
			return 0;
	result = network_run(supervisor, make_as_target, emulated);
	if (result == 0)
		describe_bind(emulated, asked, &supervisor->backups[supervisor->next_backup++ % BACKUPS]);
	return result;
}
