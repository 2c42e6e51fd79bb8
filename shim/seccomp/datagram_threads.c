/* SPDX-License-Identifier: MIT
 * datagram_threads.c - which processes have datagram sockets that rules hold. Runs in the supervisor, during a call.
 *
 * connect(2) serves nobody, with one exception: to AF_UNSPEC it dissolves a datagram socket's connection, and with that
 * the device or the address that a rule gave it. So a process that nobody may look into connects unseen only where no
 * such socket can be its own: neither it nor an ancestor of it that still runs has had one changed. */
#include <sys/socket.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "seccomp/datagram_threads.h"
#include "seccomp/supervisor.h"

#define ANCESTORS 64 /* looked at: pids that are reused meanwhile must make no endless way */

/** datagram_threads_add - the call under way is made: has it left its target with a datagram socket that a rule holds? */
void
datagram_threads_add(struct supervisor *supervisor)
{
	const struct call *call = &supervisor->call;
	struct datagram_threads *threads = &supervisor->datagram_threads;
	struct identity identity;
	enum bg_marked marked;
	struct bg_mark mark;
	int type;

	if (!__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE) ||
	    bg_kernel_getint(call->copy, SOL_SOCKET, SO_TYPE, &type) || type == SOCK_STREAM)
		return;
	marked = bg_marks_find(call->copy, &mark);
	if (marked == BG_MARKED_NOT ||
	    (marked == BG_MARKED &&
	     (mark.kind == BG_MARK_PORT_ZERO || mark.kind == BG_MARK_AS_ASKED || mark.kind == BG_MARK_SCOPE)))
		return; /* bound as asked */
	for (unsigned i = 0; i < threads->count; i++)
		if (threads->tids[i] == call->tid)
			return;
	if (threads->count == DATAGRAM_THREADS) {
		threads->full = true;
		return;
	}
	target_identity(call->tid, &identity);
	threads->tids[threads->count] = call->tid;
	threads->pids[threads->count++] = identity.pid;
}

/** datagram_threads_may_have - may a datagram socket that a rule holds be one of thread @tid? */
bool
datagram_threads_may_have(const struct supervisor *supervisor, pid_t tid)
{
	const struct datagram_threads *threads = &supervisor->datagram_threads;
	struct identity identity;

	if (threads->full)
		return true;
	for (int step = 0; step < ANCESTORS && threads->count > 0; step++) {
		target_identity(tid, &identity);
		if (identity.pid == 0)
			return true; /* nobody tells */
		for (unsigned i = 0; i < threads->count; i++)
			if (threads->pids[i] == identity.pid || threads->pids[i] == 0)
				return true;
		if (identity.parent == 0 || identity.parent == getpid())
			return false;
		tid = identity.parent;
	}
	return threads->count > 0;
}
