/* SPDX-License-Identifier: MIT
 * prove.h - what the files of `bindguard prove` share: two machines on one cable, CMD on one of them, and who reached
 * what. */
#ifndef BINDGUARD_LAUNCHER_PROVE_H
#define BINDGUARD_LAUNCHER_PROVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/command.h"
#include "launcher/network.h"
#include "launcher/run.h"
#include "launcher/tried.h"

/**
 * struct proof - a command line of `prove`, and what comes of it.
 * @run: options of `run`, and CMD
 * @words: the words of these options as given, for `run`; NULL behind the last
 * @unguarded, @json: the options
 * @wait_ms: how long CMD may take until it listens
 * @progress: it is shown
 * @network: where CMD runs
 * @signals: signalfd(2) of those that end us, and of SIGCHLD
 * @mask, @child, @pipe: what CMD is to have: the signal mask, dispositions of SIGCHLD and SIGPIPE
 * @stdin_end: the other end of CMD's standard input where that is a pipe without an end, else -1
 * @pid: CMD's process, and its group and session
 * @status: its wait status, -1: it runs
 * @empty: no process of CMD's is left
 * @signal: that is to end us, 0: none
 * @trials: its sockets
 */
struct proof {
	struct run run;
	char **words;
	bool unguarded;
	bool json;
	long wait_ms;
	bool progress;
	struct network network;
	int signals;
	sigset_t mask;
	struct sigaction child;
	struct sigaction pipe;
	int stdin_end;
	pid_t pid;
	int status;
	bool empty;
	int signal;
	struct trials trials;
};

/* prove_options.c */
int prove_read(int argc, char **argv, struct proof *proof, bool *help, struct failure *failure);

/* prove_net.c */
int prove_net_make(struct network *network, struct failure *failure);

/* prove_child.c */
int prove_start(struct proof *proof, struct failure *failure);
void prove_pause(struct proof *proof, long milliseconds);
void prove_stop(struct proof *proof);

/* prove_front.c */
void prove_fork(void);

/* prove_listen.c */
int prove_await(struct proof *proof, struct failure *failure);
int prove_try(struct proof *proof, struct failure *failure);

/* prove_print.c, prove_json.c */
int prove_print_table(const struct proof *proof);
void prove_print_summary(const struct proof *proof);
int prove_print_json(const struct proof *proof);

#endif
