/* SPDX-License-Identifier: MIT
 * sockets_dump.c - asks the kernel's socket diagnosis, sock_diag(7), for each kind of socket. It alone shows the device
 * that a socket is bound to. Runs in the launcher only. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>

#include "launcher/sockets/sockets.h"

#define ATTEMPTS 8
#define ANSWER_SECONDS 5
#define BUFFER_SIZE 32768 /* the most that netlink_dump() of the kernel fills at once */

#define TCP_LISTENS (1u << TCP_LISTEN)
#define UNCONNECTED (1u << TCP_CLOSE)
#define CONNECTED (1u << TCP_ESTABLISHED)

/**
 * struct kind - what to ask for.
 * @protocol, @number: its name here and there, ip(7)
 * @states: sockets in these states; @more: in these too, with -a
 * @known_as: how /proc/net/protocols calls it; NULL: every kernel speaks it
 */
struct kind {
	enum bg_protocol protocol;
	uint32_t number;
	uint32_t states;
	uint32_t more;
	const char *known_as;
};

static const struct kind kinds[] = {
	{BG_PROTOCOL_TCP, IPPROTO_TCP, TCP_LISTENS, 0, NULL},
	{BG_PROTOCOL_UDP, IPPROTO_UDP, UNCONNECTED, CONNECTED, NULL},
	{BG_PROTOCOL_UDPLITE, IPPROTO_UDPLITE, UNCONNECTED, CONNECTED, "UDP-Lite"},
	{BG_PROTOCOL_SCTP, IPPROTO_SCTP, TCP_LISTENS, 0, "SCTP"},
	{BG_PROTOCOL_DCCP, IPPROTO_DCCP, TCP_LISTENS, 0, "DCCP"},
	{BG_PROTOCOL_RAW, IPPROTO_RAW, 0, UNCONNECTED | CONNECTED, "RAW"},
};
static const struct kind mptcp_kind = {BG_PROTOCOL_TCP, IPPROTO_MPTCP, TCP_LISTENS, 0, NULL};

/**
 * send_request - ask for the sockets of one kind and family.
 *
 * IPPROTO_MPTCP does not fit the request's byte and goes as an attribute, Linux 5.9. An older kernel reads the byte, so
 * 0 stands there, which is nobody's: cut to a byte it would be IPPROTO_TCP's.
 */
static int
send_request(struct mnl_socket *netlink, const struct kind *kind, int family, uint32_t states, uint32_t sequence)
{
	char buffer[256] = {0};
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = sequence;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = (uint8_t)family;
	request->sdiag_protocol = kind->number <= UINT8_MAX ? (uint8_t)kind->number : 0;
	request->idiag_states = states;
	request->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	if (kind->number > UINT8_MAX)
		mnl_attr_put_u32(header, INET_DIAG_REQ_PROTOCOL, kind->number);
	return mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0 ? errno : 0;
}

/** receive - the whole answer. Return: 0, EAGAIN: the table changed meanwhile, or another errno value. */
static int
receive(struct mnl_socket *netlink, const struct kind *kind, uint32_t sequence, struct sockets *sockets)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];

	for (;;) {
		ssize_t size = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
		enum parse_end end;
		int error = 0;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN ? ETIMEDOUT : errno == ENOSPC ? EMSGSIZE : errno;
		end = sockets_parse(sockets, kind->protocol, sequence, buffer, (size_t)size, &error);
		if (end != PARSE_MORE)
			return end == PARSE_DONE ? 0 : end == PARSE_INTERRUPTED ? EAGAIN : error;
	}
}

/** attempt - one question on a netlink socket of its own, so that nothing of an earlier answer is left in it. */
static int
attempt(const struct kind *kind, int family, uint32_t states, uint32_t sequence, struct sockets *sockets)
{
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int error;

	if (!netlink)
		return errno;
	error = mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) ? errno : 0;
	if (!error && setsockopt(mnl_socket_get_fd(netlink), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		error = errno;
	if (!error)
		error = send_request(netlink, kind, family, states, sequence);
	if (!error)
		error = receive(netlink, kind, sequence, sockets);
	mnl_socket_close(netlink);
	return error;
}

/**
 * dump - append all sockets of one kind, IPv4 and IPv6.
 * Return: 0; ENOENT: the kernel has no diagnosis of it; EAGAIN: it kept changing; or another errno value.
 */
static int
dump(const struct kind *kind, uint32_t states, struct sockets *sockets)
{
	static const int families[] = {AF_INET, AF_INET6};
	static uint32_t sequence;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t before = sockets->count;
		int error = EAGAIN;

		for (int n = 0; n < ATTEMPTS && error == EAGAIN; n++) {
			sockets->count = before; /* half an answer is none */
			error = attempt(kind, families[i], states, ++sequence, sockets);
		}
		if (error)
			return error;
	}
	return 0;
}

/** kernel_speaks - does the kernel have the protocol that /proc/net/protocols calls @name? Loads no module. */
static bool
kernel_speaks(const char *name)
{
	FILE *file = fopen("/proc/net/protocols", "re");
	char line[256], first[32];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%31s", first) == 1 && strcmp(first, name) == 0;
	if (file)
		fclose(file);
	return found;
}

/** dump_mptcp - which of the TCP sockets are MPTCP's. A kernel without MPTCP has none. */
static int
dump_mptcp(struct sockets *sockets)
{
	struct sockets mptcp = {0};
	int error = dump(&mptcp_kind, mptcp_kind.states, &mptcp);

	if (!error)
		error = sockets_merge_mptcp(sockets, &mptcp);
	sockets_free(&mptcp);
	return error == ENOENT ? 0 : error;
}

/**
 * sockets_dump - all sockets of this network namespace that can be reached.
 * @all: raw and connected UDP sockets too
 * Return: 0 or an errno value. A protocol without diagnosis is no error: it is in sockets->missing, unless the kernel
 * does not speak it either.
 */
int
sockets_dump(struct sockets *sockets, bool all)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		uint32_t states = kind->states | (all ? kind->more : 0);
		int error = states ? dump(kind, states, sockets) : 0;

		if (error == ENOENT && (!kind->known_as || kernel_speaks(kind->known_as)))
			sockets->missing |= kind->protocol;
		if (error && error != ENOENT)
			return error;
		if (kind->protocol == BG_PROTOCOL_TCP && !error)
			error = dump_mptcp(sockets);
		if (error && error != ENOENT)
			return error;
	}
	return 0;
}

/**
 * sockets_mark_ephemeral - UDP sockets on a wildcard and a port of the range from which the kernel chooses, ip(7): nobody can
 * tell a client's from a server's, so they are shown and marked.
 */
void
sockets_mark_ephemeral(struct sockets *sockets)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned first, last;

	if (file && fscanf(file, "%u %u", &first, &last) == 2)
		for (size_t i = 0; i < sockets->count; i++) {
			struct socket *socket = &sockets->items[i];

			socket->ephemeral = socket->protocol & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE) &&
					    socket->state == STATE_UNCONNECTED &&
					    bg_addr_is_wildcard(&socket->local.addr) && socket->local.port >= first &&
					    socket->local.port <= last;
		}
	if (file)
		fclose(file);
}
