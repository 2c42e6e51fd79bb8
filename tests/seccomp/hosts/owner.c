/* SPDX-License-Identifier: MIT
 * owner.c PORT PEER: as nobody, a client on a fixed port that connects to PEER. Prints whose its socket was and is, and
 * whether it is another socket by then. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in here = {.sin_family = AF_INET}, there = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct stat before, after;
	int fd;

	if (argc != 3 || setgid(65534) || setuid(65534))
		return 2;
	here.sin_port = htons((uint16_t)atoi(argv[1]));
	inet_pton(AF_INET, argv[2], &there.sin_addr);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) || fstat(fd, &before))
		return 2;
	connect(fd, (struct sockaddr *)&there, sizeof(there));
	fstat(fd, &after);
	printf("owner %u, then %u, %s\n", before.st_uid, after.st_uid,
	       before.st_ino == after.st_ino ? "the same" : "another");
	return 0;
}
