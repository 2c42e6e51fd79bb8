/* SPDX-License-Identifier: MIT
 * fexecve.c - the exported fexecve(3). Runs in the program's own call: any thread, signal handlers, vforked children. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "preload/execute.h"

/** is_null - hidden from the compiler, which is told by <unistd.h> that @list is not. */
static __attribute__((noinline)) int
is_null(const void *list)
{
	return list == NULL;
}

BG_EXPORT int
fexecve(int fd, char *const argv[], char *const envp[])
{
	if (fd < 0 || is_null(argv) || is_null(envp)) { /* as glibc has it */
		errno = EINVAL;
		return -1;
	}
	return execute_descriptor(fd, "", argv, envp, AT_EMPTY_PATH);
}
