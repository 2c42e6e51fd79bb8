/* SPDX-License-Identifier: MIT
 * low_ports.c - a bind is made with no more privilege than the target has. Runs in the supervisor, during a call.
 *
 * Of the supervisor's capabilities only CAP_NET_BIND_SERVICE decides a bind(2), a listen(2) or a connect(2): what else a
 * socket may do (IP_TRANSPARENT, SO_MARK, a raw socket) was decided when it was made or its option was set, and that did
 * the target itself. Which ports take the capability is the network's own setting, ip_unprivileged_port_start, ip(7). */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seccomp/low_ports.h"
#include "seccomp/supervisor.h"

#define PORT_START "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define ALL_PORTS 65536u

/** low_ports_open - the setting of the network that this process is in; it stays that one's. Return: -1 without. */
int
low_ports_open(void)
{
	return open(PORT_START, O_RDONLY | O_CLOEXEC);
}

/** first_free_port - the first port that takes no privilege in the network of @file; where nobody tells, none is. */
static unsigned
first_free_port(int file)
{
	char text[16];
	ssize_t length = file < 0 ? -1 : pread(file, text, sizeof(text) - 1, 0);

	if (length <= 0)
		return ALL_PORTS;
	text[length] = '\0';
	return (unsigned)strtoul(text, NULL, 10);
}

/** may_bind_low - has the target the capability, and does it count where this process is? Not in a user namespace of its own. */
static bool
may_bind_low(pid_t tid)
{
	return target_has_capability(tid, CAP_NET_BIND_SERVICE) && target_shares(tid, "user");
}

/** low_ports_are_lent - would a bind to @port, or to where a rule moves it, use a privilege that the target lacks? */
bool
low_ports_are_lent(const struct supervisor *supervisor, unsigned port)
{
	unsigned lowest = supervisor->lowest_to_port;

	if (port > 0 && (lowest == 0 || port < lowest))
		lowest = port;
	return lowest > 0 && lowest < first_free_port(supervisor->call.ports) && !may_bind_low(supervisor->call.tid);
}

/** low_ports_permit - turn CAP_NET_BIND_SERVICE, where we have it, on or off; it stays permitted. Return: could we? */
bool
low_ports_permit(bool on)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t bit = CAP_TO_MASK(CAP_NET_BIND_SERVICE);

	if (syscall(SYS_capget, &header, data))
		return false;
	data[0].effective = (on ? data[0].effective | bit : data[0].effective & ~bit) & data[0].permitted;
	return syscall(SYS_capset, &header, data) == 0;
}
