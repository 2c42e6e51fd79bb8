/* SPDX-License-Identifier: MIT
 * supervisor.h - the supervisor's own state, and the messages between it, the front and CMD before exec. */
#ifndef BINDGUARD_SECCOMP_SUPERVISOR_H
#define BINDGUARD_SECCOMP_SUPERVISOR_H

#include <signal.h>

#include "bindguard/guard.h"
#include "bindguard/mistakes.h"
#include "bindguard/seccomp.h"
#include "seccomp/filter.h"
#include "seccomp/target_process.h"

/** enum message_type - what one message says. Each is one packet of a socketpair(2) of SOCK_SEQPACKET. */
enum message_type {
	MESSAGE_LISTENER, /* CMD's process to the supervisor: my descriptor @value is the listener; @error: see restarts */
	MESSAGE_LISTENER_TAKEN,	 /* back: I have it, close yours and go on */
	MESSAGE_FAILED,		 /* to the front: CMD was not started; @value is an enum start_step, @error why */
	MESSAGE_STARTED,	 /* CMD runs, its process is @value */
	MESSAGE_STOPPED,	 /* CMD was stopped by signal @value, for the @error-th time */
	MESSAGE_EXITED,		 /* CMD ended; @value is its wait status; @error: 1: and so does the supervisor */
	MESSAGE_UNREACHABLE,	 /* process @value cannot be looked into, @error why; its calls are refused */
	MESSAGE_FOREIGN_NETWORK, /* process @value is in a network namespace that cannot be entered */
	MESSAGE_SIGNAL, /* front to supervisor: send CMD signal @value; @error: the last stop that the front has heard of */
};

/** enum start_step - what can fail before CMD runs. */
enum start_step {
	STEP_PRIVILEGES, /* prctl(2) PR_SET_NO_NEW_PRIVS */
	STEP_FILTER,	 /* seccomp(2) */
	STEP_HANDLE,	 /* pidfd_open(2) */
	STEP_LISTENER,	 /* pidfd_getfd(2) */
	STEP_EXEC,	 /* struct bg_seccomp_command, @become */
	STEP_RESOURCES,	 /* fork(2), socketpair(2), signalfd(2) ... */
};

struct message {
	enum message_type type;
	int value;
	int error;
};

/** EXE_ROOM - bytes kept of an executable's path, terminator included. */
#define EXE_ROOM 1024

/** BACKUPS - binds kept whose result a signal may have taken out of our hands; see emulated_call_make(). */
#define BACKUPS 8

/**
 * struct backup - a bind(2) that was made, and of whose result nobody may have heard.
 * @tid: of the caller, 0: none
 * @data, @addr: the call, and the bytes behind its pointer
 * @cookie, @name, @name_size: the socket, and its name afterwards
 */
struct backup {
	pid_t tid;
	unsigned name_size;
	struct seccomp_data data;
	uint64_t cookie;
	union bg_sockaddr addr;
	union bg_sockaddr name;
};

/** PROGRAM_POLICIES - programs whose rules are kept. */
#define PROGRAM_POLICIES 8

/**
 * struct program_policy - the rules that can match one program.
 * @policy: they, in memory of their own that holds the strings, too; NULL: none
 * @exe, @command: executable and command line
 */
struct program_policy {
	struct bg_policy *policy;
	const char *exe;
	const char *command;
};

/** CLIENTS - processes remembered that had a bind taken back for a client. */
#define CLIENTS 64

/**
 * struct client - one of them.
 * @pid: 0: none
 * @exe: a hash of its executable's path: another program in the same process is not known yet
 */
struct client {
	pid_t pid;
	uint64_t exe;
};

