/* SPDX-License-Identifier: MIT
 * execvp.c - the exported execvp(3) and execvpe(3). Run in the program's own call: any thread, signal handlers, vforked
 * children. */
#include <unistd.h>

#include "preload/execute.h"

BG_EXPORT int
execvp(const char *file, char *const argv[])
{
	return execute_search(file, argv, environ);
}

BG_EXPORT int
execvpe(const char *file, char *const argv[], char *const envp[])
{
	return execute_search(file, argv, envp);
}
