/* SPDX-License-Identifier: MIT
 * network.c - makes the two machines: network namespaces that live as long as this process and what it starts. As root, or
 * through a user namespace. Runs in the launcher only, and in tests. */
#include "launcher/prove/network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** write_text - Return: 0 or an errno value. */
static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/** map - whom this user is in its own user namespace, user_namespaces(7). Return: 0 or an errno value. */
static int
map(enum namespace_user user, uid_t uid, gid_t gid)
{
	bool root = user == NAMESPACE_USER_ROOT;
	char line[64];
	int error;

	snprintf(line, sizeof(line), "%u %u 1", root ? 0 : (unsigned)uid, (unsigned)uid);
	error = write_text("/proc/self/uid_map", line);
	if (error)
		return error;
	write_text("/proc/self/setgroups", "deny"); /* before Linux 3.19 there is none */
	snprintf(line, sizeof(line), "%u %u 1", root ? 0 : (unsigned)gid, (unsigned)gid);
	return write_text("/proc/self/gid_map", line);
}

/** leave - move into a network namespace of our own: as we are, or as the owner of a user namespace. */
static int
leave(enum namespace_user user)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (errno != EPERM)
		return errno;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) ? errno : map(user, uid, gid);
}

/** open_namespaces - ours, and a second one. Return: 0 or an errno value. */
static int
open_namespaces(struct network *network)
{
	static const char path[] = "/proc/self/ns/net";

	network->namespaces[SIDE_HERE] = open(path, O_RDONLY | O_CLOEXEC);
	if (network->namespaces[SIDE_HERE] < 0 || unshare(CLONE_NEWNET))
		return errno;
	network->namespaces[SIDE_THERE] = open(path, O_RDONLY | O_CLOEXEC);
	if (network->namespaces[SIDE_THERE] < 0)
		return errno;
	return network_enter(network, SIDE_HERE);
}

/** network_make - move this process to the first of two new machines on one cable. Return: 0 or an errno value. */
int
network_make(struct network *network, enum namespace_user user)
{
	int error;

	network->namespaces[SIDE_HERE] = network->namespaces[SIDE_THERE] = -1;
	error = leave(user);
	if (!error)
		error = open_namespaces(network);
	return error ? error : network_link_make(network);
}

/** network_enter - move this process to one of the machines. Return: 0 or an errno value. */
int
network_enter(const struct network *network, enum side side)
{
	return setns(network->namespaces[side], CLONE_NEWNET) ? errno : 0;
}

/** network_socket - a socket(2) of that machine, made from here. Return: a descriptor, -1 with errno set. */
int
network_socket(const struct network *network, enum side side, int family, int type, int protocol)
{
	int fd, error = network_enter(network, side);

	if (error) {
		errno = error;
		return -1;
	}
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	error = errno;
	if (side != SIDE_HERE && network_enter(network, SIDE_HERE) && fd >= 0) {
		close(fd);
		return -1;
	}
	errno = error;
	return fd;
}

/** network_close - let go of the machines; they go with the last process on them. */
void
network_close(struct network *network)
{
	for (enum side side = SIDE_HERE; side < SIDES; side++) {
		if (network->namespaces[side] >= 0)
			close(network->namespaces[side]);
		network->namespaces[side] = -1;
	}
}
