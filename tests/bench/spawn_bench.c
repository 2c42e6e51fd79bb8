/* SPDX-License-Identifier: MIT
 * spawn_bench.c COUNT PRELOAD PROGRAM [ARG...]: starts PROGRAM and waits for it, COUNT times, LD_PRELOAD set for it alone
 * ("" for none); prints nanoseconds of one. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int
main(int argc, char **argv)
{
	int count = argc > 3 ? atoi(argv[1]) : 0;
	struct timespec begin, end;

	if (count <= 0)
		return 2;
	if (argv[2][0])
		setenv("LD_PRELOAD", argv[2], 1);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < count; i++) {
		int status = -1;
		pid_t pid;

		if (posix_spawn(&pid, argv[3], NULL, NULL, argv + 3, environ) || waitpid(pid, &status, 0) != pid ||
		    status)
			return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.1f\n",
	       ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / (double)count);
	return 0;
}
