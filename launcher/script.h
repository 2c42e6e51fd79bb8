/* SPDX-License-Identifier: MIT
 * script.h - what a file without an ELF header is to execve(2). */
#ifndef BINDGUARD_LAUNCHER_SCRIPT_H
#define BINDGUARD_LAUNCHER_SCRIPT_H

#include <stdbool.h>

/** SCRIPT_LINE_MAX - bytes of a `#!` line that the kernel looks at: BINPRM_BUF_SIZE of linux/binfmts.h, Linux 5.1. */
#define SCRIPT_LINE_MAX 256
/** SCRIPT_LEVELS - interpreters that are scripts themselves, which the kernel follows: exec_binprm() of Linux. */
#define SCRIPT_LEVELS 5
/** SCRIPT_SHELL - who reads a script without a `#!` line. */
#define SCRIPT_SHELL "/bin/sh"

/**
 * struct script - the first line of one.
 * @line: that, cut into the words
 * @interpreter: a path
 * @argument: its one argument, NULL: none
 */
struct script {
	char line[SCRIPT_LINE_MAX + 1];
	const char *interpreter;
	const char *argument;
};

bool script_read(int fd, struct script *script);
bool script_is_shell(int fd);

#endif
