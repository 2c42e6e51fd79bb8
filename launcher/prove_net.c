/* SPDX-License-Identifier: MIT
 * prove_net.c - the two machines of `bindguard prove`: network namespaces that live as long as this process and CMD, and
 * nothing else of this computer's network in them. As root, or through a user namespace. Runs in the launcher only. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/prove.h"

/** carried - settings that decide what a server binds: CMD is to find them as they are here. */
static const char *const carried[] = {
	"/proc/sys/net/ipv4/ip_unprivileged_port_start",
	"/proc/sys/net/ipv4/ip_local_port_range",
	"/proc/sys/net/ipv6/bindv6only",
};
#define CARRIED (sizeof(carried) / sizeof(carried[0]))

/** read_text - the first bytes of a file, "" where there are none. */
static void
read_text(const char *path, char text[64])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, 63);

	text[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

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

/** map - this user is itself in its own user namespace, user_namespaces(7). Return: 0 or an errno value. */
static int
map(uid_t uid, gid_t gid)
{
	char line[64];
	int error;

	snprintf(line, sizeof(line), "%u %u 1", (unsigned)uid, (unsigned)uid);
	error = write_text("/proc/self/uid_map", line);
	if (error)
		return error;
	write_text("/proc/self/setgroups", "deny"); /* before Linux 3.19 there is none */
	snprintf(line, sizeof(line), "%u %u 1", (unsigned)gid, (unsigned)gid);
	return write_text("/proc/self/gid_map", line);
}

/** leave - move into a network namespace of our own: as we are, or as the owner of a user namespace. */
static int
leave(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (errno != EPERM)
		return errno;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) ? errno : map(uid, gid);
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
	if (network->namespaces[SIDE_THERE] < 0 || setns(network->namespaces[SIDE_HERE], CLONE_NEWNET))
		return errno;
	return 0;
}

/** is - does the setting at @path, as far as there is one, have this value? */
static bool
is(const char *path, const char *value)
{
	char text[64];

	read_text(path, text);
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, value) == 0;
}

/** explain - why there can be no namespaces, and what to do. */
static int
explain(int error, struct failure *failure)
{
	const char *todo = "run it as root, or where user namespaces are allowed (container engines often forbid them: "
			   "--cap-add SYS_ADMIN)";

	if (error == ENOSPC || is("/proc/sys/user/max_user_namespaces", "0"))
		todo = "run it as root, or raise the sysctls user.max_user_namespaces and user.max_net_namespaces";
	else if (error == EPERM && is("/proc/sys/kernel/unprivileged_userns_clone", "0"))
		todo = "run it as root, or set the sysctl kernel.unprivileged_userns_clone to 1";
	else if ((error == EPERM || error == EACCES) &&
		 is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"))
		todo = "run it as root, or set the sysctl kernel.apparmor_restrict_unprivileged_userns to 0";
	return fail(failure, STATUS_RUN_FAILED, "a network of its own cannot be made for CMD: %s; %s", strerror(error),
		    todo);
}

/**
 * prove_net_make - move this process to the first of two new machines on one cable.
 * Return: STATUS_GOOD, or STATUS_RUN_FAILED with @failure set.
 */
int
prove_net_make(struct network *network, struct failure *failure)
{
	char values[CARRIED][64];
	int error;

	network->namespaces[SIDE_HERE] = network->namespaces[SIDE_THERE] = -1;
	for (size_t i = 0; i < CARRIED; i++)
		read_text(carried[i], values[i]);
	error = leave();
	if (!error)
		error = open_namespaces(network);
	if (!error)
		error = prove_link_make(network);
	if (error)
		return explain(error, failure);
	for (size_t i = 0; i < CARRIED; i++)
		if (values[i][0])
			write_text(carried[i], values[i]); /* where /proc/sys is read-only, the kernel's defaults do */
	return STATUS_GOOD;
}

/** prove_net_socket - a socket(2) of that machine. Return: a descriptor, -1 with errno set. */
int
prove_net_socket(const struct network *network, enum side side, int family, int type, int protocol)
{
	int fd, error;

	if (setns(network->namespaces[side], CLONE_NEWNET))
		return -1;
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	error = errno;
	if (side != SIDE_HERE && setns(network->namespaces[SIDE_HERE], CLONE_NEWNET) && fd >= 0) {
		close(fd);
		return -1;
	}
	errno = error;
	return fd;
}
