/* SPDX-License-Identifier: MIT
 * supervise.h - the engine `seccomp` as the subcommand `run` sees it: can it work here, and run CMD under it. */
#ifndef BINDGUARD_LAUNCHER_SUPERVISE_H
#define BINDGUARD_LAUNCHER_SUPERVISE_H

#include "bindguard/load.h"
#include "launcher/command.h"

/** SUPERVISE_NAME - comm(5) of the supervisor's process: what it guards are its descendants with a seccomp filter. */
#define SUPERVISE_NAME "bindguard-super"
/** SUPERVISE_NAME_OBSERVES - likewise in mode observe, in which it changes nothing. */
#define SUPERVISE_NAME_OBSERVES "bindguard-watch"

/**
 * supervise_possible - try the engine on a child that is thrown away: kernel, permissions, other listeners.
 * @why: where it is not possible, one line that says why and what to do; @size bytes
 */
bool supervise_possible(char *why, size_t size);

/** enum supervision - is there a supervisor of ours? Not known is none of the other answers. */
enum supervision {
	SUPERVISED_NO,
	SUPERVISED_YES,
	SUPERVISED_OBSERVED, /* in mode observe: it changes nothing */
	SUPERVISED_UNKNOWN,  /* we may not look */
};

/**
 * supervise_above - is a supervisor of ours above process @pid? It is a subreaper, and guards what it started only; a
 * process that calls itself so deceives us, as one can that maps a file of the library's name.
 */
enum supervision supervise_above(int pid);

/** supervise_guards - likewise; then there can be no other one for @pid. */
bool supervise_guards(int pid);

/**
 * supervise_run - run @argv guarded by the engine, until it ends. This process is CMD's stand-in meanwhile: standard
 * input and output are given up, its signals go to CMD. To be called once, in a process of one thread.
 * @loaded: configuration for all programs (loaded without narrowing); must stay
 * @argv: CMD, looked for on PATH; the environment is CMD's already
 * @failure: set where CMD was not started, or the supervisor was killed
 * Return: CMD's exit status, 128 + its signal, or 125, 126, 127.
 */
int supervise_run(const struct bg_loaded *loaded, char **argv, struct failure *failure);

#endif
