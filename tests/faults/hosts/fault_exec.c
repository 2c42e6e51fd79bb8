/* SPDX-License-Identifier: MIT
 * fault_exec.c CALL FILE WORD...: executes FILE with the words by execve, fexecve, execvp or spawn (posix_spawn, and waits for it).
 * Where that fails: `failed ERRNO`. The call is all that the tracer touches. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "faults/tracer.h"

extern char **environ;

int
main(int argc, char **argv)
{
	int fd = argc > 3 ? open(argv[2], O_RDONLY) : -1, error = 0, status = 0;
	const char *call = argc > 3 ? argv[1] : "";
	pid_t child = -1;

	fault_mark(FAULT_OPEN, 0);
	if (strcmp(call, "execve") == 0)
		execve(argv[2], argv + 2, environ);
	else if (strcmp(call, "fexecve") == 0)
		fexecve(fd, argv + 2, environ);
	else if (strcmp(call, "execvp") == 0)
		execvp(argv[2], argv + 2);
	else if (strcmp(call, "spawn") == 0)
		error = posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ);
	error = child > 0 || error ? error : errno;
	fault_mark(FAULT_END, 0);
	if (child > 0 && !error)
		return waitpid(child, &status, 0) != child || status != 0;
	printf("failed %d\n", error);
	return 0;
}
