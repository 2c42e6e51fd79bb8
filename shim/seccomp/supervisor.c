/* SPDX-License-Identifier: MIT
 * supervisor.c - the process that answers the trapped calls of CMD and all its descendants. Runs from before CMD's start
 * until the last guarded process has ended.
 *
 * Theory of operation. There are three processes. The launcher's *front* (seccomp.c) waits for CMD, passes signals on
 * and ends with its status: to the shell it is CMD. The *supervisor*, its child, owns the listener, the descriptor from
 * which seccomp's notifications are read. *CMD* is the supervisor's child, in the front's process group, so that the
 * terminal's signals, job control and `kill -GROUP` reach it as without us.
 *
 * The supervisor has a session of its own, since Ctrl-C is meant for CMD. It must be an ancestor of all it guards (Yama,
 * ptrace_scope=1), also of daemons whose parents have ended: it is a child subreaper (prctl(2)) and reaps what it
 * inherits. When CMD has ended, it goes on, detached, until poll(2) says POLLHUP: no process has the filter any more.
 * It holds nothing of CMD's: no terminal, no pipe, no folder, not even descriptor 2, which it borrows from the target
 * for each line it logs (target_access.c).
 *
 * It is one thread. A call takes microseconds and none of those it makes can wait (a connect that could is left to the
 * target), so 64 processes that bind at once wait for one another no longer than in the kernel's own locks.
 *
 * The safety of the tree hangs on it. It ignores what can be ignored of signals; ENOENT (the target died, or a signal
 * took its call away) and EINTR are everyday; every notification that was received is answered. If it is killed all the
 * same, the kernel answers ENOSYS to what is trapped: nothing can bind, nothing is exposed, and the front says so. If
 * the front is killed, CMD is: whoever kills what stands for CMD means CMD.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "seccomp/call.h"
#include "seccomp/child.h"
#include "seccomp/low_ports.h"
#include "seccomp/namespace.h"
#include "seccomp/supervisor.h"
#include "seccomp/target_access.h"
#include "seccomp/waiting_calls.h"

/* Linux 6.6: the target runs on at once, on the processor that answered. */
#define NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define NOTIF_SYNC_WAKE_UP 1ull

#define PAUSE_NS 1000000 /* after an error that should not be, so that it does not become a busy loop */
#define CHECK_MS 1000	 /* between looks whether calls that wait for memory still stand */
#define SEND_TRIES 100	 /* of an answer, before its target is given up */

/** survey - what of the policy and of this process decides how much must be asked at each call. */
static void
survey(struct supervisor *supervisor, const struct bg_policy *policy)
{
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct bg_rule *rule = &policy->rules[i];

		supervisor->by_program |= rule->programs.count > 0;
		supervisor->by_command |= rule->commands.count > 0;
		if (rule->to_port > 0 &&
		    (supervisor->lowest_to_port == 0 || rule->to_port < supervisor->lowest_to_port))
			supervisor->lowest_to_port = rule->to_port;
	}
	supervisor->network = network_here();
}

/** supervisor_set_up - all but the descriptors and CMD. */
void
supervisor_set_up(struct supervisor *supervisor, const struct bg_policy *policy)
{
	supervisor->policy = supervisor->guard.policy = policy;
	supervisor->guard.stack_top = getauxval(AT_RANDOM);
	supervisor->guard.complaints = supervisor->complaints;
	supervisor->guard.program = "";
	supervisor->guard.exe = "";
	survey(supervisor, policy);
	target_handles_set_up(&supervisor->handles);
	target_access_use(supervisor);
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &supervisor->sizes))
		memset(&supervisor->sizes, 0, sizeof(supervisor->sizes));
}

/** supervisor_is_valid - does the notification under way still stand? Else its thread's number may be another's. */
bool
supervisor_is_valid(const struct supervisor *supervisor)
{
	uint64_t id = supervisor->call.id;

	return ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/** supervisor_tell - tell the front, while there is one. */
void
supervisor_tell(struct supervisor *supervisor, enum message_type type, int value, int error)
{
	if (supervisor->front >= 0)
		message_send(supervisor->front, type, value, error);
}

/** is_alone - no process has the filter any more. */
static bool
is_alone(const struct supervisor *supervisor)
{
	struct pollfd listener = {.fd = supervisor->listener, .events = POLLIN};

	return poll(&listener, 1, 0) == 1 && !(listener.revents & POLLIN);
}

/** pause_briefly - something is wrong that we know nothing of; go on, but not at full speed. */
static void
pause_briefly(void)
{
	struct timespec time = {.tv_nsec = PAUSE_NS};

	nanosleep(&time, NULL);
}

/** send_answer - an answer that is not sent leaves its thread asleep for ever. */
static void
send_answer(const struct supervisor *supervisor, struct seccomp_notif_resp *answer)
{
	for (int tries = 0; tries < SEND_TRIES; tries++) {
		if (ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_SEND, answer) == 0 || errno == ENOENT ||
		    errno == EINPROGRESS)
			return;
		if (errno != EINTR)
			pause_briefly();
	}
}

