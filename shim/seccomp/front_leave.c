/* SPDX-License-Identifier: MIT
 * front_leave.c - how the front stops standing for CMD: it dies as CMD did, or is as it was before. Runs in the command's first
 * process. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp/front.h"

/**
 * front_take_back - CMD was not started: undo front_set_up(), so that this process can execute it in another way. The
 * supervisor has ended, or does so now; CMD must not find it as a child of its own, nor its SIGCHLD pending.
 */
void
front_take_back(const struct front *front)
{
	struct signalfd_siginfo info;
	sigset_t child;

	if (front->supervisor >= 0)
		close(front->supervisor);
	if (front->child > 0)
		waitpid(front->child, NULL, 0);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	signalfd(front->signals, &child, 0); /* the others stay pending, for CMD */
	while (read(front->signals, &info, sizeof(info)) > 0)
		;
	close(front->signals);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	sigprocmask(SIG_SETMASK, &front->mask, NULL);
}

/** front_die_by - end by @signal_number, as CMD has; it has left the core, if there is one. Comes back where it cannot. */
void
front_die_by(int signal_number)
{
	const struct rlimit none = {0};
	sigset_t one;

	setrlimit(RLIMIT_CORE, &none);
	signal(signal_number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, signal_number);
	raise(signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}
