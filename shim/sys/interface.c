/* SPDX-License-Identifier: MIT
 * interface.c - asks the kernel for addresses by an RTM_GETADDR dump (rtnetlink(7)). Signal-safe: getifaddrs(3)
 * allocates, and /proc is not there after chroot(2). Only rules with an address or interface as target come here. */
#include "sys/interface.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/kernel.h"

/**
 * RECEIVE_BYTES - a dump comes in datagrams of up to NLMSG_GOODSIZE bytes (linux/netlink.h), a page less some, on large
 * pages 8192 less some; what does not fit the buffer would be cut off and lost.
 */
#define RECEIVE_BYTES 8192

/** struct visit - what a dump is searched for: called for each address with its interface and its rank (lower wins). */
struct visit {
	void (*each)(struct visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank);
	unsigned index;		     /* in: of the interface (addresses); out: found (of_address) */
	const struct bg_addr *addr;  /* in: of_address */
	struct bg_addr *ipv4, *ipv6; /* out: addresses */
	unsigned rank4, rank6;	     /* best so far */
};

/** rank_address - global before link-local before host scope; usable before tentative, primary before secondary. */
static unsigned
rank_address(const struct ifaddrmsg *message, const struct bg_addr *addr)
{
	unsigned rank = bg_addr_is_link_local(addr) ? 4 : 0;

	if (message->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		rank += 8;
	if (message->ifa_flags & IFA_F_DEPRECATED)
		rank += 2;
	if (message->ifa_flags & IFA_F_SECONDARY)
		rank += 1;
	return rank;
}

/** visit_message - one RTM_NEWADDR: IFA_LOCAL is the address of a point-to-point link, else IFA_ADDRESS is. */
static void
visit_message(struct visit *visit, const struct nlmsghdr *header)
{
	const struct ifaddrmsg *message = (const struct ifaddrmsg *)((const char *)header + NLMSG_HDRLEN);
	const char *at = (const char *)message + NLMSG_ALIGN(sizeof(*message));
	const char *end = (const char *)header + header->nlmsg_len;
	struct bg_addr addr = {.family = message->ifa_family == AF_INET ? BG_IPV4 : BG_IPV6};
	bool found = false;

	if (message->ifa_family != AF_INET && message->ifa_family != AF_INET6)
		return;
	while (end - at >= (long)sizeof(struct rtattr)) {
		struct rtattr attribute;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > end - at)
			break;
		if (attribute.rta_type == IFA_LOCAL || (attribute.rta_type == IFA_ADDRESS && !found)) {
			size_t size = addr.family == BG_IPV4 ? 4 : 16;

			if (attribute.rta_len - sizeof(attribute) >= size) {
				memcpy(addr.bytes, at + RTA_LENGTH(0), size);
				found = true;
			}
		}
		at += RTA_ALIGN(attribute.rta_len);
	}
	if (found)
		visit->each(visit, message->ifa_index, &addr, rank_address(message, &addr));
}

/** visit_buffer - the messages of one receive. Return: false when the dump is over. */
static bool
visit_buffer(struct visit *visit, const char *buffer, size_t size)
{
	while (size >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
		size_t step = NLMSG_ALIGN(header->nlmsg_len);

		if (header->nlmsg_len < sizeof(*header) || header->nlmsg_len > size)
			return false;
		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return false;
		if (header->nlmsg_type == RTM_NEWADDR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifaddrmsg)))
			visit_message(visit, header);
		if (step >= size)
			return true;
		buffer += step;
		size -= step;
	}
	return true;
}

/** visit_addresses - run @visit over all addresses of this network namespace. */
static void
visit_addresses(struct visit *visit)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg message;
	} ask = {
		.header = {.nlmsg_len = sizeof(ask),
			   .nlmsg_type = RTM_GETADDR,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			   .nlmsg_seq = 1},
		.message = {.ifa_family = AF_UNSPEC},
	};
	_Alignas(struct nlmsghdr) char buffer[RECEIVE_BYTES];
	int fd = bg_kernel_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	long got;

	if (fd < 0)
		return;
	got = bg_kernel_result(syscall(SYS_sendto, fd, &ask, sizeof(ask), 0, NULL, 0));
	while (got > 0) {
		got = bg_kernel_result(syscall(SYS_recvfrom, fd, buffer, sizeof(buffer), 0, NULL, NULL));
		if (got > 0 && !visit_buffer(visit, buffer, (size_t)got))
			break;
	}
	bg_kernel_close(fd);
}

/** keep_best - the best address of each family on the wanted interface. */
static void
keep_best(struct visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank)
{
	struct bg_addr *best = addr->family == BG_IPV4 ? visit->ipv4 : visit->ipv6;
	unsigned *best_rank = addr->family == BG_IPV4 ? &visit->rank4 : &visit->rank6;

	if (index != visit->index || rank >= *best_rank)
		return;
	*best = *addr;
	*best_rank = rank;
	if (addr->family == BG_IPV6 && bg_addr_is_link_local(addr))
		best->scope_id = index;
}

/**
 * bg_interface_addresses - the current addresses of interface @name, global before link-local (with its scope id).
 * @fd: any socket in the right network namespace
 * @ipv4, @ipv6: family 0 where it has none, or does not exist
 */
void
bg_interface_addresses(int fd, const char *name, struct bg_addr *ipv4, struct bg_addr *ipv6)
{
	struct visit visit = {.each = keep_best, .ipv4 = ipv4, .ipv6 = ipv6, .rank4 = ~0u, .rank6 = ~0u};
	struct ifreq request;

	memset(ipv4, 0, sizeof(*ipv4));
	memset(ipv6, 0, sizeof(*ipv6));
	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, name, strlen(name) < BG_IFNAME_MAX ? strlen(name) : BG_IFNAME_MAX - 1);
	if (bg_kernel_result(syscall(SYS_ioctl, fd, SIOCGIFINDEX, &request)))
		return;
	visit.index = (unsigned)request.ifr_ifindex;
	visit_addresses(&visit);
}

/** keep_index - the interface that has the wanted address. */
static void
keep_index(struct visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank)
{
	(void)rank;
	if (bg_addr_equal(addr, visit->addr))
		visit->index = index;
}

/**
 * bg_interface_of_address - the name of the interface that has @addr now, "" where none has.
 * @fd: any socket in the right network namespace
 */
void
bg_interface_of_address(int fd, const struct bg_addr *addr, char name[BG_IFNAME_MAX])
{
	struct bg_addr plain = *addr;
	struct visit visit = {.each = keep_index, .addr = &plain};
	struct ifreq request;

	plain.scope_id = 0;
	memset(name, 0, BG_IFNAME_MAX);
	visit_addresses(&visit);
	if (visit.index == 0)
		return;
	memset(&request, 0, sizeof(request));
	request.ifr_ifindex = (int)visit.index;
	if (bg_kernel_result(syscall(SYS_ioctl, fd, SIOCGIFNAME, &request)) == 0)
		memcpy(name, request.ifr_name, BG_IFNAME_MAX - 1);
}
