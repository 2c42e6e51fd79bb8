/* SPDX-License-Identifier: MIT
 * prove_net.c - the network of `bindguard prove`: with the settings that CMD would find here, and with words for users
 * who may have none. Runs in the launcher only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/prove/prove.h"

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

/** carry - one setting. Where /proc/sys is read-only, the kernel's default does. */
static void
carry(const char *path, const char *value)
{
	int fd = value[0] ? open(path, O_WRONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s", value);
	close(fd);
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
	return command_fail(failure, STATUS_RUN_FAILED, "a network of its own cannot be made for CMD: %s; %s",
			    strerror(error), todo);
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

	for (size_t i = 0; i < CARRIED; i++)
		read_text(carried[i], values[i]);
	error = network_make(network, NAMESPACE_USER_SELF);
	if (error)
		return explain(error, failure);
	for (size_t i = 0; i < CARRIED; i++)
		carry(carried[i], values[i]);
	return STATUS_GOOD;
}
