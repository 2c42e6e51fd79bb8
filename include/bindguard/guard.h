/* SPDX-License-Identifier: MIT
 * guard.h - one guarded call, from the caller's arguments to the result: gather, decide, apply, report. Signal-safe.
 * Both engines come in here: the preload with its own process, the supervisor with a duplicate of the target's socket. */
#ifndef BINDGUARD_GUARD_H
#define BINDGUARD_GUARD_H

#include "bindguard/device.h"
#include "bindguard/event.h"
#include "bindguard/marks.h"
#include "bindguard/sockaddr.h"

/**
 * struct bg_real - the functions that the program would have called without the guard.
 */
struct bg_real {
	int (*bind)(int fd, const void *addr, unsigned size);
	int (*listen)(int fd, int backlog);
	int (*connect)(int fd, const void *addr, unsigned size);
	int (*execve)(const char *path, char *const *argv, char *const *envp);
};

/** enum bg_follow_mode - what is done about a program that the preload does not reach. */
enum bg_follow_mode {
	BG_FOLLOW_OFF,	/* nothing, not even a look */
	BG_FOLLOW_TELL, /* an event */
	BG_FOLLOW_ON,	/* it is executed through the launcher */
};

/**
 * struct bg_follow - how this process follows what it executes.
 * @strict: what no engine reaches is refused
 * @launcher: absolute path of the command `bindguard`; of BG_FOLLOW_ON
 * @settings, @setting_count: the variables of this process, NAME=VALUE with a NUL behind each, for a program whose
 *                            environment has them no more
 * @root: the root folder when the guard was set up: st_dev and st_ino; 0: unknown
 */
struct bg_follow {
	enum bg_follow_mode mode;
	bool strict;
	const char *launcher;
	const char *settings;
	unsigned setting_count;
	uint64_t root[2];
};

/**
 * struct bg_object - what a descriptor refers to.
 * @type: S_IFMT bits of st_mode
 * @device, @inode: st_dev and st_ino
 * @born_ns: when the file was made, 0 where its file system does not tell
 */
struct bg_object {
	unsigned type;
	uint64_t device;
	uint64_t inode;
	int64_t born_ns;
};

struct bg_guard;

/**
 * struct bg_target_access - ways into the guarded program where it is another process: the supervisor's, never the preload's.
 * @identify: set request->exe and request->command, where the policy has rules that ask for them
 * @describe: set what an event tells of the process, and the descriptor's number there
 * @stderr_fd: its descriptor 2, -1 where it cannot be had
 * @take_place: the program's descriptor, of which @fd is a duplicate, and @fd itself become @created. Return: 0 or -errno
 * @client: has a bind of this process been taken back for a client? With @note, from now on it has
 */
struct bg_target_access {
	void (*identify)(const struct bg_guard *guard, struct bg_request *request);
	void (*describe)(const struct bg_guard *guard, struct bg_event *event);
	int (*stderr_fd)(const struct bg_guard *guard);
	int (*take_place)(const struct bg_guard *guard, int fd, int created);
	bool (*client)(const struct bg_guard *guard, bool note);
};

/**
 * struct bg_guard - what a process needs to be guarded; made once, then read-only.
 * @policy: the rules, already narrowed to this program
 * @real: the real calls
 * @engine: which engine this is
 * @target_access: the program is another process, reached so; NULL: it is this one
 * @stack_top: near the bottom of the main thread's stack, 0: unknown; see caller.c
 * @stderr_ok: descriptor 2 was something that a line of ours may go to, when the guard was set up
 * @stderr_object: what it was then
 * @complaints: lines to be said once, at the first bind that matters: why lockdown is in force; "" for nothing
 * @program, @exe: base name and absolute path of the executable; never NULL
 * @follow: of the preload
 */
struct bg_guard {
	const struct bg_policy *policy;
	const struct bg_real *real;
	enum bg_engine engine;
	const struct bg_target_access *target_access;
	uintptr_t stack_top;
	bool stderr_ok;
	struct bg_object stderr_object;
	const char *complaints;
	const char *program;
	const char *exe;
	struct bg_follow follow;
};

/* Return what the bare call returns; -errno instead of -1. The descriptor and the pointers are the caller's own. */
BG_SIGSAFE int bg_guard_bind(const struct bg_guard *guard, int fd, const void *addr, unsigned size);
BG_SIGSAFE int bg_guard_listen(const struct bg_guard *guard, int fd, int backlog);
BG_SIGSAFE int bg_guard_connect(const struct bg_guard *guard, int fd, const void *addr, unsigned size);

/** enum bg_origin - who has bound a socket to its device; see origin.c. */
enum bg_origin {
	BG_ORIGIN_NONE,	       /* not asked, or it has none */
	BG_ORIGIN_PROGRAM,     /* a choice as explicit as an address */
	BG_ORIGIN_SCOPE,       /* the kernel, for the sake of a link-local address: no choice */
	BG_ORIGIN_ENVIRONMENT, /* the kernel, as on every new socket here (VRF): no choice, but where the program lives */
};

/**
 * struct bg_attempt - one call under way, shared by the files of this room.
 * @guard, @fd: as given
 * @caller, @size: the caller's address, copied, and its bytes; NULL and 0 where the call has none
 * @request, @verdict: the question and the answer
 * @bind: the real call that binds @fd to the address of a change; -errno for -1. bg_real_bind() but for bindresvport(3)
 * @out: what @bind may write to
 * @cookie: SO_COOKIE of @fd where bg_apply_prepare() has asked for it, else 0
 * @rule: where not the verdict but bind(2) before it has decided: offset of its rule's name in the policy, else 0
 * @origin: of the device, as far as BG_FACT_DEVICE was gathered
 * @kept: the device that bg_replace() gives to the new socket; "": none
 * @exchanged, @reuse: the socket is another until listen(2) with SO_REUSEADDR, which is then to be @reuse again
 * @told: the event of bind(2) has told what this call's would
 */
struct bg_attempt {
	const struct bg_guard *guard;
	int fd;
	const union bg_sockaddr *caller;
	unsigned size;
	struct bg_request request;
	struct bg_verdict verdict;
	int (*bind)(const struct bg_attempt *attempt, const struct bg_change *change);
	void *out;
	uint64_t cookie;
	uint32_t rule;
	enum bg_origin origin;
	char kept[BG_IFNAME_MAX];
	bool exchanged;
	int reuse;
	bool told;
};

#endif
