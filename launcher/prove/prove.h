/* SPDX-License-Identifier: MIT
 * prove.h - what the files of `bindguard prove` share: two machines on one cable, CMD on one of them, and who reached
 * what. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/command.h"
#include "launcher/prove/network.h"
#include "launcher/prove/prove_results.h"
#include "launcher/run/run.h"

#define LEAKS_MAX 32

/** struct leak - packets that left by another link. @protocol: IPPROTO_*; @to: port 0: it has none */
struct leak {
	uint8_t protocol;
	struct bg_endpoint to;
	size_t packets;
};

/**
 * struct outgoing - what CMD has sent, where it is pinned to a link.
 * @interface: which; NULL: it is not pinned, and nothing else counts
 * @right, @wrong: packet sockets of the other machine, at that link and at the other one
 * @packets: that came by the right one
 * @leaked: by the wrong one, of which @leaks are told, @count of them
 */
struct outgoing {
	const char *interface;
	int right;
	int wrong;
	size_t packets;
	size_t leaked;
	size_t count;
	struct leak leaks[LEAKS_MAX];
};

/**
 * struct proof - a command line of `prove`, and what comes of it.
 * @run: options of `run`, and CMD
 * @words: the words of these options as given, for `run`; NULL behind the last
 * @unguarded, @json: the options
 * @wait_ms: how long CMD may take until it listens
 * @progress: it is shown
 * @limits: CMD may limit its TCP sockets
 * @network: where CMD runs
 * @signals: signalfd(2) of those that end us, and of SIGCHLD
 * @mask, @child, @pipe: what CMD is to have: the signal mask, dispositions of SIGCHLD and SIGPIPE
 * @stdin_end: the other end of CMD's standard input where that is a pipe without an end, else -1
 * @pid: CMD's process, and its group and session
 * @status: its wait status, -1: it runs
 * @empty: no process of CMD's is left
 * @signal: that is to end us, 0: none
 * @results: its sockets
 * @outgoing: what it has sent
 */
struct proof {
	struct run run;
	char **words;
	bool unguarded;
	bool json;
	long wait_ms;
	bool progress;
	bool limits;
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
	struct prove_results results;
	struct outgoing outgoing;
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
