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

#include "launcher/supervise/supervisor.h"
#include "sys/kernel.h"
#include "sys/marks.h"
#include "sys/origin.h"

/**
 * struct work - a call ready to be made.
 * @trap: which
 * @packed: its arguments are in the target's memory
 * @backlog: of listen
 * @addr, @size: of the others; @addr NULL: the target's pointer cannot be read, and the kernel shall say so
 */
struct work {
	struct supervisor *supervisor;
	enum trap trap;
	bool packed;
	int backlog;
	const union bg_sockaddr *addr;
	unsigned size;
};

/**
 * binds_nothing - does this call bind no Internet socket to anything, whatever its descriptor and memory are? connect(2)
 * serves nobody, but for datagrams.c. A bind(2) of fewer bytes than a struct sockaddr_in is refused by every Internet protocol, one of more
 * than a struct sockaddr_storage by the kernel for all.
 */
static bool
binds_nothing(const struct work *work)
{
	if (work->trap == TRAP_CONNECT)
		return !datagrams_may_be_of(work->supervisor, work->supervisor->call.tid);
	if (work->trap != TRAP_BIND || work->packed)
		return false; /* a size in memory can change meanwhile */
	return work->size < sizeof(struct sockaddr_in) || work->size > sizeof(struct sockaddr_storage);
}

/**
 * unreachable - the target's descriptors or memory may not be looked at: it makes the call itself where that binds
 * nothing; else the call is refused, which is said once.
 */
static int
unreachable(const struct work *work, int error)
{
	struct supervisor *supervisor = work->supervisor;

	if (error != -EPERM && error != -EACCES)
		return error;
	supervisor->call.proceed = binds_nothing(work);
	if (supervisor->call.proceed)
		return 0;
	if (!supervisor->said_unreachable && supervisor_is_valid(supervisor)) {
		supervisor->said_unreachable = true;
		supervisor_tell(supervisor, NEWS_UNREACHABLE, (int)supervisor->call.tid, -error);
	}
	return -EACCES;
}

/** lends - would the call bind a port by a privilege that its target lacks? */
static bool
lends(const struct work *work)
{
	struct bg_endpoint endpoint;
	enum bg_form form;

	if (work->trap != TRAP_BIND || !work->addr || !bg_sockaddr_decode(work->addr, work->size, &endpoint, &form))
		return false;
	return privilege_is_lent(work->supervisor, endpoint.port);
}

/** make - the call itself, by the code of the preload. Return: as the call, -errno instead of -1. */
static int
make(const struct work *work)
{
	const struct bg_guard *guard = &work->supervisor->guard;
	int fd = work->supervisor->call.copy;

	switch (work->trap) {
	case TRAP_BIND: return bg_guard_bind(guard, fd, work->addr, work->size);
	case TRAP_LISTEN: return bg_guard_listen(guard, fd, work->backlog);
	case TRAP_CONNECT: return scopes_connect(work->supervisor, work->addr, work->size);
	default: return -ENOSYS;
	}
}

/** make_as_target - make the call with no more privilege than the target has, or not at all. */
static int
make_as_target(void *context)
{
	const struct work *work = context;
	bool lower = lends(work);
	int result;

	if (lower && !privilege_set(false))
		return -EACCES;
	result = make(work);
	datagrams_note(work->supervisor);
	if (lower && !privilege_set(true))
		privilege_set(true); /* others need it yet */
	return result;
}

/**
 * fetch - duplicate the socket and copy the address.
 * @addr: room for it
 * Return: 0: @work can be made; -errno: the answer. Or call.proceed is set.
 */
static int
fetch(struct work *work, const struct trapped *trapped, union bg_sockaddr *addr)
{
	struct supervisor *supervisor = work->supervisor;
	struct call *call = &supervisor->call;
	int domain, error;

	call->fd = (int)trapped->arguments[0];
	work->backlog = (int)trapped->arguments[1];
	work->size = (unsigned)trapped->arguments[2];
	call->copy = target_duplicate(&supervisor->handles, call->tid, call->fd);
	if (call->copy < 0)
		return unreachable(work, call->copy);
	error = bg_kernel_get_domain(call->copy, &domain);
	/* What is no socket: connect(2) reads the address first, bind(2) does not. Only a bind must be ours: a thread could
	 * put an Internet socket there meanwhile. */
	call->proceed =
		error ? error == -ENOTSOCK && work->trap == TRAP_CONNECT : domain != AF_INET && domain != AF_INET6;
	if (error || call->proceed)
		return error; /* ENOTSOCK */
	if (work->trap != TRAP_LISTEN && work->size > 0 && work->size <= sizeof(*addr)) {
		ssize_t got = waiting_read(call, trapped->arguments[1], addr, work->size);

		if (got < 0 && got != -EFAULT)
			return unreachable(work, (int)got);
		work->addr = got < 0 ? NULL : addr;
	}
	return 0;
}

