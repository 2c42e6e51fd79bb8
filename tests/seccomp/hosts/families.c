/* SPDX-License-Identifier: MIT
 * families.c: binds sockets that are none of the Internet: AF_UNIX by a relative path, by an abstract name and by none,
 * netlink, packet; listens and connects where it can. Prints each result; bare and guarded the lines must be the same. */
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
unix_socket(const char *what, const char *path, size_t size)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX}, name;
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size), got = sizeof(name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int bound, listening, connected;
	struct stat status;

	memcpy(to.sun_path, path, size);
	bound = bind(fd, (struct sockaddr *)&to, length) ? errno : 0;
	listening = listen(fd, 1) ? errno : 0;
	getsockname(fd, (struct sockaddr *)&name, &got);
	connected = connect(client, (struct sockaddr *)&name, got) ? errno : 0;
	printf("%s: bind %d listen %d connect %d size %u there %d\n", what, bound, listening, connected, got,
	       size && path[0] ? stat(path, &status) == 0 : -1);
	if (size && path[0])
		unlink(path);
}

int
main(void)
{
	struct sockaddr_nl netlink = {.nl_family = AF_NETLINK};
	struct sockaddr_ll packet = {.sll_family = AF_PACKET, .sll_protocol = 0};
	char folder[] = "/tmp/bindguard-families.XXXXXX";
	int fd;

	if (!mkdtemp(folder) || chdir(folder))
		return 2;
	unix_socket("relative", "socket", sizeof("socket"));
	mkdir("deeper", 0700);
	unix_socket("relative, deeper", "./deeper/../socket", sizeof("./deeper/../socket"));
	unix_socket("abstract", "\0bindguard-families", sizeof("\0bindguard-families"));
	unix_socket("autobind", "", 0);
	unix_socket("no such folder", "nowhere/socket", sizeof("nowhere/socket"));
	rmdir("deeper");
	rmdir(folder);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	printf("netlink: bind %d\n", bind(fd, (struct sockaddr *)&netlink, sizeof(netlink)) ? errno : 0);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	printf("packet: socket %d bind %d\n", fd >= 0,
	       bind(fd, (struct sockaddr *)&packet, sizeof(packet)) ? errno : 0);
	return 0;
}
