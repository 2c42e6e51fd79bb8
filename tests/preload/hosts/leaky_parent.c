/* SPDX-License-Identifier: MIT
 * leaky_parent.c HOW FAMILY PORT CMD...: binds the wildcard and has CMD run with that socket as descriptor 9: inherited;
 * or with a unix socket there, over which another process passes it. HOW: inherited, inherited-listening, passed,
 * passed-listening. FAMILY: 4 or 6. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT 9 /* the descriptor that CMD finds the socket at */

/** new_server - bound to the wildcard of the family, and maybe listening. */
static int
new_server(int family, unsigned port, int listens)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = socket(family, SOCK_STREAM, 0);
	int result = family == AF_INET ? bind(fd, (struct sockaddr *)&in, sizeof(in))
				       : bind(fd, (struct sockaddr *)&in6, sizeof(in6));

	return result || (listens && listen(fd, 1)) ? -1 : fd;
}

/** send_over - send the descriptor @fd over the unix socket @end. */
static int
send_over(int end, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	char byte = 'x';
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(end, &message, 0) == 1 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	int passes = argc > 1 && strncmp(argv[1], "passed", 6) == 0, family, fd = -1, ends[2] = {-1, -1};

	if (argc < 5)
		return 2;
	family = argv[2][0] == '6' ? AF_INET6 : AF_INET;
	if (passes && socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	if (!passes || fork() == 0)
		fd = new_server(family, (unsigned)atoi(argv[3]), strstr(argv[1], "listening") != NULL);
	else
		fd = ends[1];
	if (fd >= 0 && fd != ends[1] && passes)
		return send_over(ends[0], fd);
	if (fd < 0 || dup2(fd, AT) != AT)
		return 1;
	close(fd);
	close(ends[0]);
	execvp(argv[4], argv + 4);
	return 127;
}
