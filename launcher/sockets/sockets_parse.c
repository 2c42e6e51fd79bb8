/* SPDX-License-Identifier: MIT
 * sockets_parse.c - received netlink buffer to sockets: a function of its arguments alone, for any bytes whatever. Runs in
 * the launcher only. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "launcher/sockets/sockets.h"

/** sockets_grow - room for one more of @count elements of @size bytes. Return: the array, NULL where memory is out. */
void *
sockets_grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 64;
	void *grown;

	if (count < *room)
		return items;
	grown = reallocarray(items, wanted, size);
	if (grown)
		*room = wanted;
	return grown;
}

/** append - add @socket. Return: 0 or ENOMEM. */
static int
append(struct sockets *sockets, const struct socket *socket)
{
	struct socket *items = sockets_grow(sockets->items, sockets->count, &sockets->room, sizeof(*items));

	if (!items)
		return ENOMEM;
	sockets->items = items;
	items[sockets->count++] = *socket;
	return 0;
}

/** read_endpoint - an address of the kernel's, four or sixteen bytes of @bytes, and a port in network order. */
static struct bg_endpoint
read_endpoint(int family, const void *bytes, uint16_t port)
{
	struct bg_endpoint endpoint = {.addr = bg_addr_wildcard(family == AF_INET ? BG_IPV4 : BG_IPV6)};

	memcpy(endpoint.addr.bytes, bytes, family == AF_INET ? 4 : 16);
	endpoint.port = ntohs(port);
	return endpoint;
}

/** read_ulp - is it MPTCP that sits on a TCP socket? INET_DIAG_ULP_INFO, Linux 5.6. */
static bool
read_ulp(const struct nlattr *nest)
{
	static const char name[] = "mptcp";
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == INET_ULP_INFO_NAME && mnl_attr_get_payload_len(attr) >= strlen(name) &&
		    memcmp(mnl_attr_get_payload(attr), name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/**
 * append_locals - @socket once for each of its addresses: an SCTP socket may have several, sctp_bindx(3).
 * @attr: INET_DIAG_LOCALS, an array of struct sockaddr_storage (net/sctp/diag.c)
 */
static int
append_locals(struct sockets *sockets, const struct socket *socket, const struct nlattr *attr)
{
	const char *bytes = mnl_attr_get_payload(attr);
	size_t count = mnl_attr_get_payload_len(attr) / sizeof(struct sockaddr_storage);
	int error = 0;

	for (size_t i = 0; i < count && !error; i++, bytes += sizeof(struct sockaddr_storage)) {
		struct socket copy = *socket;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;

		memcpy(&in, bytes, sizeof(in));
		memcpy(&in6, bytes, sizeof(in6));
		if (in.sin_family == AF_INET)
			copy.local = read_endpoint(AF_INET, &in.sin_addr, in.sin_port);
		else if (in.sin_family == AF_INET6)
			copy.local = read_endpoint(AF_INET6, &in6.sin6_addr, in6.sin6_port);
		else
			continue;
		error = append(sockets, &copy);
	}
	return error;
}

/** read_state - is it a socket that can be reached? Return: false for those of TCP and its like that do not listen. */
static bool
read_state(struct socket *socket, unsigned state)
{
	switch (socket->protocol) {
	case BG_PROTOCOL_UDP:
	case BG_PROTOCOL_UDPLITE:
	case BG_PROTOCOL_RAW:
		socket->state = state == TCP_ESTABLISHED ? STATE_CONNECTED : STATE_UNCONNECTED;
		return true;
	default: socket->state = STATE_LISTENING; return state == TCP_LISTEN;
	}
}

/**
 * read_room - what the socket has dropped, and whether it has room for more. INET_DIAG_SKMEMINFO counts what was dropped since
 * Linux 4.7. A listener's queues are its connections, and it takes one more than it was asked to (sk_acceptq_is_full()).
 * That of datagrams is called full from the half, since each is charged with more than its bytes.
 */
static void
read_room(struct socket *socket, const struct inet_diag_msg *message, const struct nlattr *attr)
{
	uint32_t memory[SK_MEMINFO_DROPS + 1] = {0};
	size_t size = mnl_attr_get_payload_len(attr);

	memcpy(memory, mnl_attr_get_payload(attr), size < sizeof(memory) ? size : sizeof(memory));
	socket->drops = memory[SK_MEMINFO_DROPS];
	if (socket->state == STATE_LISTENING)
		socket->full = message->idiag_rqueue > message->idiag_wqueue;
	else
		socket->full = memory[SK_MEMINFO_RMEM_ALLOC] > memory[SK_MEMINFO_RCVBUF] / 2;
}

/** parse_socket - one message of the dump. Return: 0, or an errno value. */
static int
parse_socket(struct sockets *sockets, enum bg_protocol protocol, const struct nlmsghdr *header)
{
	struct socket socket = {.protocol = protocol};
	const struct nlattr *locals = NULL;
	struct nlattr *attr;
	struct inet_diag_msg message;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(message))
		return EBADMSG;
	memcpy(&message, mnl_nlmsg_get_payload(header), sizeof(message));
	if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6)
		return EBADMSG;
	if (!read_state(&socket, message.idiag_state))
		return 0;
	socket.local = read_endpoint(message.idiag_family, message.id.idiag_src, message.id.idiag_sport);
	socket.peer = read_endpoint(message.idiag_family, message.id.idiag_dst, message.id.idiag_dport);
	socket.ifindex = message.id.idiag_if;
	socket.uid = message.idiag_uid;
	socket.inode = message.idiag_inode;
	if (protocol == BG_PROTOCOL_RAW) { /* the kernel keeps the protocol where others keep the port */
		socket.ip_protocol = (uint8_t)socket.local.port;
		socket.local.port = 0;
	}
	mnl_attr_for_each(attr, header, sizeof(message))
	{
		if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY && mnl_attr_get_payload_len(attr) >= 1)
			socket.v6only = mnl_attr_get_u8(attr) ? V6ONLY_ON : V6ONLY_OFF;
		else if (mnl_attr_get_type(attr) == INET_DIAG_ULP_INFO)
			socket.mptcp = read_ulp(attr);
		else if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO)
			read_room(&socket, &message, attr);
		else if (mnl_attr_get_type(attr) == INET_DIAG_LOCALS)
			locals = attr;
	}
	if (protocol == BG_PROTOCOL_SCTP && locals &&
	    mnl_attr_get_payload_len(locals) >= sizeof(struct sockaddr_storage))
		return append_locals(sockets, &socket, locals);
	return append(sockets, &socket);
}

