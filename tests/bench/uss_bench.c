/* SPDX-License-Identifier: MIT
 * uss_bench.c: binds one wildcard socket and prints the memory that is this process's own, in KiB (USS: private pages). */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int
main(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(9009)};
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
	return file ? 0 : 1;
}
