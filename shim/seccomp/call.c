/* SPDX-License-Identifier: MIT
 * call.c - one trapped call, from the notification to its answer. Runs in the supervisor.
 *
 * Theory of operation. The target's thread sleeps in its call. Its socket is duplicated and the address copied, once;
 * only then is the kernel asked whether the notification still stands, so that neither can be of a stranger that took a
 * dead thread's number. What follows is the code of the preload, on the duplicate: a socket does not know through which
 * descriptor it is bound. The answer is the result of that call. Letting the target make the call itself
 * (SECCOMP_USER_NOTIF_FLAG_CONTINUE) would let it exchange the address meanwhile; that is done for sockets that are
 * none of the Internet, whose addresses are nothing to us (and mean other things here: a relative path, a namespace),
 * and for connect(2), which exposes nothing.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "seccomp/call.h"
#include "seccomp/datagram_threads.h"
#include "seccomp/emulated_call.h"
#include "seccomp/narrow.h"
#include "seccomp/supervisor.h"
#include "seccomp/target_connect.h"
#include "seccomp/waiting_calls.h"

/**
 * binds_nothing - does this call bind no Internet socket to anything, whatever its descriptor and memory are? connect(2)
 * serves nobody, but for datagram_threads.c, and where rules are for it may not be made unseen. A bind(2) of fewer bytes
 * than a struct sockaddr_in is refused by every Internet protocol, one of more than a struct sockaddr_storage by the kernel
 * for all.
 */
static bool
binds_nothing(const struct emulated_call *emulated)
{
	if (emulated->trap == TRAP_CONNECT && emulated->supervisor->policy->outgoing)
		return false;
	if (emulated->trap == TRAP_CONNECT)
		return !datagram_threads_may_have(emulated->supervisor, emulated->supervisor->call.tid);
	if (emulated->trap != TRAP_BIND || emulated->packed)
		return false; /* a size in memory can change meanwhile */
	return emulated->size < sizeof(struct sockaddr_in) || emulated->size > sizeof(struct sockaddr_storage);
}

/**
 * unreachable - the target's descriptors or memory may not be looked at: it makes the call itself where that binds
 * nothing; else the call is refused, which is said once.
 */
static int
unreachable(const struct emulated_call *emulated, int error)
{
	struct supervisor *supervisor = emulated->supervisor;

	if (error != -EPERM && error != -EACCES)
		return error;
	supervisor->call.proceed = binds_nothing(emulated);
	if (supervisor->call.proceed)
		return 0;
	if (!supervisor->said_unreachable && supervisor_is_valid(supervisor)) {
		supervisor->said_unreachable = true;
		supervisor_tell(supervisor, MESSAGE_UNREACHABLE, (int)supervisor->call.tid, -error);
	}
	return -EACCES;
}

/**
 * fetch - duplicate the socket and copy the address.
 * @addr: room for it
 * Return: 0: @emulated can be made; -errno: the answer. Or call.proceed is set.
 */
static int
fetch(struct emulated_call *emulated, const struct trapped *trapped, union bg_sockaddr *addr)
{
	struct supervisor *supervisor = emulated->supervisor;
	struct call *call = &supervisor->call;
	int domain, error;

	call->fd = (int)trapped->arguments[0];
	emulated->backlog = (int)trapped->arguments[1];
	emulated->size = (unsigned)trapped->arguments[2];
	call->copy = target_duplicate(&supervisor->handles, call->tid, call->fd);
	if (call->copy < 0)
		return unreachable(emulated, call->copy);
	error = bg_kernel_get_domain(call->copy, &domain);
	/* What is no socket: connect(2) reads the address first, bind(2) does not. Only a bind must be ours: a thread could
	 * put an Internet socket there meanwhile. */
	call->proceed =
		error ? error == -ENOTSOCK && emulated->trap == TRAP_CONNECT : domain != AF_INET && domain != AF_INET6;
	if (error || call->proceed)
		return error; /* ENOTSOCK */
	if (emulated->trap != TRAP_LISTEN && emulated->size > 0 && emulated->size <= sizeof(*addr)) {
		ssize_t got = waiting_calls_read(call, trapped->arguments[1], addr, emulated->size);

		if (got < 0 && got != -EFAULT)
			return unreachable(emulated, (int)got);
		emulated->addr = got < 0 ? NULL : addr;
	}
	return 0;
}

