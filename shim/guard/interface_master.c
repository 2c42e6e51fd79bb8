/* SPDX-License-Identifier: MIT
 * interface_master.c - is an interface part of a VRF, a bridge or a bond? Signal-safe.
 *
 * Theory of operation. netlink tells of the network namespace that its socket was made in, which is made sure to be that of the
 * program's socket. The mounted sysfs tells of the namespace of whoever mounted it, which may be another one's: a container's
 * folder, a program after setns(2). So it is asked only where no netlink socket is to be had, as in a sandbox.
 */
#include "bindguard/interface_master.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/interface_visit.h"
#include "bindguard/kernel.h"

#define ANSWER_BYTES                                                                                                   \
	1024 /* IFLA_MASTER is among the first, rtnl_fill_ifinfo() of net/core/rtnetlink.c; the rest is cut off */
#define SKIP_STATISTICS (1 << 3) /* RTEXT_FILTER_SKIP_STATS, Linux 4.4 */

/** enum master - of an interface. */
enum master { MASTER_NONE, MASTER_SOME, MASTER_UNKNOWN };

/** find_master - in the @size bytes of an answer. */
static enum master
find_master(const char *answer, size_t size)
{
	size_t at = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	struct nlmsghdr header;

	if (size < sizeof(header))
		return MASTER_UNKNOWN;
	memcpy(&header, answer, sizeof(header));
	if (header.nlmsg_type != RTM_NEWLINK)
		return MASTER_UNKNOWN;
	while (size - at >= sizeof(struct rtattr) && at < size) {
		struct rtattr attribute;

		memcpy(&attribute, answer + at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute))
			break;
		if (attribute.rta_type == IFLA_MASTER)
			return MASTER_SOME;
		at += RTA_ALIGN(attribute.rta_len);
	}
	return MASTER_NONE;
}

/** ask - the kernel about interface @index, by the netlink socket @netlink. */
static enum master
ask(int netlink, unsigned index)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg message;
		struct rtattr attribute;
		uint32_t mask;
	} question = {
		.header = {.nlmsg_len = sizeof(question),
			   .nlmsg_type = RTM_GETLINK,
			   .nlmsg_flags = NLM_F_REQUEST,
			   .nlmsg_seq = 1},
		.message = {.ifi_index = (int)index},
		.attribute = {.rta_len = sizeof(question.attribute) + sizeof(question.mask), .rta_type = IFLA_EXT_MASK},
		.mask = SKIP_STATISTICS,
	};
	_Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
	long got = bg_kernel_result(syscall(SYS_sendto, netlink, &question, sizeof(question), 0, NULL, 0));

	if (got < 0)
		return MASTER_UNKNOWN;
	do
		got = bg_kernel_result(syscall(SYS_recvfrom, netlink, answer, sizeof(answer), 0, NULL, NULL));
	while (got == -EINTR);
	return got > 0 ? find_master(answer, (size_t)got) : MASTER_UNKNOWN;
}

/** is_in_sysfs - has @name a master in the sysfs that is mounted? Without sysfs no interface has one. */
static bool
is_in_sysfs(const char *name)
{
	static const char before[] = "/sys/class/net/", after[] = "/master";
	char path[sizeof(before) + BG_IFNAME_MAX + sizeof(after)];
	struct statx ignored;
	size_t length = strlen(name);

	memcpy(path, before, sizeof(before) - 1);
	memcpy(path + sizeof(before) - 1, name, length);
	memcpy(path + sizeof(before) - 1 + length, after, sizeof(after));
	return syscall(SYS_statx, -1, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &ignored) == 0;
}

/**
 * bg_interface_has_master - interface @name, in the network namespace of socket @fd, belongs to another one. What arrives on a
 * member of a VRF has the VRF's number when a filter sees it (vrf_ip_rcv() of drivers/net/vrf.c).
 */
bool
bg_interface_has_master(int fd, const char *name)
{
	enum master master = MASTER_UNKNOWN;
	unsigned index;
	int netlink;

	if (bg_interface_index(fd, name, &index))
		return false;
	netlink = bg_kernel_socket_beside(fd, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (netlink >= 0) {
		master = ask(netlink, index);
		bg_kernel_close(netlink);
	}
	if (master != MASTER_UNKNOWN)
		return master == MASTER_SOME;
	return netlink != -EXDEV && is_in_sysfs(name);
}