/** describe_bind - what @backup must hold for @work, asked for by @asked, to be the same bind(2) of the same socket. */
static void
describe_bind(const struct work *work, const struct seccomp_data *asked, struct backup *backup)
{
	const struct call *call = &work->supervisor->call;
	unsigned size = sizeof(backup->cookie);

	memset(backup, 0, sizeof(*backup));
	backup->tid = call->tid;
	backup->data = *asked;
	memcpy(&backup->addr, work->addr, work->size);
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
 * make_once - make the call; but a bind(2) that was made already, and that a signal took away before the answer, only has
 * its result. Before Linux 5.19 such a call comes again, even where the kernel had taken our answer, and a socket that is
 * bound cannot be bound again (EINVAL). Every other call can be made twice, and so can a bind(2) that failed: seccomp(2)
 * shows pointers only, so what looks the same may be another call. The price: where no signal came, a second bind(2) of
 * the same bytes on a socket that is bound just so ends well.
 */
static int
make_once(struct work *work, const struct seccomp_data *asked)
{
	struct supervisor *supervisor = work->supervisor;
	struct backup bind;
	int result;

	if (!supervisor->restarts || work->trap != TRAP_BIND || !work->addr)
		return network_run(supervisor, make_as_target, work);
	describe_bind(work, asked, &bind);
	for (size_t i = 0; bind.tid && i < BACKUPS; i++)
		if (is_same(&supervisor->backups[i], &bind))
			return 0;
	result = network_run(supervisor, make_as_target, work);
	if (result == 0)
		describe_bind(work, asked, &supervisor->backups[supervisor->next_backup++ % BACKUPS]);
	return result;
}

/**
 * answer_trap - decide and make the call.
 * Return: as the call, -errno instead of -1; or call.proceed is set, or call.absent.
 */
static int
answer_trap(struct supervisor *supervisor, const struct seccomp_data *asked)
{
	struct call *call = &supervisor->call;
	struct work work = {.supervisor = supervisor};
	unsigned char words[3 * sizeof(uint64_t)];
	struct trapped trapped;
	union bg_sockaddr addr;
	bool unmarked;
	int error;

	filter_decode(asked, &trapped);
	work.trap = trapped.trap;
	work.packed = trapped.packed;
	unmarked = trapped.trap == TRAP_CONNECT && !__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE);
	if (unmarked &&
	    (trapped.packed || !scopes_concern(supervisor, trapped.arguments[1], (unsigned)trapped.arguments[2]))) {
		call->proceed = !call->absent_size;
		return 0;
	}
	if (trapped.packed) {
		ssize_t got = waiting_read(call, trapped.at, words, 3 * trapped.word);

		if (got < 0)
			return unreachable(&work, (int)got);
		filter_unpack(&trapped, words);
	}
	error = fetch(&work, &trapped, &addr);
	if (unmarked && error) {
		call->proceed = true;
		return 0;
	}
	if (error || call->proceed || call->absent_size)
		return error;
	if (!supervisor_is_valid(supervisor))
		return -EINTR; /* nobody is left to hear it */
	if (unmarked)
		return scopes_proceed(supervisor, work.addr, work.size);
	if (!narrow_to_target(supervisor))
		return unreachable(&work, -EACCES);
	return make_once(&work, asked);
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

/** call_answer_again - likewise for a call whose memory was waited for; @in_vain: it cannot be read. */
bool
call_answer_again(struct supervisor *supervisor, const struct waiting *waiting, bool in_vain,
		  struct seccomp_notif_resp *answer)
{
	supervisor->call = (struct call){.waited = true, .in_vain = in_vain, .waited_from = waiting->from};
	return answer_call(supervisor, &waiting->asked, answer);
}
