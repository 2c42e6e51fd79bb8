/* SPDX-License-Identifier: MIT
 * client_exec.c CMD...: becomes CMD, a program that is no host of ours. */
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc > 1)
		execvp(argv[1], argv + 1);
	return 127;
}
