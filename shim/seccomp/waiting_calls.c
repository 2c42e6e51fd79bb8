/* SPDX-License-Identifier: MIT
 * waiting_calls.c - calls whose address lies in memory that is not there yet. Runs in the supervisor.
 *
 * To read such memory takes as long as whoever fills it likes: a file of FUSE, userfaultfd(2). Nobody else would be
 * answered meanwhile. So the pages are asked for first, which waits for nothing; where one is missing a child reads them
 * and ends, and the call is taken up again from the start. Yama (ptrace_scope=1) lets only an ancestor of the target look:
 * there the child reads through a descriptor that was opened here. That waits for files, but for userfaultfd(2) it fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "seccomp/front.h"
#include "seccomp/supervisor.h"
#include "seccomp/waiting_calls.h"

/**
 * is_absent - is memory of thread @tid not there, so that nobody knows how long it takes to read it? Of at most
 * two pages. A kernel without NUMA does not tell, which is taken for a no. move_pages(2) moves nothing where it is given no
 * nodes.
 */
static bool
is_absent(pid_t tid, uint64_t from, size_t size)
{
	const uintptr_t ends[2] = {(uintptr_t)from, (uintptr_t)(from + size - 1)};
	int status[2] = {0, 0};

	return syscall(SYS_move_pages, tid, 2ul, ends, NULL, status, 0) == 0 && (status[0] < 0 || status[1] < 0);
}

/**
 * waiting_calls_read - copy @size bytes at @from of the target. Where they are not there yet nothing is copied, and
 * call.absent is set.
 * Return: @size or -errno.
 */
ssize_t
waiting_calls_read(struct call *call, uint64_t from, void *to, size_t size)
{
	bool waited = call->waited && call->waited_from == from;

	if (waited && call->unreadable)
		return -EFAULT;
	if (!waited && is_absent(call->tid, from, size)) {
		call->absent = from;
		call->absent_size = size;
		return -EFAULT;
	}
	return target_read(call->tid, from, to, size);
}

/** read_pages - in the child: read what is missing. Ends with status 0 where all of it is there now. */
_Noreturn static void
read_pages(int memory, const struct call *call)
{
	unsigned char bytes[sizeof(union bg_sockaddr)];
	uintptr_t from = (uintptr_t)call->absent;
	struct iovec here = {.iov_base = bytes, .iov_len = call->absent_size};
	struct iovec there = {.iov_len = call->absent_size};
	ssize_t got;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(memory, STDIN_FILENO);
	front_close_others(NULL, 0); /* above all the listener: while it is open, calls without an answer hang */
	memcpy(&there.iov_base, &from, sizeof(from));
	got = process_vm_readv(call->tid, &here, 1, &there, 1, 0);
	if (got < 0 && (errno == EPERM || errno == ENOSYS))
		got = pread(STDIN_FILENO, bytes, call->absent_size, (off_t)call->absent);
	_exit(got == (ssize_t)call->absent_size ? 0 : 1);
}

/**
 * waiting_calls_add - have the memory that the call under way lacks read, @asked be answered when that is done.
 * Return: false where too many wait, or no child can be made.
 */
bool
waiting_calls_add(struct supervisor *supervisor, const struct seccomp_notif *asked)
{
	const struct call *call = &supervisor->call;
	struct waiting_call *waiting = supervisor->waiting_calls;
	char path[64];
	int memory;

	while (waiting < supervisor->waiting_calls + WAITING_CALLS && waiting->child > 0)
		waiting++;
	if (waiting == supervisor->waiting_calls + WAITING_CALLS)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)call->tid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	waiting->child = fork();
	if (waiting->child == 0)
		read_pages(memory, call);
	if (waiting->child < 0)
		waiting->child = 0;
	if (memory >= 0)
		close(memory);
	waiting->asked = *asked;
	waiting->from = call->absent;
	return waiting->child > 0;
}

/** waiting_calls_take - the child @pid has ended. Return: what it has read for; NULL: it was no such child. */
const struct waiting_call *
waiting_calls_take(struct supervisor *supervisor, pid_t pid)
{
	for (size_t i = 0; i < WAITING_CALLS; i++)
		if (supervisor->waiting_calls[i].child == pid) {
			supervisor->waiting_calls[i].child = 0;
			return &supervisor->waiting_calls[i];
		}
	return NULL;
}

/** waiting_calls_check - end the children whose call nobody waits for any more. Return: are there any left? */
bool
waiting_calls_check(struct supervisor *supervisor)
{
	bool any = false;

	for (size_t i = 0; i < WAITING_CALLS; i++) {
		const struct waiting_call *waiting = &supervisor->waiting_calls[i];

		if (waiting->child <= 0)
			continue;
		any = true;
		supervisor->call.id = waiting->asked.id;
		if (!supervisor_is_valid(supervisor))
			kill(waiting->child, SIGKILL);
	}
	return any;
}
