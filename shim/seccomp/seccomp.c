/* SPDX-License-Identifier: MIT
 * seccomp.c - starts supervisor and CMD; and tries beforehand, on a child that runs nothing, whether that is possible, so
 * that the answer is the kernel's and no guess from its version. Runs in the command's first process, the front.
 * supervisor.c has the theory of operation. */
#include "bindguard/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bindguard/sink.h"
#include "bindguard/supervision.h"
#include "seccomp/activation.h"
#include "seccomp/child.h"
#include "seccomp/front.h"
#include "seccomp/limits.h"
#include "seccomp/supervisor.h"

/**
 * reserve_streams - who starts us may have closed 0, 1 or 2: nothing of ours may then be there, since we give them up
 * later. CMD finds them closed, as they were.
 */
static void
reserve_streams(void)
{
	int null;

	do
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null >= 0 && null <= STDERR_FILENO);
	if (null >= 0)
		close(null);
}

/**
 * detach - make this process, the front's child, the supervisor: all that it could disturb is let go.
 * Return: whether it can work.
 */
static bool
detach(struct supervisor *supervisor)
{
	static const int ignored[] = {SIGHUP,  SIGINT,	SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN,
				      SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM, SIGXFSZ, SIGXCPU};
	sigset_t child, none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	setsid();
	if (chdir("/"))
		return false;
	prctl(PR_SET_NAME, supervisor->policy->mode == BG_MODE_ENFORCE ? BG_SECCOMP_COMM : BG_SECCOMP_COMM_OBSERVES);
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_SETMASK, &child, NULL);
	supervisor->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	bg_sink_identify_stderr(&supervisor->guard);
	front_give_up_streams(0, 2);
	return supervisor->signals >= 0;
}

/** leave_limits - CMD's limits are not ours; where one of them stays, it is said before CMD runs. */
static void
leave_limits(struct supervisor *supervisor, const char *program)
{
	unsigned long seconds = limits_raise();

	target_handles_set_up(&supervisor->handles);
	if (seconds)
		dprintf(STDERR_FILENO,
			"bindguard: the limit of %lu seconds of processor time (ulimit -t) cannot be raised here and "
			"holds "
			"for the supervisor too: when that has used them up, bind, listen and connect of %s fail with "
			"ENOSYS\n",
			seconds, program);
}

/** fail_start - tell the front why, and end; CMD's process, in which CMD does not run, before: the front is to have no children. */
_Noreturn static void
fail_start(const struct supervisor *supervisor, const struct message *failed)
{
	if (supervisor->cmd > 0 && kill(supervisor->cmd, SIGKILL) == 0)
		waitpid(supervisor->cmd, NULL, 0);
	message_send(supervisor->front, MESSAGE_FAILED, failed->value, failed->error);
	_exit(1);
}

/** supervise - the child of the front: start CMD, become the supervisor, and be it to the end. */
_Noreturn static void
supervise(struct supervisor *supervisor, const struct filter *filter, const struct bg_seccomp_command *command,
	  const sigset_t *mask)
{
	struct message message = {.type = MESSAGE_FAILED, .value = STEP_RESOURCES};
	pid_t front = getppid();
	int channel[2];

	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		message.error = errno;
		fail_start(supervisor, &message);
	}
	supervisor->cmd = fork();
	if (supervisor->cmd == 0) {
		close(channel[0]);
		activation_take_over(front);
		child_run(filter, channel[1], command, mask);
	}
	message.error = errno;
	close(channel[1]);
	if (supervisor->cmd < 0)
		fail_start(supervisor, &message);
	supervisor->listener = child_take_listener(supervisor->cmd, channel[0], &message);
	if (supervisor->listener < 0)
		fail_start(supervisor, &message);
	supervisor->restarts = message.error != 0;
	leave_limits(supervisor, command->argv[0]);
	if (!detach(supervisor)) {
		message = (struct message){.type = MESSAGE_FAILED, .value = STEP_RESOURCES, .error = errno};
		fail_start(supervisor, &message);
	}
	message_send(channel[0], MESSAGE_LISTENER_TAKEN, 0, 0);
	if (message_receive(channel[0], &message)) /* the channel ends without a word when exec has worked */
		fail_start(supervisor, &message);
	close(channel[0]);
	front_close_others((const int[]){supervisor->listener, supervisor->signals, supervisor->front}, 3);
	supervisor_tell(supervisor, MESSAGE_STARTED, (int)supervisor->cmd, 0);
	supervisor_run(supervisor);
	_exit(0);
}