/**
 * answer_trap - decide and make the call.
 * Return: as the call, -errno instead of -1; or call.proceed is set, or call.absent.
 */
static int
answer_trap(struct supervisor *supervisor, const struct seccomp_data *asked)
{
	struct call *call = &supervisor->call;
	struct emulated_call emulated = {.supervisor = supervisor};
	unsigned char words[3 * sizeof(uint64_t)];
	struct trapped trapped;
	union bg_sockaddr addr;
	bool unmarked;
	int error;

	filter_decode(asked, &trapped);
	emulated.trap = trapped.trap;
	emulated.packed = trapped.packed;
	unmarked = trapped.trap == TRAP_CONNECT && !__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE);
	if (supervisor->policy->outgoing)
		unmarked = false;
	if (unmarked && (trapped.packed ||
			 !target_connect_has_scope(supervisor, trapped.arguments[1], (unsigned)trapped.arguments[2]))) {
		call->proceed = !call->absent_size;
		return 0;
	}
	if (trapped.packed) {
		ssize_t got = waiting_calls_read(call, trapped.at, words, 3 * trapped.word);

		if (got < 0)
			return unreachable(&emulated, (int)got);
		filter_unpack(&trapped, words);
	}
	error = fetch(&emulated, &trapped, &addr);
	if (unmarked && error) {
		call->proceed = true;
		return 0;
	}
	if (error || call->proceed || call->absent_size)
		return error;
	if (!supervisor_is_valid(supervisor))
		return -EINTR; /* nobody is left to hear it */
	if (unmarked)
		return target_connect_proceed(supervisor, emulated.addr, emulated.size);
	if (!narrow_to_target(supervisor))
		return unreachable(&emulated, -EACCES);
	return emulated_call_make(&emulated, asked);
}

/** answer_call - fill @answer for @asked, whose struct call is set. Return: as call_answer(). */
static bool
answer_call(struct supervisor *supervisor, const struct seccomp_notif *asked, struct seccomp_notif_resp *answer)
{
	struct call *call = &supervisor->call;
	int result;

	memset(answer, 0, sizeof(*answer));
	answer->id = call->id = asked->id;
	call->tid = (pid_t)asked->pid;
	call->fd = call->copy = call->stderr_copy = call->ports = -1;
	result = answer_trap(supervisor, &asked->data);
	if (call->absent_size)
		result = -ENOMEM;
	if (call->proceed)
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (result < 0)
		answer->error = result;
	else
		answer->val = result;
	/* Before the answer: a port that the target closes at once must be free at once. */
	if (call->copy >= 0)
		close(call->copy);
	if (call->stderr_copy >= 0)
		close(call->stderr_copy);
	return call->absent_size == 0;
}

/**
 * call_answer - fill @answer for @asked: a call without an answer would hang.
 * Return: false where memory must be waited for; @answer is then for the case that it cannot be.
 */
bool
call_answer(struct supervisor *supervisor, const struct seccomp_notif *asked, struct seccomp_notif_resp *answer)
{
	supervisor->call = (struct call){.proceed = false};
	return answer_call(supervisor, asked, answer);
}

/** call_answer_again - likewise for a call whose memory was waited for; @unreadable: it cannot be read. */
bool
call_answer_again(struct supervisor *supervisor, const struct waiting_call *waiting, bool unreadable,
		  struct seccomp_notif_resp *answer)
{
	supervisor->call = (struct call){.waited = true, .unreadable = unreadable, .waited_from = waiting->from};
	return answer_call(supervisor, &waiting->asked, answer);
}
