/* SPDX-License-Identifier: MIT
 * execveat.c - the exported execveat(2). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include <unistd.h>

#include "preload/execute.h"

BG_EXPORT int execveat(int folder, const char *path, char *const argv[], char *const envp[],
		       int flags); /* glibc 2.34 */

int
execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags)
{
	return execute_descriptor(folder, path, argv, envp, flags);
}
