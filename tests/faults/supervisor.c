/* SPDX-License-Identifier: MIT
 * supervisor.c - traces the supervisor of the engine `seccomp`.
 *
 * It waits in poll(2) when nothing is asked of it. The program is told to run its plan; from then on each of the
 * supervisor's calls is counted, until the program has told what it got, and the supervisor waits again.
 */
#include "faults/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 60000

/** now_ms - a clock for deadlines. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** is_poll - where the supervisor waits; libc's poll(3) is one or the other, and goes on as restart_syscall(2). */
static bool
is_poll(const struct fault_call *call)
{
#ifdef SYS_poll
	if (call->number == SYS_poll)
		return true;
#endif
	return call->number == SYS_ppoll || call->number == SYS_restart_syscall;
}

/** enter - the supervisor is about to make a call: count it, and let it fail if it is the one. */
static void
enter(struct supervised_program *s, const struct fault_call *call)
{
	struct trace *trace = &s->trace;

	s->duplicating = call->number == SYS_pidfd_getfd;
	s->resting = is_poll(call);
	if (!s->counting || call->number == SYS_brk || ++trace->calls != s->fault.at)
		return;
	trace->injected++;
	trace->number = (long)call->number;
	for (size_t i = 0; i < 3; i++)
		trace->arguments[i] = (long)call->arguments[i];
	if (call->number == SYS_connect)
		trace->family = fault_family(s->supervisor, call);
	s->own = (long)call->arguments[0] == s->copy;
	s->resting = s->duplicating = false;
	s->answering = fault_skip(s->supervisor, call);
}

/** leave - the supervisor returns from a call. */
static void
leave(struct supervised_program *s, const struct fault_call *call)
{
	s->resting = false;
	if (s->duplicating && (long)call->number >= 0)
		s->copy = (long)call->number;
	s->duplicating = false;
	if (s->answering)
		s->answering = !fault_answer(s->supervisor, s->fault.error);
}

/** look_after - deal with a stop of the supervisor, if there is one, and let it go on. */
static void
look_after(struct supervised_program *s)
{
	struct fault_call call;
	int status, deliver = 0;

	if (s->dead || waitpid(s->supervisor, &status, WNOHANG | __WALL) != s->supervisor)
		return;
	if (!WIFSTOPPED(status)) {
		s->dead = true;
		return;
	}
	if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
		fault_look(s->supervisor, &call);
		if (call.op == FAULT_ENTRY)
			enter(s, &call);
		else
			leave(s, &call);
	} else if (status >> 16 == 0) {
		deliver = WSTOPSIG(status);
	}
	ptrace(PTRACE_SYSCALL, s->supervisor, NULL, (long)deliver);
}

/** wait_for - look after the supervisor until there is output of the program, or it rests. Return: false: too long. */
static bool
wait_for(struct supervised_program *s, bool output)
{
	long deadline = now_ms() + DEADLINE_MS;
	struct pollfd ready[2] = {{.fd = s->signals, .events = POLLIN}, {.fd = s->process.out, .events = POLLIN}};
	struct signalfd_siginfo info;

	while (!output || !(ready[1].revents & (POLLIN | POLLHUP))) {
		if (!output && (s->resting || s->dead))
			return true;
		if (now_ms() > deadline || poll(ready, output ? 2 : 1, DEADLINE_MS) <= 0)
			return false;
		while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
			;
		/* One signal may stand for two stops, but a stop that is left has no second signal. */
		look_after(s);
		look_after(s);
	}
	return true;
}

/** spawn - the shell command @command, in a group of its own. Return: whether it has said its first line. */
static bool
spawn(struct process *process, const char *command)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return false;
	process->pid = fork();
	if (process->pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	setpgid(process->pid, process->pid);
	close(in[0]);
	close(out[1]);
	process->in = in[1];
	process->out = out[0];
	return process->pid > 0 && host_read_line(process, DEADLINE_MS);
}

/**
 * supervised_start - the host fault_target under the engine, its supervisor traced and at rest.
 * @before, @inside: what starts the engine, and the host in it, such as `env NAME=VALUE setpriv ...`
 */
void
supervised_start(struct supervised_program *s, const char *before, const char *inside, const char *plan,
		 const char *redirection)
{
	char command[1024];
	sigset_t child;
	int cmd, status;

	memset(s, 0, sizeof(*s));
	s->copy = -1;
	snprintf(command, sizeof(command), "exec %s %s/seccomp_cli %s %s/hosts/fault_target %s %s", before,
		 BG_BUILD_DIR, inside, BG_BUILD_DIR, plan, redirection);
	assert_true(spawn(&s->process, command));
	assert_int_equal(sscanf(s->process.line, "%d %d", &cmd, &s->supervisor), 2);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	s->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	assert_int_equal(ptrace(PTRACE_SEIZE, s->supervisor, NULL, PTRACE_O_TRACESYSGOOD), 0);
	assert_int_equal(ptrace(PTRACE_INTERRUPT, s->supervisor, NULL, NULL), 0);
	assert_int_equal(waitpid(s->supervisor, &status, __WALL), s->supervisor);
	ptrace(PTRACE_SYSCALL, s->supervisor, NULL, NULL);
	assert_true(wait_for(s, false));
}

/** supervised_round - the plan, once. Return: false where the program does not answer in time; its line is in s->process. */
bool
supervised_round(struct supervised_program *s, const struct fault *fault)
{
	bool answered;

	memset(&s->trace, 0, sizeof(s->trace));
	s->fault = *fault;
	s->own = false;
	s->counting = true;
	answered = write(s->process.in, "\n", 1) == 1 && wait_for(s, true) && host_read_line(&s->process, DEADLINE_MS);
	s->counting = false;
	return answered && wait_for(s, false);
}

/** supervised_stop - the end of all. */
void
supervised_stop(struct supervised_program *s)
{
	int status;

	if (!s->dead) {
		ptrace(PTRACE_INTERRUPT, s->supervisor, NULL, NULL);
		waitpid(s->supervisor, &status, __WALL);
		ptrace(PTRACE_DETACH, s->supervisor, NULL, NULL);
	}
	close(s->signals);
	host_stop(&s->process);
}
