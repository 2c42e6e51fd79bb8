/* SPDX-License-Identifier: MIT
 * guard.h - one guarded call, from the caller's arguments to the result: gather, decide, apply, report. Signal-safe.
 * Both engines come in here: the preload with its own process, the supervisor with a duplicate of the target's socket. */
#ifndef BINDGUARD_SYS_GUARD_H
#define BINDGUARD_SYS_GUARD_H

#include "bindguard/event.h"
#include "core/sockaddr.h"

/** struct bg_real - the functions that the program would have called without the guard. */
struct bg_real {
	int (*bind)(int fd, const void *addr, unsigned size);
	int (*listen)(int fd, int backlog);
	int (*connect)(int fd, const void *addr, unsigned size);
};

struct bg_guard;

/**
 * struct bg_outside - ways into the guarded program where it is another process: the supervisor's, never the preload's.
 * @identify: set request->exe and request->command, where the policy has rules that ask for them
 * @describe: set what an event tells of the process, and the descriptor's number there
 * @stderr_fd: its descriptor 2, -1 where it cannot be had
 * @take_place: the program's descriptor, of which @fd is a duplicate, and @fd itself become @created. Return: 0 or -errno
 */
struct bg_outside {
	void (*identify)(const struct bg_guard *guard, struct bg_request *request);
	void (*describe)(const struct bg_guard *guard, struct bg_event *event);
	int (*stderr_fd)(const struct bg_guard *guard);
	int (*take_place)(const struct bg_guard *guard, int fd, int created);
};

/** BG_EXE_MAX - bytes kept of the executable's path, terminator included. */
#define BG_EXE_MAX 1024

/**
 * struct bg_guard - what a process needs to be guarded; made once, then read-only.
 * @policy: the rules, already narrowed to this program
 * @real: the real calls
 * @engine: which engine this is
 * @outside: the program is another process, reached so; NULL: it is this one
 * @stack_top: near the bottom of the main thread's stack, 0: unknown; see caller.c
 * @stderr_ok: descriptor 2 was something that a line of ours may go to, when the guard was set up
 * @stderr_device, @stderr_inode: st_dev and st_ino of it then
 * @complaints: lines to be said once, at the first bind that matters: why lockdown is in force; "" for nothing
 * @program, @exe: base name and absolute path of the executable
 */
struct bg_guard {
	const struct bg_policy *policy;
	const struct bg_real *real;
	enum bg_engine engine;
	const struct bg_outside *outside;
	uintptr_t stack_top;
	bool stderr_ok;
	uint64_t stderr_device;
	uint64_t stderr_inode;
	const char *complaints;
	const char *program;
	char exe[BG_EXE_MAX];
};

/* Return what the bare call returns; -errno instead of -1. The descriptor and the pointers are the caller's own. */
BG_SIGSAFE int bg_guard_bind(const struct bg_guard *guard, int fd, const void *addr, unsigned size);
BG_SIGSAFE int bg_guard_listen(const struct bg_guard *guard, int fd, int backlog);
BG_SIGSAFE int bg_guard_connect(const struct bg_guard *guard, int fd, const void *addr, unsigned size);

/**
 * struct bg_attempt - one call under way, shared by the files of this room.
 * @guard, @fd: as given
 * @request, @verdict: the question and the answer
 */
struct bg_attempt {
	const struct bg_guard *guard;
	int fd;
	struct bg_request request;
	struct bg_verdict verdict;
};

BG_SIGSAFE bool bg_attempt_decide(struct bg_attempt *attempt);
BG_SIGSAFE bool bg_facts_gather(struct bg_attempt *attempt, unsigned facts);
BG_SIGSAFE enum bg_protocol bg_facts_protocol(int fd);
BG_SIGSAFE int bg_real_bind(const struct bg_guard *guard, int fd, const struct bg_change *change);

BG_SIGSAFE void bg_report_complaints(const struct bg_guard *guard, const struct bg_endpoint *asked);
BG_SIGSAFE void bg_report_unchanged(struct bg_attempt *attempt, int result);
BG_SIGSAFE void bg_report_changed(struct bg_attempt *attempt, const struct bg_change *change, int result);
BG_SIGSAFE void bg_report_undone(struct bg_attempt *attempt, const struct bg_change *from, int result);

BG_SIGSAFE int bg_replace(const struct bg_attempt *attempt, const struct bg_endpoint *bind_to, enum bg_form form,
			  const union bg_sockaddr *peer, unsigned peer_size);
BG_SIGSAFE void bg_release(const struct bg_attempt *attempt);

#endif
