/* SPDX-License-Identifier: MIT
 * front.h - the process that stands for CMD: to the shell, the terminal and whoever sends signals. */
#ifndef BINDGUARD_SUPERVISE_FRONT_H
#define BINDGUARD_SUPERVISE_FRONT_H

#include <signal.h>
#include <sys/types.h>

#include "launcher/command.h"

/**
 * struct front - what it knows.
 * @program: CMD's name, for messages
 * @failure: caller's
 * @mask: signal mask before front_set_up(), for CMD
 * @signals: signalfd(2)
 * @supervisor: socket to it; -1: it is gone
 * @child: its process
 * @cmd: CMD's process, 0: not started yet
 * @stops: of CMD that we have heard of
 */
struct front {
	const char *program;
	struct failure *failure;
	sigset_t mask;
	int signals;
	int supervisor;
	pid_t child;
	pid_t cmd;
	int stops;
};

bool front_set_up(struct front *front);
int front_run(struct front *front);
void front_close_others(const int *keep, size_t count);
void front_give_up_streams(int first, int last);

#endif
