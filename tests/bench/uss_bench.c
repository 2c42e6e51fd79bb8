/* SPDX-License-Identifier: MIT
 * uss_bench.c [wait]: binds one wildcard socket and prints the memory that is this process's own, in KiB (USS: private
 * pages). wait: on any free port, and stays until its input ends. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int
main(int argc, char **argv)
{
	int wait = argc > 1 && strcmp(argv[1], "wait") == 0;
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((in_port_t)(wait ? 0 : 9009))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), kib, total = 0;
	char line[256];
	FILE *file;

	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		return 1;
	file = fopen("/proc/self/smaps_rollup", "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Private_Clean: %d", &kib) == 1 || sscanf(line, "Private_Dirty: %d", &kib) == 1)
			total += kib;
	printf("%d\n", total);
	fflush(stdout);
	while (wait && getchar() != EOF)
		;
	return file ? 0 : 1;
}
