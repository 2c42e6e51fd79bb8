/* SPDX-License-Identifier: MIT
 * execute.h - what the calls that execute a program share. Signal-safe. */
#ifndef BINDGUARD_PRELOAD_EXECUTE_H
#define BINDGUARD_PRELOAD_EXECUTE_H

#include "bindguard/attr.h"

BG_SIGSAFE int execute_path(const char *path, char *const *argv, char *const *envp);
BG_SIGSAFE int execute_descriptor(int folder, const char *path, char *const *argv, char *const *envp, int flags);

/* execute_search.c: a name without a slash is looked for in PATH. Return: -1 and errno, where they do. */
BG_SIGSAFE int execute_search(const char *file, char *const *argv, char *const *envp);
BG_SIGSAFE int execute_search_each(const char *file, int (*visit)(const char *path, void *context), void *context);

#endif
