/* SPDX-License-Identifier: MIT
 * execve.c - the exported execve(2). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include <unistd.h>

#include "preload/execute.h"

BG_EXPORT int
execve(const char *path, char *const argv[], char *const envp[])
{
	return execute_path(path, argv, envp);
}
