/* SPDX-License-Identifier: MIT
 * front.c - stands for CMD: passes on the signals that are sent to it, stops when CMD stops, ends as CMD ends. Runs in
 * the command's first process. */
#include "seccomp/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bindguard/terminal.h"
#include "seccomp/child.h"
#include "seccomp/supervisor.h"

#define GO_ON (-2)

/**
 * front_set_up - take all signals by signalfd(2), and CMD as a child of ours should the supervisor die. Before any fork,
 * so that none is lost. No disposition is changed: CMD inherits them. Return: whether that worked.
 */
bool
front_set_up(struct front *front)
{
	sigset_t all;

	sigfillset(&all);
	/* A fault of our own must end us; blocked, it would kill all the same. */
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGTRAP);
	sigdelset(&all, SIGABRT);
	front->supervisor = -1;
	if (sigprocmask(SIG_SETMASK, &all, &front->mask) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return false;
	front->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return front->signals >= 0;
}

/** front_close_others - close every descriptor above 2 that is none of the @count (at most 4) in @keep. */
void
front_close_others(const int *keep, size_t count)
{
	unsigned from = 3;

	for (;;) {
		unsigned next = ~0u;

		for (size_t i = 0; i < count; i++)
			if (keep[i] >= (int)from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from)
			syscall(SYS_close_range, from, next == ~0u ? next : next - 1, 0);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}

/** front_give_up_streams - descriptors @first..@last become /dev/null: what CMD closes must be closed. */
void
front_give_up_streams(int first, int last)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = first; fd <= last && null >= 0; fd++)
		dup2(null, fd);
	if (null >= 0)
		close(null);
}

/** status_of - what a shell would call @status: 128 + the signal where one ended it. */
static int
status_of(const struct front *front, int status)
{
	if (WIFSIGNALED(status) && front->dies_alike)
		front_die_by(WTERMSIG(status));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/** is_stopped - is CMD's process stopped now? proc(5), stat: the state stands behind the name in parentheses. */
static bool
is_stopped(pid_t pid)
{
	char path[64], text[512];
	const char *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	end = strrchr(text, ')');
	return end && end[1] == ' ' && end[2] == 'T';
}

/**
 * stop_too - CMD was stopped by @signal, so the shell must see us stopped by it. Where CMD was continued meanwhile there
 * is nothing to show. Comes back when we are continued.
 */
static void
stop_too(const struct front *front, int signal_number)
{
	sigset_t one;

	if (!is_stopped(front->cmd))
		return;
	if (signal_number == SIGSTOP) {
		raise(SIGSTOP);
		return;
	}
	sigemptyset(&one);
	sigaddset(&one, signal_number);
	raise(signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL); /* taken here: the process stops */
	sigprocmask(SIG_BLOCK, &one, NULL);
}

/** send_on - send CMD a signal; by the supervisor, who knows whether its number is still CMD's. */
static void
send_on(const struct front *front, int signal_number)
{
	if (front->supervisor >= 0)
		message_send(front->supervisor, MESSAGE_SIGNAL, signal_number, front->stops);
	else if (front->cmd > 0)
		kill(front->cmd, signal_number);
}

/** is_for_cmd - is the signal CMD's, and not known to it yet? */
static bool
is_for_cmd(const struct front *front, int number, int code)
{
	if (number == SIGCHLD || (number == SIGCONT && !is_stopped(front->cmd)))
		return false;
	return bg_terminal_told_us_alone(number, code);
}

/** pass_signals - to CMD. */
static void
pass_signals(const struct front *front)
{
	struct signalfd_siginfo info;

	while (read(front->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (is_for_cmd(front, (int)info.ssi_signo, info.ssi_code))
			send_on(front, (int)info.ssi_signo);
	}
}

/** report_failure - CMD was not started. */
static int
report_failure(const struct front *front, const struct message *message)
{
	struct bg_seccomp_error *error = front->error;

	error->failure = BG_SECCOMP_FAILED;
	if (message->value == STEP_EXEC)
		error->failure = message->error == ENOENT ? BG_SECCOMP_NOT_FOUND : BG_SECCOMP_NOT_EXECUTABLE;
	child_explain(message, front->program, error->text, sizeof(error->text));
	return FRONT_FAILED;
}

/** say_unreachable - on standard error at once, since it may be long until CMD ends. */
static void
say_unreachable(const struct message *message)
{
	dprintf(STDERR_FILENO,
		"bindguard: process %d cannot be looked into (%s; prctl(2), PR_SET_DUMPABLE): its binds and listens "
		"fail with EACCES, its connects are not looked at\n",
		message->value, strerror(message->error));
}

/** say_foreign - likewise. */
static void
say_foreign(const struct message *message)
{
	dprintf(STDERR_FILENO,
		"bindguard: the network namespace of process %d cannot be entered: rules with an address or an "
		"interface "
		"as their target refuse its servers\n",
		message->value);
}

/** hear - one message of the supervisor. Return: an exit status, FRONT_FAILED or GO_ON. */
static int
hear(struct front *front)
{
	struct message message;

	if (!message_receive(front->supervisor, &message)) {
		close(front->supervisor);
		front->supervisor = -1;
		if (front->cmd <= 0) {
			snprintf(front->error->text, sizeof(front->error->text),
				 "engine seccomp: the supervisor ended early");
			return FRONT_FAILED;
		}
		dprintf(STDERR_FILENO,
			"bindguard: the supervisor was killed: from now on bind, listen and connect of %s fail with "
			"ENOSYS\n",
			front->program);
		return GO_ON;
	}
	switch (message.type) {
	case MESSAGE_FAILED: return report_failure(front, &message);
	case MESSAGE_EXITED:
		if (message.error) /* it ends, too: leave no zombie to an init that may not reap */
			waitpid(front->child, NULL, 0);
		return status_of(front, message.value);
	case MESSAGE_UNREACHABLE: say_unreachable(&message); break;
	case MESSAGE_FOREIGN_NETWORK: say_foreign(&message); break;
	case MESSAGE_STOPPED:
		front->stops = message.error;
		stop_too(front, message.value);
		break;
	case MESSAGE_STARTED:
		front->cmd = message.value;
		/* What CMD closes must be closed: its reader or writer waits for that. 2 is kept for the lines above. */
		front_give_up_streams(0, 1);
		front_close_others((const int[]){front->signals, front->supervisor}, 2);
		break;
	default: break;
	}
	return GO_ON;
}

/** wait_for_orphan - the supervisor is gone, CMD has become our child. Return: its exit status, or as hear(). */
static int
wait_for_orphan(const struct front *front)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == front->cmd)
			return status_of(front, status);
	return pid < 0 && errno == ECHILD ? FRONT_FAILED : GO_ON;
}

/** front_run - stand for CMD until it ends. Return: exit status, or FRONT_FAILED. */
int
front_run(struct front *front)
{
	int status = GO_ON;

	while (status == GO_ON) {
		struct pollfd ready[2] = {{.fd = front->signals, .events = POLLIN},
					  {.fd = front->supervisor, .events = POLLIN}};

		if (poll(ready, 2, -1) < 0)
			continue;
		if (ready[0].revents)
			pass_signals(front);
		if (ready[1].revents)
			status = hear(front);
		if (status == GO_ON && front->supervisor < 0)
			status = wait_for_orphan(front);
	}
	return status;
}
