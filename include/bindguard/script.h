/* SPDX-License-Identifier: MIT
 * script.h - what a file without an ELF header is to execve(2). Signal-safe. */
#ifndef BINDGUARD_SCRIPT_H
#define BINDGUARD_SCRIPT_H

#include <stdbool.h>

#include "bindguard/head.h"

/** BG_SCRIPT_LINE_MAX - bytes of a `#!` line that the kernel looks at: BINPRM_BUF_SIZE of linux/binfmts.h, Linux 5.1. */
#define BG_SCRIPT_LINE_MAX 256
/** BG_SCRIPT_LEVELS - interpreters that are scripts themselves, which the kernel follows: exec_binprm() of Linux. */
#define BG_SCRIPT_LEVELS 5
/** BG_SCRIPT_SHELL - who reads a script without a `#!` line. */
#define BG_SCRIPT_SHELL "/bin/sh"

/**
 * struct bg_script - the first line of one.
 * @line: that, cut into the words
 * @interpreter: a path
 * @argument: its one argument, NULL: none
 */
struct bg_script {
	char line[BG_SCRIPT_LINE_MAX + 1];
	const char *interpreter;
	const char *argument;
};

BG_SIGSAFE bool bg_script_read(const struct bg_head *head, struct bg_script *script);
BG_SIGSAFE bool bg_script_is_shell(const struct bg_head *head);

#endif