/** read_error - the negative errno value that NLMSG_ERROR and NLMSG_DONE carry, as a positive one; 0: none. */
static int
read_error(const struct nlmsghdr *header)
{
	int value = 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(value))
		memcpy(&value, mnl_nlmsg_get_payload(header), sizeof(value));
	return value < 0 && value > INT_MIN ? -value : 0;
}

/** parse_control - a message of netlink's own: the end, or an error. A dump's error comes with its end, Linux 4.13. */
static enum parse_end
parse_control(const struct nlmsghdr *header, int *error)
{
	if (header->nlmsg_type != NLMSG_ERROR && header->nlmsg_type != NLMSG_DONE)
		return PARSE_MORE;
	*error = read_error(header);
	if (*error)
		return PARSE_FAILED;
	return header->nlmsg_type == NLMSG_DONE ? PARSE_DONE : PARSE_MORE;
}

/**
 * is_whole - does the message end inside the buffer, with what aligns the next? libmnl lets an attribute reach into that
 * padding, and mnl_nlmsg_ok() takes a length above INT_MAX for a negative one. The kernel pads every message, netlink(7).
 */
static bool
is_whole(const struct nlmsghdr *header, int left)
{
	return mnl_nlmsg_ok(header, left) && header->nlmsg_len <= INT_MAX &&
	       MNL_ALIGN(header->nlmsg_len) <= (unsigned)left;
}

/**
 * sockets_parse - append the sockets of one received buffer.
 * @sockets: grows; also where the end is PARSE_FAILED or PARSE_INTERRUPTED
 * @protocol: that was asked for
 * @sequence: of the request: messages with another one are no answer to it
 * @buffer, @size: aligned as malloc(3) does; any bytes
 * @error: errno value, for PARSE_FAILED
 */
enum parse_end
sockets_parse(struct sockets *sockets, enum bg_protocol protocol, uint32_t sequence, const void *buffer, size_t size,
	      int *error)
{
	const struct nlmsghdr *header = buffer;
	int left = size > INT_MAX ? INT_MAX : (int)size;

	for (; is_whole(header, left); header = mnl_nlmsg_next(header, &left)) {
		enum parse_end end;

		if (header->nlmsg_seq != sequence)
			continue;
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			return PARSE_INTERRUPTED;
		if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
			*error = parse_socket(sockets, protocol, header);
			end = *error ? PARSE_FAILED : PARSE_MORE;
		} else {
			end = parse_control(header, error);
		}
		if (end != PARSE_MORE)
			return end;
	}
	if (left > 0) { /* a message that ends behind the buffer */
		*error = EBADMSG;
		return PARSE_FAILED;
	}
	return PARSE_MORE;
}

/**
 * sockets_merge_mptcp - mark the TCP sockets of @sockets that are MPTCP's. The kernel reports an MPTCP listener twice,
 * with one inode: as itself, and as the TCP socket below it. What only @mptcp has is appended. Return: 0 or ENOMEM.
 */
int
sockets_merge_mptcp(struct sockets *sockets, struct sockets *mptcp)
{
	size_t tcp = sockets->count;

	for (size_t i = 0; i < mptcp->count; i++) {
		bool found = false;

		for (size_t j = 0; j < tcp && !found; j++) {
			found = mptcp->items[i].inode && sockets->items[j].inode == mptcp->items[i].inode;
			if (found)
				sockets->items[j].mptcp = true;
		}
		mptcp->items[i].mptcp = true;
		if (!found && append(sockets, &mptcp->items[i]))
			return ENOMEM;
	}
	return 0;
}

/** sockets_free - give the list back, and the limits in it. */
void
sockets_free(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		free(sockets->items[i].limit);
	free(sockets->items);
	memset(sockets, 0, sizeof(*sockets));
}
