/* SPDX-License-Identifier: MIT
 * prove_front.c - the first process of `bindguard prove`: the second one does everything, so that it has no children but
 * CMD, and so that it survives to clean up where the first is killed. Runs in the launcher only. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bindguard/terminal.h"
#include "launcher/prove/prove.h"

/** end_as - end as the second process ended. */
_Noreturn static void
end_as(int status)
{
	sigset_t one;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sigemptyset(&one);
	sigaddset(&one, WTERMSIG(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	_exit(128 + WTERMSIG(status));
}

/** stand - wait for the second process. A signal that somebody sends us is meant for it. */
_Noreturn static void
stand(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (waitpid(child, &status, WNOHANG) == child)
			end_as(status);
		if (sigwaitinfo(set, &info) > 0 && info.si_signo != SIGCHLD &&
		    bg_terminal_told_us_alone(info.si_signo, info.si_code))
			kill(child, info.si_signo);
	}
}

/**
 * prove_fork - become two processes; comes back in the second, which hears of the first one's end by SIGTERM. Where there
 * can be no second, the first goes on alone.
 */
void
prove_fork(void)
{
	static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action, usual = {.sa_handler = SIG_DFL}, before;
	pid_t parent = getpid(), child;
	sigset_t set, mask;

	sigemptyset(&set);
	sigaction(SIGCHLD, &usual, &before);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, &mask);
	child = fork();
	if (child > 0)
		stand(child, &set);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGCHLD, &before, NULL);
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (child == 0 && getppid() != parent)
		_exit(STATUS_RUN_FAILED);
}
