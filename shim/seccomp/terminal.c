/* SPDX-License-Identifier: MIT
 * terminal.c - who hears what a terminal says. Runs in the processes that stand for a command: the front of the engine
 * seccomp, and that of `bindguard prove`. */
#include "bindguard/terminal.h"

#include <signal.h>
#include <unistd.h>

/**
 * bg_terminal_told_us_alone - does the command that we stand for not know of the signal yet? What a process sent was sent to
 * us. What the terminal sent (SI_KERNEL) went to its whole foreground group, the command included; but that it is gone it
 * tells the leader of the session alone, setsid(2): us, where we are the first process on it (`xterm -e`, `ssh -t`).
 * @code: si_code, sigaction(2)
 */
bool
bg_terminal_told_us_alone(int signal_number, int code)
{
	return code != SI_KERNEL || (signal_number == SIGHUP && getsid(0) == getpid());
}
