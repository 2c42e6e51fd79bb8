/* SPDX-License-Identifier: MIT
 * front.c - stands for CMD: passes on the signals that are sent to it, stops when CMD stops, ends as CMD ends. Runs in
 * the launcher's first process. */
#include "launcher/supervise/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/supervise/supervisor.h"
#include "launcher/terminal.h"

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

/** status_of - what a shell would call @status: 128 + the signal where one ended it. */
static int
status_of(int status)
{
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
		message_send(front->supervisor, NEWS_SIGNAL, signal_number, front->stops);
	else if (front->cmd > 0)
		kill(front->cmd, signal_number);
}

/** is_for_cmd - is the signal CMD's, and not known to it yet? */
static bool
is_for_cmd(const struct front *front, int number, int code)
{
	if (number == SIGCHLD || (number == SIGCONT && !is_stopped(front->cmd)))
		return false;
	return terminal_told_us_alone(number, code);
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

/** report_failure - CMD was not started. Return: exit status. */
static int
report_failure(const struct front *front, const struct message *message)
{
	int status = STATUS_RUN_FAILED;

	if (message->value == STEP_EXEC)
		status = message->error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	child_explain(message, front->program, front->failure->text, sizeof(front->failure->text));
	return status;
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

/** hear - one message of the supervisor. Return: an exit status, -1: go on. */
static int
hear(struct front *front)
{
	struct message message;

	if (!message_receive(front->supervisor, &message)) {
		close(front->supervisor);
		front->supervisor = -1;
		if (front->cmd <= 0)
			return fail(front->failure, STATUS_RUN_FAILED, "engine seccomp: the supervisor ended early");
		dprintf(STDERR_FILENO,
			"bindguard: the supervisor was killed: from now on bind, listen and connect of %s fail with "
			"ENOSYS\n",
			front->program);
		return -1;
	}
	switch (message.news) {
	case NEWS_FAILED: return report_failure(front, &message);
	case NEWS_EXITED:
		if (message.error) /* it ends, too: leave no zombie to an init that may not reap */
			waitpid(front->child, NULL, 0);
		return status_of(message.value);
	case NEWS_UNREACHABLE: say_unreachable(&message); break;
	case NEWS_FOREIGN: say_foreign(&message); break;
	case NEWS_STOPPED:
		front->stops = message.error;
		stop_too(front, message.value);
		break;
	case NEWS_STARTED:
		front->cmd = message.value;
		/* What CMD closes must be closed: its reader or writer waits for that. 2 is kept for the lines above. */
		front_give_up_streams(0, 1);
		front_close_others((const int[]){front->signals, front->supervisor}, 2);
		break;
	default: break;
	}
	return -1;
}

/** wait_for_orphan - the supervisor is gone, CMD has become our child. Return: its exit status, -1: it runs. */
static int
wait_for_orphan(const struct front *front)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == front->cmd)
			return status_of(status);
	return pid < 0 && errno == ECHILD ? STATUS_RUN_FAILED : -1;
}

/** front_run - stand for CMD until it ends. Return: exit status. */
int
front_run(struct front *front)
{
	int status = -1;

	while (status < 0) {
		struct pollfd ready[2] = {{.fd = front->signals, .events = POLLIN},
					  {.fd = front->supervisor, .events = POLLIN}};

		if (poll(ready, 2, -1) < 0)
			continue;
		if (ready[0].revents)
			pass_signals(front);
		if (ready[1].revents)
			status = hear(front);
		if (status < 0 && front->supervisor < 0)
			status = wait_for_orphan(front);
	}
	return status;
}
