/* SPDX-License-Identifier: MIT
 * execution.h - a program that this process, or its child, is about to execute: who will guard it, and by which way it is
 * started. Signal-safe; nothing of the caller's is changed. */
#ifndef BINDGUARD_EXECUTION_H
#define BINDGUARD_EXECUTION_H

#include "bindguard/guard.h"
#include "bindguard/reached.h"

/** BG_FOLLOWED - the word by which the library calls the command; what stands behind it: launcher/run/followed.c. */
#define BG_FOLLOWED "--followed"
/** BG_FOLLOWED_STRICT, BG_FOLLOWED_LOOSE - the next word: what becomes of a program that cannot be supervised. */
#define BG_FOLLOWED_STRICT "strict"
#define BG_FOLLOWED_LOOSE "loose"

/**
 * struct bg_execution - as execveat(2) has it.
 * @folder, @path, @flags: the file
 * @argv, @envp: the caller's; may be NULL, or point anywhere
 * @start: starts @path with @argv in the way of the call that was made; AT_FDCWD and no flags. Return: 0 or -errno, or not
 * @context: its own
 */
struct bg_execution {
	int folder;
	const char *path;
	int flags;
	const char *const *argv;
	const char *const *envp;
	int (*start)(const struct bg_execution *execution, const char *path, const char *const *argv);
	void *context;
};

/** enum bg_course - what becomes of an execution. */
enum bg_course {
	BG_COURSE_BARE,	   /* the caller makes the call as it was asked for */
	BG_COURSE_STARTED, /* by the launcher; @result is what the call returns */
	BG_COURSE_REFUSED, /* EACCES */
};

BG_SIGSAFE enum bg_course bg_execution_guard(const struct bg_guard *guard, const struct bg_execution *execution,
					     int *result);
BG_SIGSAFE bool bg_execution_root(uint64_t root[2]);

#endif
