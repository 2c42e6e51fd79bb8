/* SPDX-License-Identifier: MIT
 * prove_lookup.c - asks the kernel which socket it would give a packet to: the lookup by full name of sock_diag(7) is the
 * one that an arriving packet goes through. It sends nothing, so it tells about UDP, where silence tells nothing, and about
 * sockets that share a port. Runs in the launcher only. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>

#include "launcher/prove/prove_lookup.h"
#include "launcher/prove/prove_results.h"

#define ANSWER_SECONDS 5

/**
 * name - the packet's name, as the diagnosis of @protocol has it: "source" is the socket's end for TCP, the packet's for
 * UDP (net/ipv4/udp_diag.c, "src and dst are swapped for historical reasons").
 */
static void
name(struct inet_diag_sockid *id, const struct packet *packet)
{
	bool stream = packet->protocol == BG_PROTOCOL_TCP;
	const struct bg_endpoint *source = stream ? &packet->to : &packet->from;
	const struct bg_endpoint *destination = stream ? &packet->from : &packet->to;

	memcpy(id->idiag_src, source->addr.bytes, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, destination->addr.bytes, sizeof(id->idiag_dst));
	id->idiag_sport = htons(source->port);
	id->idiag_dport = htons(destination->port);
	id->idiag_if = packet->ifindex;
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

/** read_answer - the socket's number. Return: 0 or an errno value. */
static int
read_answer(const void *buffer, size_t size, uint32_t *inode)
{
	const struct nlmsghdr *header = buffer;
	struct inet_diag_msg message;
	struct nlmsgerr error;

	if (!mnl_nlmsg_ok(header, (int)size))
		return EBADMSG;
	if (header->nlmsg_type == NLMSG_ERROR && mnl_nlmsg_get_payload_len(header) >= sizeof(error)) {
		memcpy(&error, mnl_nlmsg_get_payload(header), sizeof(error));
		return error.error < 0 ? -error.error : EBADMSG;
	}
	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(header) < sizeof(message))
		return EBADMSG;
	memcpy(&message, mnl_nlmsg_get_payload(header), sizeof(message));
	*inode = message.idiag_inode;
	return 0;
}

/** ask - one question and its answer. Return: 0 or an errno value. */
static int
ask(struct mnl_socket *netlink, const struct packet *packet, uint32_t *inode)
{
	_Alignas(struct nlmsghdr) char buffer[8192] = {0};
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;
	ssize_t size;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = packet->to.addr.family == BG_IPV4 ? AF_INET : AF_INET6;
	request->sdiag_protocol = packet->protocol == BG_PROTOCOL_TCP	    ? IPPROTO_TCP
				  : packet->protocol == BG_PROTOCOL_UDPLITE ? IPPROTO_UDPLITE
									    : IPPROTO_UDP;
	request->idiag_states = UINT32_MAX;
	name(&request->id, packet);
	if (mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0)
		return errno;
	do
		size = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == EAGAIN ? ETIMEDOUT : errno;
	return read_answer(buffer, (size_t)size, inode);
}

/**
 * prove_lookup - who would get that packet?
 * @inode: its number, 0: nobody
 * Return: 0; EPROTONOSUPPORT: the kernel has no such question about that protocol; or another errno value: it cannot be
 * asked, which is no answer.
 */
int
prove_lookup(const struct packet *packet, uint32_t *inode)
{
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	struct mnl_socket *netlink;
	int error = 0;

	*inode = 0;
	if (!(packet->protocol & (BG_PROTOCOL_TCP | BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)))
		return EPROTONOSUPPORT;
	netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!netlink)
		return errno;
	if (setsockopt(mnl_socket_get_fd(netlink), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID))
		error = errno;
	if (!error)
		error = ask(netlink, packet, inode);
	mnl_socket_close(netlink);
	return error == ENOENT ? 0 : error;
}
