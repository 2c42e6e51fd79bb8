/* SPDX-License-Identifier: MIT
 * execv.c - the exported execv(3). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include <unistd.h>

#include "preload/execute.h"

BG_EXPORT int
execv(const char *path, char *const argv[])
{
	return execute_path(path, argv, environ);
}
