/* SPDX-License-Identifier: MIT
 * target_access.c - what the shim's code asks of a program that is another process: names for rules and events, its descriptor
 * 2, a new socket in the place of one of its own. Runs in the supervisor, during a call. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/rule.h"
#include "seccomp/supervisor.h"
#include "seccomp/target_access.h"

/** self - the one of this process; the shim's functions hand a const guard through, nothing else. */
static struct supervisor *self;

/** identify - what runs in the target, where the rules could not be narrowed to it; see narrow.c. */
static void
identify(const struct bg_guard *guard, struct bg_request *request)
{
	if ((!self->by_program && !self->by_command) || guard->policy != self->policy)
		return;
	request->exe = self->exe;
	request->command = self->command;
}

/** describe - the target in an event. A process that is gone by now leaves its names empty, never another's. */
static void
describe(const struct bg_guard *guard, struct bg_event *event)
{
	const struct call *call = &self->call;
	struct identity identity;

	(void)guard;
	target_identity(call->tid, &identity);
	target_exe(call->tid, self->exe, sizeof(self->exe));
	if (!supervisor_is_valid(self)) {
		memset(&identity, 0, sizeof(identity));
		self->exe[0] = '\0';
	}
	event->program = bg_base_name(self->exe);
	event->exe = self->exe;
	event->pid = identity.pid ? identity.pid : call->tid;
	event->ppid = identity.parent;
	event->uid = identity.uid;
	event->fd = call->fd;
}

/**
 * stderr_fd - the target's own descriptor 2: lines of ours go where the program's go, and only while it still is what
 * it was when CMD started. The supervisor keeps none: it would hold a pipe open that all others have left.
 */
static int
stderr_fd(const struct bg_guard *guard)
{
	struct call *call = &self->call;

	(void)guard;
	if (call->stderr_copy < 0)
		call->stderr_copy = target_duplicate(&self->handles, call->tid, STDERR_FILENO);
	return call->stderr_copy;
}

/** take_place - @created in the target's place, and behind our duplicate @fd too, for what is still to be done. */
static int
take_place(const struct bg_guard *guard, int fd, int created)
{
	const struct call *call = &self->call;
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)created,
		.newfd = (uint32_t)call->fd,
		.newfd_flags = target_closes_on_exec(call->tid, call->fd) ? O_CLOEXEC : 0,
	};

	(void)guard;
	if (ioctl(self->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0)
		return -errno;
	return dup3(created, fd, O_CLOEXEC) < 0 ? -errno : 0;
}

/** hash - of a path: FNV-1a. */
static uint64_t
hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3u;
	return value;
}

/**
 * client - has a bind of the target been taken back for a client? Kept for each process: one that is a client says nothing
 * of the others.
 */
static bool
client(const struct bg_guard *guard, bool note)
{
	struct identity identity;
	struct client target;

	(void)guard;
	target_identity(self->call.tid, &identity);
	if (!identity.pid || !target_exe(self->call.tid, self->exe, sizeof(self->exe)))
		return false;
	target = (struct client){.pid = identity.pid, .exe = hash(self->exe)};
	for (size_t i = 0; i < CLIENTS; i++)
		if (self->clients[i].pid == target.pid && self->clients[i].exe == target.exe)
			return true;
	if (note)
		self->clients[self->next_client++ % CLIENTS] = target;
	return note;
}

static const struct bg_target_access target_access = {
	.identify = identify,
	.describe = describe,
	.stderr_fd = stderr_fd,
	.take_place = take_place,
	.client = client,
};

/** raw_bind - bind(2). */
static int
raw_bind(int fd, const void *addr, unsigned size)
{
	return (int)syscall(SYS_bind, fd, addr, size);
}

/** raw_listen - listen(2). */
static int
raw_listen(int fd, int backlog)
{
	return (int)syscall(SYS_listen, fd, backlog);
}

/**
 * raw_connect - a datagram socket is connected at once. Any other may take minutes, in which nobody else would be
 * answered: the target connects it itself, when we have done what was to be done before. It may name another peer by
 * then; that exposes nothing, since a connected socket serves nobody, and listen(2) asks the rules again.
 */
static int
raw_connect(int fd, const void *addr, unsigned size)
{
	int type;

	if (bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) || (type != SOCK_DGRAM && type != SOCK_RAW)) {
		self->call.proceed = true;
		return 0;
	}
	return (int)syscall(SYS_connect, fd, addr, size);
}

static const struct bg_real real = {.bind = raw_bind, .listen = raw_listen, .connect = raw_connect};

/** target_access_use - from now on @supervisor answers the shim's questions. */
void
target_access_use(struct supervisor *supervisor)
{
	self = supervisor;
	supervisor->guard.real = &real;
	supervisor->guard.target_access = &target_access;
	supervisor->guard.engine = BG_ENGINE_SECCOMP;
}
