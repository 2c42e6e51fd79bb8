/* SPDX-License-Identifier: MIT
 * network_link.c - the cable between the two machines, and their addresses, by rtnetlink(7). Runs in the launcher only, and
 * in tests. */
#include "launcher/prove/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#define ANSWER_SECONDS 5

/** struct address - of a machine. */
struct address {
	const char *text;
	enum bg_family family;
	uint8_t bits;
	uint8_t scope;
};

#define ADDRESSES(ipv4, ipv6, link_local)                                                                              \
	{                                                                                                              \
		{ipv4, BG_IPV4, 24, RT_SCOPE_UNIVERSE}, {ipv6, BG_IPV6, 64, RT_SCOPE_UNIVERSE},                        \
		{                                                                                                      \
			link_local, BG_IPV6, 64, RT_SCOPE_LINK                                                         \
		}                                                                                                      \
	}

/** addresses - of both machines, at the cable and at a second one. */
static const struct address addresses[2][SIDES][3] = {
	{[SIDE_HERE] = ADDRESSES(NETWORK_HERE_IPV4, NETWORK_HERE_IPV6, "fe80::1"),
	 [SIDE_THERE] = ADDRESSES(NETWORK_THERE_IPV4, NETWORK_THERE_IPV6, "fe80::2")},
	{[SIDE_HERE] = ADDRESSES(NETWORK_SECOND_HERE_IPV4, NETWORK_SECOND_HERE_IPV6, "fe80::1"),
	 [SIDE_THERE] = ADDRESSES(NETWORK_SECOND_THERE_IPV4, NETWORK_SECOND_THERE_IPV6, "fe80::2")},
};

/** struct request - a message being made. */
struct request {
	_Alignas(struct nlmsghdr) char buffer[512];
	struct nlmsghdr *header;
};

/** begin - a message with an extra header of @size bytes, cleared. Return: that. */
static void *
begin(struct request *request, uint16_t type, uint16_t flags, size_t size)
{
	memset(request->buffer, 0, sizeof(request->buffer));
	request->header = mnl_nlmsg_put_header(request->buffer);
	request->header->nlmsg_type = type;
	request->header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return mnl_nlmsg_put_extra_header(request->header, size);
}

/** answer - the kernel's, to the one message sent. Return: 0 or an errno value. */
static int
answer(const struct mnl_socket *netlink)
{
	_Alignas(struct nlmsghdr) char buffer[4096];
	ssize_t size;

	do
		size = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == EAGAIN ? ETIMEDOUT : errno;
	return mnl_cb_run(buffer, (size_t)size, 0, mnl_socket_get_portid(netlink), NULL, NULL) < 0 ? errno : 0;
}

/** transact - send @request to the kernel from that machine. Return: 0 or an errno value. */
static int
transact(const struct network *network, enum side side, const struct request *request)
{
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	int fd = network_socket(network, side, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct mnl_socket *netlink = fd < 0 ? NULL : mnl_socket_fdopen(fd);
	int error;

	if (!netlink)
		return errno;
	error = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ? errno : 0;
	if (!error && mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID))
		error = errno;
	if (!error && mnl_socket_sendto(netlink, request->header, request->header->nlmsg_len) < 0)
		error = errno;
	if (!error)
		error = answer(netlink);
	mnl_socket_close(netlink);
	return error;
}

/** lay_cable - a pair of veth(4), one end at each machine, both of that name. */
static int
lay_cable(const struct network *network, const char *name)
{
	struct request request;
	struct nlattr *info, *data, *peer;

	begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request.header, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request.header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(request.header, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(request.header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request.header, IFLA_IFNAME, name);
	mnl_attr_put_u32(request.header, IFLA_NET_NS_FD, (uint32_t)network->namespaces[SIDE_THERE]);
	mnl_attr_nest_end(request.header, peer);
	mnl_attr_nest_end(request.header, data);
	mnl_attr_nest_end(request.header, info);
	return transact(network, SIDE_HERE, &request);
}

/** find_device - the index of the device of that name. Return: 0 or an errno value. */
static int
find_device(const struct network *network, enum side side, const char *name, uint32_t *index)
{
	struct ifreq request = {.ifr_ifindex = 0};
	int fd = network_socket(network, side, AF_INET, SOCK_DGRAM, 0), error;

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	error = fd < 0 || ioctl(fd, SIOCGIFINDEX, &request) ? errno : 0;
	if (fd >= 0)
		close(fd);
	*index = (uint32_t)request.ifr_ifindex;
	return error;
}

/**
 * plug_in - set the device up. Its link-local address is given with the others: one that the kernel makes is not there
 * until nobody else has claimed it, which takes a second. A kernel without IPv6 has no such setting.
 */
static int
plug_in(const struct network *network, enum side side, uint32_t index)
{
	struct request request;
	struct ifinfomsg *message = begin(&request, RTM_NEWLINK, 0, sizeof(*message));
	struct nlattr *families, *ipv6;

	message->ifi_index = (int)index;
	families = mnl_attr_nest_start(request.header, IFLA_AF_SPEC);
	ipv6 = mnl_attr_nest_start(request.header, AF_INET6);
	mnl_attr_put_u8(request.header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(request.header, ipv6);
	mnl_attr_nest_end(request.header, families);
	if (index != NETWORK_LOOPBACK_INDEX)
		transact(network, side, &request);
	message = begin(&request, RTM_NEWLINK, 0, sizeof(*message));
	message->ifi_index = (int)index;
	message->ifi_flags = message->ifi_change = IFF_UP;
	return transact(network, side, &request);
}

/** give_address - to that device, at once: nobody else is there who could have it (IFA_F_NODAD). */
static int
give_address(const struct network *network, enum side side, uint32_t index, const struct address *address)
{
	struct request request;
	struct ifaddrmsg *message = begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifaddrmsg));
	size_t size = address->family == BG_IPV4 ? 4 : 16;
	uint8_t bytes[16];

	inet_pton(address->family == BG_IPV4 ? AF_INET : AF_INET6, address->text, bytes);
	message->ifa_family = address->family == BG_IPV4 ? AF_INET : AF_INET6;
	message->ifa_prefixlen = address->bits;
	message->ifa_scope = address->scope;
	message->ifa_flags = IFA_F_NODAD;
	message->ifa_index = index;
	mnl_attr_put(request.header, IFA_LOCAL, size, bytes);
	mnl_attr_put(request.header, IFA_ADDRESS, size, bytes);
	return transact(network, side, &request);
}

