/* SPDX-License-Identifier: MIT
 * target_process.h - the process that made a trapped call, as the supervisor sees it from outside. */
#ifndef BINDGUARD_SECCOMP_TARGET_PROCESS_H
#define BINDGUARD_SECCOMP_TARGET_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * TARGET_HANDLES - pidfds kept, so that a server that binds again does not cost opening one again; that many where there
 * are descriptors enough (RLIMIT_NOFILE), else TARGET_HANDLES_FEW, or TARGET_HANDLES_LEAST.
 */
#define TARGET_HANDLES 128
#define TARGET_HANDLES_FEW 16
#define TARGET_HANDLES_LEAST 2

/** TARGET_COMMAND_MAX - bytes of the command line that `command` globs see, as in the preload. */
#define TARGET_COMMAND_MAX (64 * 1024)

/**
 * struct handle - a task held by pidfd_open(2). It can go stale (ESRCH) but never mean another task.
 * @tid: its number, 0: the place is free
 * @leader: the process, whose descriptors the handle opens, where one of the thread is not to be had; else 0
 */
struct handle {
	pid_t tid;
	pid_t leader;
	int pidfd;
};

/** struct handles - @count: how many are kept */
struct handles {
	unsigned count;
	struct handle items[TARGET_HANDLES];
};

/**
 * struct identity - what an event tells of a process; all zero and empty where it is gone.
 * @pid: of the process, where the calling thread has another
 */
struct identity {
	pid_t pid;
	pid_t parent;
	uid_t uid;
};

void target_handles_set_up(struct handles *handles);
int target_handle(struct handles *handles, pid_t tid);
int target_duplicate(struct handles *handles, pid_t tid, int fd);
ssize_t target_read(pid_t tid, uint64_t from, void *to, size_t size);
void target_identity(pid_t tid, struct identity *identity);
bool target_exe(pid_t tid, char *exe, size_t size);
bool target_command(pid_t tid, char *command, size_t size);
bool target_closes_on_exec(pid_t tid, int fd);
bool target_has_capability(pid_t tid, int capability);
bool target_shares(pid_t tid, const char *kind);

#endif
