/* SPDX-License-Identifier: MIT
 * process.h - a program in a process group of its own, on one of the hosts, with or without the guard. */
#ifndef BINDGUARD_TESTS_SYSTEM_PROCESS_H
#define BINDGUARD_TESTS_SYSTEM_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "net/net.h"

/** enum guard - how it is started. */
enum guard { GUARD_NONE, GUARD_PRELOAD, GUARD_OBSERVE, GUARD_UNPRIVILEGED };

/**
 * struct launch - what a process is started with.
 * @where: the host
 * @guard: of it
 * @folder: it holds the library; gets `out`, and the guard's `log`
 * @rules: a configuration file, or NULL for the built-in default
 */
struct launch {
	enum side where;
	enum guard guard;
	const char *folder;
	const char *rules;
};

pid_t process_start(const struct launch *launch, char *const words[]);
bool process_ended(pid_t *pid);
void process_stop(pid_t *pid);
bool process_has_users(void);
long process_now_ms(void);

#endif
