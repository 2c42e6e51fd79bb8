/* SPDX-License-Identifier: MIT
 * availability.c - asks the kernel whether a socket can be bound as a rule wants, by binding one. Runs in the launcher only. */
#include "launcher/availability.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/interface_master.h"
#include "bindguard/interface_visit.h"
#include "bindguard/sockaddr.h"

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

/** has_master - is the interface part of another one here? */
static bool
has_master(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bg_interface_has_master(fd, name);

	if (fd >= 0)
		close(fd);
	return has;
}

/**
 * availability_of_from - are the interfaces of a limit's `from` there now, and none a part of another? See find_device() of guard.
 * @missing: set to the first that is not, else ""
 */
enum available
availability_of_from(const struct bg_policy *policy, const struct bg_rule *rule, char missing[BG_IFNAME_MAX],
		     int *error)
{
	const struct bg_from *from = bg_policy_at(policy, rule->from);

	memset(missing, 0, BG_IFNAME_MAX);
	for (uint32_t i = 0; i < rule->from.count; i++) {
		enum available available;
		unsigned index;

		if (from[i].kind != BG_FROM_INTERFACE)
			continue;
		available = availability_of_interface(from[i].interface, &index, error);
		if (available == AVAILABLE && has_master(from[i].interface))
			available = AVAILABLE_NO_INTERFACE;
		if (available == AVAILABLE)
			continue;
		memcpy(missing, from[i].interface, BG_IFNAME_MAX);
		return available;
	}
	return AVAILABLE;
}

/**
 * availability_of_filter - may this user limit TCP sockets? Linux of 2026, and updates of earlier ones, ask for CAP_NET_ADMIN
 * in the network namespace.
 */
enum available
availability_of_filter(void)
{
	struct sock_filter all = {.code = BPF_RET | BPF_K, .k = UINT32_MAX};
	struct sock_fprog program = {.len = 1, .filter = &all};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool refused =
		fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) && errno == EPERM;

	if (fd >= 0)
		close(fd);
	return refused ? AVAILABLE_NO_FILTER : AVAILABLE;
}