/** open_road - from that machine all of @family goes down the cable that has no other way; @groups: multicast of IPv4 alone. */
static void
open_road(const struct network *network, enum side side, uint8_t family, bool groups)
{
	struct request request;
	struct rtmsg *message = begin(&request, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*message));

	message->rtm_family = family;
	message->rtm_table = RT_TABLE_MAIN;
	message->rtm_protocol = RTPROT_STATIC;
	message->rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	message->rtm_type = RTN_UNICAST;
	if (groups) {
		message->rtm_dst_len = 4;
		mnl_attr_put_u32(request.header, RTA_DST, htonl(0xe0000000));
	}
	mnl_attr_put_u32(request.header, RTA_OIF, network->devices[side]);
	transact(network, side, &request);
}

/** network_link_groups - a program here that joins a group and names no device gets the cable's; IPv6 has that way already. */
void
network_link_groups(const struct network *network)
{
	open_road(network, SIDE_HERE, AF_INET, true);
}

/** network_address - the machine's own. */
struct bg_addr
network_address(enum side side, enum bg_family family)
{
	struct bg_addr addr = bg_addr_wildcard(family);

	bg_addr_parse(addresses[0][side][family == BG_IPV4 ? 0 : 1].text, &addr);
	return addr;
}

/** connect_both - machines, by one cable more. Return: 0 or an errno value. */
static int
connect_both(struct network *network, const char *name, const struct address given[SIDES][3], uint32_t devices[SIDES])
{
	int error = lay_cable(network, name);

	for (enum side side = SIDE_HERE; side < SIDES && !error; side++) {
		error = find_device(network, side, name, &devices[side]);
		if (!error)
			error = plug_in(network, side, devices[side]);
		for (size_t i = 0; i < 3 && !error; i++) {
			error = give_address(network, side, devices[side], &given[side][i]);
			if (error && given[side][i].family == BG_IPV6) {
				network->ipv6 = false;
				error = 0;
			}
		}
	}
	return error;
}

/**
 * network_link_make - connect both machines and give them their addresses. Where IPv6 is not there or is disabled they
 * have IPv4 only. Return: 0 or an errno value.
 */
int
network_link_make(struct network *network)
{
	int error = 0;

	network->ipv6 = true;
	memset(network->second, 0, sizeof(network->second));
	for (enum side side = SIDE_HERE; side < SIDES && !error; side++)
		error = plug_in(network, side, NETWORK_LOOPBACK_INDEX);
	if (!error)
		error = connect_both(network, NETWORK_DEVICE, addresses[0], network->devices);
	/* The other machine tries addresses of this one that are not in their common network, too, where it can. */
	if (!error)
		open_road(network, SIDE_THERE, AF_INET, false);
	if (!error)
		open_road(network, SIDE_THERE, AF_INET6, false);
	return error;
}

/** network_link_add - a second link between them, whose devices are called @name. Return: 0 or an errno value. */
int
network_link_add(struct network *network, const char *name)
{
	return connect_both(network, name, addresses[1], network->second);
}

/**
 * network_link_route - from here, whatever is elsewhere is reached by that link, over the other machine; of two such ways the one
 * of the lower @metric is taken. Return: 0 or an errno value.
 */
int
network_link_route(const struct network *network, bool second, uint32_t metric)
{
	int error = 0;

	for (size_t i = 0; i < (network->ipv6 ? 2u : 1u) && !error; i++) {
		const struct address *by = &addresses[second][SIDE_THERE][i];
		struct request request;
		struct rtmsg *message = begin(&request, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*message));
		uint8_t bytes[16];

		message->rtm_family = by->family == BG_IPV4 ? AF_INET : AF_INET6;
		message->rtm_table = RT_TABLE_MAIN;
		message->rtm_protocol = RTPROT_STATIC;
		message->rtm_scope = RT_SCOPE_UNIVERSE;
		message->rtm_type = RTN_UNICAST;
		inet_pton(message->rtm_family, by->text, bytes);
		mnl_attr_put(request.header, RTA_GATEWAY, by->family == BG_IPV4 ? 4 : 16, bytes);
		mnl_attr_put_u32(request.header, RTA_OIF, (second ? network->second : network->devices)[SIDE_HERE]);
		mnl_attr_put_u32(request.header, RTA_PRIORITY, metric);
		error = transact(network, SIDE_HERE, &request);
	}
	return error;
}