/** answer_or_wait - send @answer, unless memory must be waited for (@ready is false) and can be. */
static void
answer_or_wait(struct supervisor *supervisor, const struct seccomp_notif *asked, bool ready,
	       struct seccomp_notif_resp *answer)
{
	if (ready || !waiting_calls_add(supervisor, asked))
		send_answer(supervisor, answer);
}

/** take_up - the child @pid has ended: the call that it has read memory for, if it was such a child, can be made. */
static void
take_up(struct supervisor *supervisor, pid_t pid, int status)
{
	const struct waiting_call *waiting = waiting_calls_take(supervisor, pid);
	struct seccomp_notif_resp answer;
	struct seccomp_notif asked;

	if (!waiting)
		return;
	asked = waiting->asked;
	answer_or_wait(supervisor, &asked, call_answer_again(supervisor, waiting, status != 0, &answer), &answer);
}

/** reap - take the status of CMD and of whatever has become our child. */
static void
reap(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;
	int status, last = -1;
	pid_t pid;

	while (read(supervisor->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != supervisor->cmd) {
			if (!WIFSTOPPED(status))
				take_up(supervisor, pid, status);
			continue;
		}
		if (WIFSTOPPED(status)) {
			supervisor_tell(supervisor, MESSAGE_STOPPED, WSTOPSIG(status), ++supervisor->stops);
			continue;
		}
		supervisor->cmd = 0;
		last = status;
	}
	if (last >= 0)
		supervisor_tell(supervisor, MESSAGE_EXITED, last, is_alone(supervisor));
}

/**
 * pass_on - a signal for CMD. A SIGCONT that the front had for an earlier stop must not end a later one: a shell's `fg`
 * continues both, and Ctrl-Z can come before the front has run.
 */
static void
pass_on(struct supervisor *supervisor, const struct message *message)
{
	if (message->value == SIGCONT)
		reap(supervisor);
	if (supervisor->cmd > 0 && (message->value != SIGCONT || message->error == supervisor->stops))
		kill(supervisor->cmd, message->value);
}

/** hear_front - a signal for CMD; or the front is gone, and with it CMD. */
static void
hear_front(struct supervisor *supervisor)
{
	struct message message;

	if (message_receive(supervisor->front, &message)) {
		if (message.type == MESSAGE_SIGNAL)
			pass_on(supervisor, &message);
		return;
	}
	close(supervisor->front);
	supervisor->front = -1;
	if (supervisor->cmd > 0)
		kill(supervisor->cmd, SIGKILL);
}

/** serve - receive one notification, and answer it. @asked, @answer: of the kernel's sizes, which may be newer */
static void
serve(struct supervisor *supervisor, struct seccomp_notif *asked, struct seccomp_notif_resp *answer)
{
	memset(asked, 0, supervisor->sizes.seccomp_notif); /* EINVAL otherwise */
	if (ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_RECV, asked)) {
		if (errno != ENOENT && errno != EINTR)
			pause_briefly();
		return;
	}
	answer_or_wait(supervisor, asked, call_answer(supervisor, asked, answer), answer);
}

/** supervisor_run - the loop. Returns when nothing is left to guard. */
void
supervisor_run(struct supervisor *supervisor)
{
	size_t asked_size = supervisor->sizes.seccomp_notif, answer_size = supervisor->sizes.seccomp_notif_resp;
	union {
		struct seccomp_notif notif;
		unsigned char room[1024];
	} asked;
	union {
		struct seccomp_notif_resp response;
		unsigned char room[1024];
	} answer;
	bool guarding = true;

	if (asked_size < sizeof(asked.notif) || asked_size > sizeof(asked))
		supervisor->sizes.seccomp_notif = sizeof(asked.notif);
	if (answer_size > sizeof(answer))
		supervisor->sizes.seccomp_notif_resp = sizeof(answer.response);
	memset(&answer, 0, sizeof(answer));
	/* Where descriptors are few it is asked in another way, which takes longer. */
	supervisor->ports = supervisor->handles.count > TARGET_HANDLES_LEAST ? low_ports_open() : -1;
	ioctl(supervisor->listener, NOTIF_SET_FLAGS, NOTIF_SYNC_WAKE_UP);
	while (guarding || supervisor->cmd > 0) {
		struct pollfd ready[3] = {
			{.fd = guarding ? supervisor->listener : -1, .events = POLLIN},
			{.fd = supervisor->signals, .events = POLLIN},
			{.fd = supervisor->front, .events = POLLIN},
		};

		if (poll(ready, 3, waiting_calls_check(supervisor) ? CHECK_MS : -1) < 0) {
			if (errno != EINTR)
				pause_briefly();
			continue;
		}
		if (ready[0].revents & POLLIN)
			serve(supervisor, &asked.notif, &answer.response);
		else if (ready[0].revents)
			guarding = false;
		if (ready[1].revents)
			reap(supervisor);
		if (ready[2].revents)
			hear_front(supervisor);
	}
}
