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
#include "launcher/list.h"
#include "launcher/run.h"

/** enum side - where a connection comes from: CMD's machine, or the other one. */
enum side { SIDE_HERE, SIDE_THERE, SIDES };

/** enum tried_family - index of an address family in tables. */
enum tried_family { TRIED_IPV4, TRIED_IPV6, TRIED_FAMILIES };

/**
 * struct network - two machines on one cable, each a network namespace that this process holds open.
 * @namespaces: descriptors, -1: none
 * @devices: index of the device at the cable
 * @ipv6: both machines have IPv6 addresses
 */
struct network {
	int namespaces[SIDES];
	uint32_t devices[SIDES];
	bool ipv6;
};

/** enum reached - how a try ended. */
enum reached {
	REACHED_UNTRIED, /* the socket does not serve that family */
	REACHED_YES,	 /* TCP: connected; UDP: see prove_probe.c */
	REACHED_REFUSED, /* the kernel said no */
	REACHED_SILENT,	 /* nothing came back */
	REACHED_OTHER,	 /* another socket has what is sent there: both share the port */
};

/** enum verdict - what it all means, worst first. */
enum verdict {
	VERDICT_EXPOSED, /* the other machine reaches it */
	VERDICT_LOST,	 /* it does not, but neither does this one */
	VERDICT_GOOD,	 /* this machine only */
};

/**
 * struct tried - a socket and who reaches it.
 * @program: that holds it, escaped; "?" where it is not seen
 * @reached: by side and family
 */
struct tried {
	struct socket socket;
	char program[SOCKET_TEXT_MAX];
	enum reached reached[SIDES][TRIED_FAMILIES];
};

/** struct trials - a growing list of them. @items, @count, @room: used and allocated elements */
struct trials {
	struct tried *items;
	size_t count;
	size_t room;
};

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

/* prove_net.c, prove_link.c */
int prove_net_make(struct network *network, struct failure *failure);
int prove_net_socket(const struct network *network, enum side side, int family, int type, int protocol);
int prove_link_make(struct network *network);
struct bg_addr prove_link_address(enum side side, enum bg_family family);

/* prove_child.c */
int prove_start(struct proof *proof, struct failure *failure);
void prove_pause(struct proof *proof, long milliseconds);
void prove_stop(struct proof *proof);
long prove_clock_ms(void);

/* prove_front.c */
void prove_fork(void);

/* prove_listen.c */
int prove_await(struct proof *proof, struct failure *failure);
int prove_try(struct proof *proof, struct failure *failure);

/* prove_probe.c */
bool prove_probe(const struct network *network, const struct sockets *sockets, const struct socket *socket,
		 enum reached reached[SIDES][TRIED_FAMILIES]);

/**
 * struct packet - that might arrive.
 * @from, @to: the sender's end, the socket's end
 * @ifindex: device at which it arrives
 */
struct packet {
	enum bg_protocol protocol;
	struct bg_endpoint from;
	struct bg_endpoint to;
	uint32_t ifindex;
};

/* prove_lookup.c */
bool prove_lookup(const struct packet *packet, uint32_t *inode);

/* prove_print.c, prove_json.c */
enum verdict tried_verdict(const struct tried *tried);
bool tried_is_lost(const struct tried *tried);
int prove_print_table(const struct proof *proof);
void prove_print_summary(const struct proof *proof);
int prove_print_json(const struct proof *proof);

#endif
