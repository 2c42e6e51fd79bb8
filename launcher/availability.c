/* SPDX-License-Identifier: MIT
 * availability.c - asks the kernel whether a socket can be bound as a rule wants, by binding one. Runs in the launcher only. */
#include "launcher/availability.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sockaddr.h"
#include "sys/interface_visit.h"

/** try_bind - socket @fd on @change's device, at its address and port 0. Return: 0 or an errno value. */
static int
try_bind(int fd, const struct bg_change *change, bool *has_device)
{
	struct bg_endpoint to = {.addr = change->to.addr};
	int only = change->form == BG_FORM_IPV6;
	union bg_sockaddr name;
	unsigned size = bg_sockaddr_encode(&to, change->form, &name);

	*has_device = false;
	if (change->form != BG_FORM_IPV4 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)))
		return errno;
	if (change->interface[0] &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, change->interface, (socklen_t)strlen(change->interface)))
		return errno;
	*has_device = true;
	/* past a guard that is preloaded here, whose rules and events this is no matter of */
	return syscall(SYS_bind, fd, &name, size) ? errno : 0;
}

/**
 * availability_of_change - could a socket be bound as @change says now? A UDP socket is, on a port that the kernel chooses,
 * and closed at once: so it counts all that counts for the guarded call (the address's state, its device, ip_nonlocal_bind).
 * @error: the errno value, where that is the kernel's answer or keeps it from answering
 */
enum available
availability_of_change(const struct bg_change *change, int *error)
{
	bool ipv4 = change->form == BG_FORM_IPV4 || change->form == BG_FORM_UNSPEC;
	int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has_device = false;

	*error = fd < 0 ? errno : try_bind(fd, change, &has_device);
	if (fd >= 0)
		close(fd);
	if (*error == 0)
		return AVAILABLE;
	if (fd >= 0 && !has_device && *error == ENODEV)
		return AVAILABLE_NO_INTERFACE;
	return has_device && *error == EADDRNOTAVAIL ? AVAILABLE_NO_ADDRESS : AVAILABLE_UNASKED;
}

/** availability_of_interface - is there one called @name now? @index: its number, 0 where not. */
enum available
availability_of_interface(const char *name, unsigned *index, int *error)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*index = 0;
	*error = fd < 0 ? errno : -bg_interface_index(fd, name, index);
	if (fd >= 0)
		close(fd);
	return *error == 0 ? AVAILABLE : fd >= 0 && *error == ENODEV ? AVAILABLE_NO_INTERFACE : AVAILABLE_UNASKED;
}