/** map - zeroed memory for what is too large for a stack. */
static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/** fail - why CMD is not run: `engine seccomp: @what: @error`, an errno value, 0: none. */
static int
fail(struct bg_seccomp_error *why, const char *what, int error)
{
	why->failure = BG_SECCOMP_FAILED;
	snprintf(why->text, sizeof(why->text), "engine seccomp: %s%s%s", what, what[0] && error ? ": " : "",
		 error ? strerror(error) : "");
	return -1;
}

/** run_unguarded - mode off is as if there were no guard, and no cost of one either. */
static int
run_unguarded(const struct bg_seccomp_command *command, struct bg_seccomp_error *why)
{
	int error = command->become(command->argv);

	why->failure = error == ENOENT ? BG_SECCOMP_NOT_FOUND : BG_SECCOMP_NOT_EXECUTABLE;
	snprintf(why->text, sizeof(why->text), "%s: %s", command->argv[0], strerror(error));
	return -1;
}

int
bg_seccomp_run(const struct bg_loaded *loaded, const struct bg_seccomp_command *command, struct bg_seccomp_error *why)
{
	struct supervisor *supervisor = map(sizeof(*supervisor));
	struct filter *filter = map(sizeof(*filter));
	struct front front = {.program = command->argv[0], .error = why, .dies_alike = command->dies_alike};
	int pair[2], error, status;
	pid_t child;

	if (loaded->policy->mode == BG_MODE_OFF)
		return run_unguarded(command, why);
	if (!supervisor || !filter)
		return fail(why, "no memory", 0);
	error = filter_build(filter);
	if (error)
		return fail(why, "the filter cannot be made", -error);
	reserve_streams();
	bg_mistakes_complain(loaded, supervisor->complaints);
	supervisor_set_up(supervisor, loaded->policy);
	if (!front_set_up(&front))
		return fail(why, "", errno);
	child = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ? -1 : 0;
	if (child == 0) {
		front.supervisor = pair[0];
		supervisor->front = pair[1];
		child = fork();
	}
	if (child < 0) {
		status = fail(why, "fork", errno);
		front_take_back(&front);
		return status;
	}
	if (child == 0) {
		close(pair[0]);
		supervise(supervisor, filter, command, &front.mask);
	}
	close(pair[1]);
	front.child = child;
	status = front_run(&front);
	why->started = front.cmd > 0;
	if (status < 0 && !why->started)
		front_take_back(&front);
	return status;
}

/** try - have a child filter itself and take its listener. Return: whether that worked; else @message says why not. */
static bool
try(const struct filter *filter, struct message *message)
{
	int channel[2], listener;
	pid_t child;

	*message = (struct message){.type = MESSAGE_FAILED, .value = STEP_RESOURCES};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		message->error = errno;
		return false;
	}
	child = fork();
	if (child == 0) {
		close(channel[0]);
		child_run(filter, channel[1], NULL, NULL);
	}
	message->error = errno;
	close(channel[1]);
	listener = child < 0 ? -1 : child_take_listener(child, channel[0], message);
	close(channel[0]); /* the child waits for a message, and ends without one */
	if (listener >= 0)
		close(listener);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return listener >= 0;
}

bool
bg_seccomp_possible(char *why, size_t size)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	struct message message;
	bool possible = false;
	int error = filter ? filter_build(filter) : -ENOMEM;

	why[0] = '\0';
	if (error)
		snprintf(why, size, "engine seccomp: the filter cannot be made: %s", strerror(-error));
	else
		possible = try(filter, &message);
	if (!error && !possible)
		child_explain(&message, "", why, size);
	free(filter);
	return possible;
}
