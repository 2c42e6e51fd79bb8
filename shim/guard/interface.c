/* SPDX-License-Identifier: MIT
 * interface.c - asks the kernel for the addresses in a socket's network namespace. Signal-safe: getifaddrs(3) allocates.
 * Only rules with an address or interface as target come here.
 *
 * Theory of operation. An RTM_GETADDR dump (rtnetlink(7)) tells all, but takes a socket of our own: one that a filter
 * forbids (systemd's RestrictAddressFamilies), that no descriptor is left for, or that is of another namespace than the
 * program's socket after setns(2). Then interface_visit.c asks in two other ways, one a family. What no way tells is
 * reported as not asked, never as "there is none".
 */
#include "bindguard/interface.h"

#include <errno.h>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/interface_visit.h"
#include "bindguard/kernel.h"

/**
 * RECEIVE_BYTES - a dump comes in datagrams of up to NLMSG_GOODSIZE bytes (linux/netlink.h), a page less some, on large
 * pages 8192 less some; what does not fit the buffer would be cut off and lost.
 */
#define RECEIVE_BYTES 8192
#define DUMPS_MAX 8 /* where addresses come and go all the time, the other ways are asked */

/** bg_interface_rank - global before link-local; usable before tentative, primary before secondary. Lower is better. */
unsigned
bg_interface_rank(unsigned flags, const struct bg_addr *addr)
{
	unsigned rank = bg_addr_is_link_local(addr) ? 4 : 0;

	if (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		rank += 8;
	if (flags & IFA_F_DEPRECATED)
		rank += 2;
	if (flags & IFA_F_SECONDARY)
		rank += 1;
	return rank;
}

/** visit_message - one RTM_NEWADDR: IFA_LOCAL is the address of a point-to-point link, else IFA_ADDRESS is. */
static void
visit_message(struct bg_visit *visit, const struct nlmsghdr *header)
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
		visit->each(visit, message->ifa_index, &addr, bg_interface_rank(message->ifa_flags, &addr));
}

/** enum dump - how far a dump has come. */
enum dump { DUMP_MORE, DUMP_END, DUMP_BROKEN };

/** visit_buffer - the messages of one receive. @torn: set where addresses came or went meanwhile, NLM_F_DUMP_INTR. */
static enum dump
visit_buffer(struct bg_visit *visit, const char *buffer, size_t size, bool *torn)
{
	while (size >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
		size_t step = NLMSG_ALIGN(header->nlmsg_len);

		if (header->nlmsg_len < sizeof(*header) || header->nlmsg_len > size ||
		    header->nlmsg_type == NLMSG_ERROR)
			return DUMP_BROKEN;
		*torn = *torn || (header->nlmsg_flags & NLM_F_DUMP_INTR); /* Linux 3.1 */
		if (header->nlmsg_type == NLMSG_DONE)
			return DUMP_END;
		if (header->nlmsg_type == RTM_NEWADDR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifaddrmsg)))
			visit_message(visit, header);
		if (step >= size)
			return DUMP_MORE;
		buffer += step;
		size -= step;
	}
	return DUMP_BROKEN;
}

/** visit_dump - run @visit over what netlink socket @fd answers. @torn: the answer is of no one moment, and may lack some. */
static enum dump
visit_dump(int fd, struct bg_visit *visit, bool *torn)
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
	long got = bg_kernel_result(syscall(SYS_sendto, fd, &ask, sizeof(ask), 0, NULL, 0));
	enum dump dump = got < 0 ? DUMP_BROKEN : DUMP_MORE;

	*torn = false;
	while (dump == DUMP_MORE) {
		got = bg_kernel_result(syscall(SYS_recvfrom, fd, buffer, sizeof(buffer), 0, NULL, NULL));
		if (got != -EINTR)
			dump = got > 0 ? visit_buffer(visit, buffer, (size_t)got, torn) : DUMP_BROKEN;
	}
	return dump;
}

