/* SPDX-License-Identifier: MIT
 * seccomp.h - the engine `seccomp` as a command sees it: can it work here, and run CMD under it. */
#ifndef BINDGUARD_SECCOMP_H
#define BINDGUARD_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

#include "bindguard/load.h"

/** enum bg_seccomp_failure - why CMD was not started, or is not known to have ended. */
enum bg_seccomp_failure {
	BG_SECCOMP_FAILED, /* the engine itself, or the supervisor was killed */
	BG_SECCOMP_NOT_FOUND,
	BG_SECCOMP_NOT_EXECUTABLE,
};

/**
 * struct bg_seccomp_error - caller-owned.
 * @started: CMD was, and perhaps still runs; else this process is as it was, and may execute it in another way
 * @text: one line without its newline; "" where it has been said already
 */
struct bg_seccomp_error {
	enum bg_seccomp_failure failure;
	bool started;
	char text[1024];
};

/**
 * struct bg_seccomp_command - CMD.
 * @argv: its words
 * @become: executes it in this process, as execvp(3) does. Return: why not, an errno value
 * @dies_alike: where a signal ends CMD, it ends this process too, so that whoever waits sees what it would have seen
 */
struct bg_seccomp_command {
	char **argv;
	int (*become)(char **argv);
	bool dies_alike;
};

/**
 * bg_seccomp_possible - try the engine on a child that is thrown away: kernel, permissions, other listeners.
 * @why: where it is not possible, one line that says why and what to do; @size bytes
 */
bool bg_seccomp_possible(char *why, size_t size);

/**
 * bg_seccomp_run - run @command guarded by the engine, until it ends. This process is CMD's stand-in meanwhile: standard
 * input and output are given up, its signals go to CMD. To be called once, in a process of one thread.
 * @loaded: configuration for all programs (loaded without narrowing); must stay
 * @command: the environment is CMD's already
 * Return: CMD's exit status, or 128 + its signal; -1, with @error.
 */
int bg_seccomp_run(const struct bg_loaded *loaded, const struct bg_seccomp_command *command,
		   struct bg_seccomp_error *error);

#endif
