/* SPDX-License-Identifier: MIT
 * exec_bench.c COUNT FILE: executes FILE, COUNT times, and prints nanoseconds of one. With a word that cannot be read, so that
 * execve(2) opens the file, and then fails with EFAULT: what comes before that is not lost in what a start costs.
 * exec_bench.c COUNT FILE PRELOAD: starts it in a vforked child, and waits for it; PRELOAD is for FILE alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/** start - FILE in a child, to its end. Return: whether it ended well. */
static int
start(char **words)
{
	int status = -1;
	pid_t child = vfork();

	if (child == 0) {
		execve(words[0], words, environ);
		_exit(1);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}

int
main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0, failed = 0;
	char *words[] = {argc > 2 ? argv[2] : NULL, argc > 3 ? NULL : (char *)16, NULL};
	struct timespec begin, end;

	if (count <= 0)
		return 2;
	if (argc > 3)
		setenv("LD_PRELOAD", argv[3], 1);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < count; i++)
		failed += argc > 3 ? !start(words) : execve(words[0], words, environ) == 0 || errno != EFAULT;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (failed)
		return 1;
	printf("%.1f\n",
	       ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / (double)count);
	return 0;
}