/** forget - what was visited was no whole answer: @visit as @before. */
static void
forget(struct bg_visit *visit, const struct bg_visit *before)
{
	*visit = *before;
	if (visit->ipv4)
		memset(visit->ipv4, 0, sizeof(*visit->ipv4));
	if (visit->ipv6)
		memset(visit->ipv6, 0, sizeof(*visit->ipv6));
}

/**
 * visit_addresses - run @visit over all addresses in the network namespace of socket @fd.
 * Return: the set of enum bg_family that could not be asked for; some of their addresses may have been visited.
 */
static unsigned
visit_addresses(int fd, struct bg_visit *visit)
{
	int netlink = bg_kernel_socket_beside(fd, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	const struct bg_visit before = *visit;
	enum dump dump = netlink >= 0 ? DUMP_END : DUMP_BROKEN;
	bool torn = netlink >= 0;
	unsigned unasked = 0;

	for (unsigned dumps = 0; torn && dump == DUMP_END && dumps < DUMPS_MAX; dumps++) {
		forget(visit, &before);
		dump = visit_dump(netlink, visit, &torn);
	}
	if (netlink >= 0)
		bg_kernel_close(netlink);
	if (dump == DUMP_END && !torn)
		return 0;
	forget(visit, &before);
	if (bg_interface_visit_ioctl(fd, visit))
		unasked |= BG_IPV4;
	if (bg_interface_visit_proc(fd, visit))
		unasked |= BG_IPV6;
	return unasked;
}

/** keep_best - the best address of each family on the wanted interface. */
static void
keep_best(struct bg_visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank)
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
 * @ipv4, @ipv6: family 0 where it has none, or does not exist, or could not be asked
 * Return: the set of enum bg_family that could not be asked for.
 */
unsigned
bg_interface_addresses(int fd, const char *name, struct bg_addr *ipv4, struct bg_addr *ipv6)
{
	struct bg_visit visit = {.each = keep_best, .ipv4 = ipv4, .ipv6 = ipv6, .rank4 = ~0u, .rank6 = ~0u};
	unsigned unasked;
	int error;

	memset(ipv4, 0, sizeof(*ipv4));
	memset(ipv6, 0, sizeof(*ipv6));
	error = bg_interface_index(fd, name, &visit.index);
	if (error)
		return error == -ENODEV ? 0 : BG_IPV4 | BG_IPV6;
	unasked = visit_addresses(fd, &visit);
	if (unasked & BG_IPV4)
		ipv4->family = 0;
	if (unasked & BG_IPV6)
		ipv6->family = 0;
	return unasked;
}

/** bg_interface_name - of number @index in the network namespace of socket @fd, "" where there is none. Return: 0 or -errno. */
int
bg_interface_name(int fd, unsigned index, char name[BG_IFNAME_MAX])
{
	struct ifreq request = {.ifr_ifindex = (int)index};
	int error = (int)bg_kernel_result(syscall(SYS_ioctl, fd, SIOCGIFNAME, &request));

	memset(name, 0, BG_IFNAME_MAX);
	if (!error)
		memcpy(name, request.ifr_name, BG_IFNAME_MAX - 1);
	return error;
}

/** keep_index - the interface that has the wanted address. */
static void
keep_index(struct bg_visit *visit, unsigned index, const struct bg_addr *addr, unsigned rank)
{
	(void)rank;
	if (bg_addr_equal(addr, visit->addr))
		visit->index = index;
}

/**
 * bg_interface_of_address - the name of the interface that has @addr now, "" where none has.
 * @fd: any socket in the right network namespace
 * Return: 0; the address's family where that could not be asked.
 */
unsigned
bg_interface_of_address(int fd, const struct bg_addr *addr, char name[BG_IFNAME_MAX])
{
	struct bg_addr plain = *addr;
	struct bg_visit visit = {.each = keep_index, .addr = &plain};
	unsigned unasked;
	int error;

	plain.scope_id = 0;
	memset(name, 0, BG_IFNAME_MAX);
	unasked = visit_addresses(fd, &visit) & addr->family;
	if (visit.index == 0)
		return unasked;
	error = bg_interface_name(fd, visit.index, name);
	return error == 0 || error == -ENODEV ? 0 : addr->family;
}
