/* SPDX-License-Identifier: MIT
 * child.c - CMD's process between fork and exec, and how the supervisor gets the listener from it. The filter is in
 * force there already, so only calls that it does not trap are made: a number is sent, pidfd_getfd(2) does the rest. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seccomp/child.h"
#include "seccomp/supervisor.h"

/** message_send - one packet. Return: whether it was sent; never waits, never raises SIGPIPE. */
bool
message_send(int fd, enum message_type type, int value, int error)
{
	struct message message = {.type = type, .value = value, .error = error};

	return send(fd, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(message);
}

/** message_receive - wait for one packet. Return: false where the other end is gone. */
bool
message_receive(int fd, struct message *message)
{
	ssize_t got;

	do
		got = recv(fd, message, sizeof(*message), 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(*message);
}

/** give_up - tell the supervisor why CMD does not run. */
_Noreturn static void
give_up(int channel, enum start_step step, int error)
{
	message_send(channel, MESSAGE_FAILED, (int)step, error);
	_exit(1);
}

/**
 * child_run - become CMD, filtered. To be called in a fresh child.
 * @channel: to the supervisor; close-on-exec, so that its end says that exec has worked
 * @command: NULL: only wait until the supervisor has seen enough, for bg_seccomp_possible()
 * @mask: signal mask that CMD is to have
 */
void
child_run(const struct filter *filter, int channel, const struct bg_seccomp_command *command, const sigset_t *mask)
{
	struct message reply;
	bool restarts;
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		give_up(channel, STEP_PRIVILEGES, errno);
	listener = filter_load(filter, &restarts);
	if (listener < 0)
		give_up(channel, STEP_FILTER, -listener);
	if (!message_send(channel, MESSAGE_LISTENER, listener, restarts) || !message_receive(channel, &reply))
		_exit(1);
	close(listener);
	if (!command)
		_exit(0);
	sigprocmask(SIG_SETMASK, mask, NULL);
	give_up(channel, STEP_EXEC, command->become(command->argv));
}

/**
 * child_take_listener - get the listener out of @child.
 * @message: its message; MESSAGE_FAILED, whoever it was that failed, where -1 is returned
 * Return: the listener, close-on-exec, or -1.
 */
int
child_take_listener(pid_t child, int channel, struct message *message)
{
	int pidfd, listener;

	if (!message_receive(channel, message))
		*message = (struct message){.type = MESSAGE_FAILED, .value = STEP_RESOURCES, .error = ECHILD};
	if (message->type == MESSAGE_FAILED)
		return -1;
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	if (pidfd < 0) {
		*message = (struct message){.type = MESSAGE_FAILED, .value = STEP_HANDLE, .error = errno};
		return -1;
	}
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, message->value, 0);
	if (listener < 0)
		*message = (struct message){.type = MESSAGE_FAILED, .value = STEP_LISTENER, .error = errno};
	close(pidfd);
	return listener;
}

/** reason - what stands behind @error at @step, and what to do. NULL: nothing more than its name. */
static const char *
reason(enum start_step step, int error)
{
	if (step == STEP_FILTER && error == EBUSY)
		return "a seccomp listener guards this process already (bindguard inside bindguard, or a container's), "
		       "and there can be but one: use --engine preload, or start CMD from outside";
	if (error == ENOSYS || (step == STEP_FILTER && error == EINVAL))
		return "this kernel cannot do it: Linux 5.9 or later with seccomp is needed, or --engine preload";
	if (step == STEP_FILTER)
		return "seccomp(2) is forbidden here: allow it in the container's profile, or use --engine preload";
	if ((step == STEP_HANDLE || step == STEP_LISTENER) && (error == EPERM || error == EACCES))
		return "pidfd_getfd(2) is forbidden here, as by Docker's default profile: start the container with "
		       "--cap-add SYS_PTRACE, or use --engine preload";
	return NULL;
}

/** child_explain - one line about @failed. @program: CMD */
void
child_explain(const struct message *failed, const char *program, char *why, size_t size)
{
	static const char *const steps[] = {
		[STEP_PRIVILEGES] = "prctl(PR_SET_NO_NEW_PRIVS)",
		[STEP_FILTER] = "seccomp",
		[STEP_HANDLE] = "pidfd_open",
		[STEP_LISTENER] = "pidfd_getfd",
		[STEP_RESOURCES] = "the supervisor cannot start",
	};
	enum start_step step = (enum start_step)failed->value;
	const char *more = step == STEP_EXEC ? NULL : reason(step, failed->error);

	if (step == STEP_EXEC)
		snprintf(why, size, "%s: %s", program, strerror(failed->error));
	else
		snprintf(why, size, "engine seccomp: %s: %s%s%s", steps[step], strerror(failed->error),
			 more ? "; " : "", more ? more : "");
}
