/* SPDX-License-Identifier: MIT
 * front.h - the process that stands for CMD: to the shell, the terminal and whoever sends signals. */
#ifndef BINDGUARD_SECCOMP_FRONT_H
#define BINDGUARD_SECCOMP_FRONT_H

#include <signal.h>
#include <sys/types.h>

#include "bindguard/seccomp.h"

/**
 * struct front - what it knows.
 * @program: CMD's name, for messages
 * @error: caller's
 * @mask: signal mask before front_set_up(), for CMD
 * @signals: signalfd(2)
 * @supervisor: socket to it; -1: it is gone
 * @child: its process
 * @cmd: CMD's process, 0: not started yet
 * @stops: of CMD that we have heard of
 * @dies_alike: as in struct bg_seccomp_command
 */
struct front {
	const char *program;
	struct bg_seccomp_error *error;
	sigset_t mask;
	int signals;
	int supervisor;
	pid_t child;
	pid_t cmd;
	int stops;
	bool dies_alike;
};

/** FRONT_FAILED - of front_run(): there is no status of CMD's. */
#define FRONT_FAILED (-1)

bool front_set_up(struct front *front);
void front_take_back(const struct front *front);
void front_die_by(int signal_number);
int front_run(struct front *front);
void front_close_others(const int *keep, size_t count);
void front_give_up_streams(int first, int last);

#endif