/**
 * struct call - the trapped call under way.
 * @id: of the notification
 * @tid: the calling thread
 * @fd: descriptor in the target; @copy: the supervisor's duplicate of it
 * @stderr_copy: duplicate of the target's descriptor 2; -1: not asked for yet, or not to be had
 * @ports: the setting of the socket's network, see low_ports_open(); -1: not to be had
 * @proceed: the target is to make the call itself
 * @waited: memory that it needs was waited for, at @waited_from; @unreadable: it cannot be read
 * @absent, @absent_size: memory that it needs and that is not there yet; 0 bytes: none
 */
struct call {
	uint64_t id;
	pid_t tid;
	int fd;
	int copy;
	int stderr_copy;
	int ports;
	bool proceed;
	bool waited;
	bool unreadable;
	uint64_t waited_from;
	uint64_t absent;
	size_t absent_size;
};

/** WAITING_CALLS - calls that may wait for memory at the same time. */
#define WAITING_CALLS 64

/**
 * struct waiting_call - a call whose memory is being waited for.
 * @child: the process that does, 0: the place is free
 * @asked: the call
 * @from: the memory
 */
struct waiting_call {
	pid_t child;
	uint64_t from;
	struct seccomp_notif asked;
};

/** DATAGRAM_THREADS - threads that are remembered for their datagram sockets. */
#define DATAGRAM_THREADS 64

/**
 * struct datagram_threads - who has datagram sockets that rules hold, see datagram_threads.c.
 * @tids, @pids: threads and their processes, @count of them; a pid of 0: not known
 * @full: there are more
 */
struct datagram_threads {
	unsigned count;
	bool full;
	pid_t tids[DATAGRAM_THREADS];
	pid_t pids[DATAGRAM_THREADS];
};

/**
 * struct supervisor - all that the supervisor knows.
 * @guard: of every process it guards, its policy narrowed to the program of the call under way
 * @policy: the whole one
 * @listener: seccomp's; @front: to the launcher, -1: it is gone; @signals: signalfd(2), SIGCHLD
 * @cmd: CMD's process, 0: it has been reaped
 * @stops: how often it was stopped
 * @restarts: signals interrupt calls that we have received, see filter_load()
 * @by_program, @by_command: the policy has rules that ask for the executable, for the command line
 * @lowest_to_port: the lowest that the policy rewrites to, 0: none
 * @said_unreachable, @said_foreign: once is enough
 * @sizes: of the kernel's structures, seccomp(2) SECCOMP_GET_NOTIF_SIZES
 * @network: SO_NETNS_COOKIE of a socket made here, 0: unknown
 * @ports: low_ports_open() of this network
 * @call, @handles, @backups, @next_backup, @program_policies, @next_program_policy, @waiting_calls, @datagram_threads,
 * @clients, @next_client: see there
 * @exe, @command: of the target, where asked for
 */
struct supervisor {
	struct bg_guard guard;
	const struct bg_policy *policy;
	int listener;
	int front;
	int signals;
	pid_t cmd;
	int stops;
	bool restarts;
	bool by_program;
	bool by_command;
	bool said_unreachable;
	bool said_foreign;
	struct seccomp_notif_sizes sizes;
	uint64_t network;
	int ports;
	unsigned lowest_to_port;
	struct call call;
	struct handles handles;
	struct backup backups[BACKUPS];
	unsigned next_backup;
	struct program_policy program_policies[PROGRAM_POLICIES];
	unsigned next_program_policy;
	struct waiting_call waiting_calls[WAITING_CALLS];
	struct datagram_threads datagram_threads;
	struct client clients[CLIENTS];
	unsigned next_client;
	char complaints[BG_COMPLAINTS_MAX];
	char exe[EXE_ROOM];
	char command[TARGET_COMMAND_MAX];
};

/* supervisor.c */
void supervisor_set_up(struct supervisor *supervisor, const struct bg_policy *policy);
void supervisor_run(struct supervisor *supervisor);
bool supervisor_is_valid(const struct supervisor *supervisor);
void supervisor_tell(struct supervisor *supervisor, enum message_type type, int value, int error);

#endif
