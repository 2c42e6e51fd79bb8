/* SPDX-License-Identifier: MIT
 * netlink_fuzz.c - arbitrary bytes as the kernel's answer to a dump of sockets: what `list` makes of them are sockets
 * of the protocol asked for, no more than the bytes have room for, and none is called safer than it is. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "fuzz/fuzz.h"
#include "launcher/sockets/reach.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

#define SEQUENCE 1
#define SMALLEST (sizeof(struct nlmsghdr) + sizeof(struct inet_diag_msg))

/** machine - its interfaces, for who reaches what. */
static struct interface_address machine[] = {
	{.name = "lo", .ifindex = 1, .loopback = true, .addr = {.family = BG_IPV4, .bytes = {127, 0, 0, 1}}},
	{.name = "lo", .ifindex = 1, .loopback = true, .addr = {.family = BG_IPV6, .bytes = {[15] = 1}}},
	{.name = "eth0", .ifindex = 2, .addr = {.family = BG_IPV4, .bytes = {10, 0, 0, 1}}},
};

/** check_end - does the end go with the error, and with what the bytes say? */
static void
check_end(enum parse_end end, int error, size_t size)
{
	must(end == PARSE_MORE || end == PARSE_DONE || end == PARSE_INTERRUPTED || end == PARSE_FAILED);
	must((end == PARSE_FAILED) == (error != 0));
	must(error >= 0);
	if (size == 0)
		must(end == PARSE_MORE);
	else if (size < sizeof(struct nlmsghdr))
		must(end == PARSE_FAILED);
}

/** check_reach - a naive answer to who reaches @socket: never a smaller circle than this. */
static void
check_reach(const struct socket *socket)
{
	const uint8_t *bytes = socket->local.addr.bytes;
	bool ipv4 = socket->local.addr.family == BG_IPV4, zero = true, loopback, device;

	for (size_t i = 0; i < (ipv4 ? 4 : 16); i++)
		zero = zero && bytes[i] == 0;
	loopback = ipv4 ? bytes[0] == 127 : memcmp(bytes, machine[1].addr.bytes, 16) == 0;
	if (!ipv4 && memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0) {
		zero = memcmp(bytes + 12, "\0\0\0\0", 4) == 0;
		loopback = bytes[12] == 127;
	}
	device = socket->ifindex != 0;
	if (!device && zero)
		must(socket->reach == REACH_ANYWHERE);
	if (socket->reach == REACH_MACHINE)
		must(loopback || socket->ifindex == 1);
	if (loopback)
		must(socket->reach == REACH_MACHINE);
	must((socket->reach == REACH_INTERFACE) == (socket->interface[0] != '\0'));
}

/** check_socket - @socket is of @protocol, has values that it may have, and can be shown. */
static void
check_socket(struct socket *socket, enum bg_protocol protocol)
{
	const struct interfaces interfaces = {.items = machine, .count = sizeof(machine) / sizeof(machine[0])};
	char *text = malloc(SOCKET_TEXT_MAX);
	unsigned family = socket->local.addr.family;

	must(text);
	must(socket->protocol == protocol && (family == BG_IPV4 || family == BG_IPV6));
	must(socket->state <= STATE_CONNECTED && socket->v6only <= V6ONLY_ON);
	if (protocol == BG_PROTOCOL_TCP || protocol == BG_PROTOCOL_SCTP || protocol == BG_PROTOCOL_DCCP)
		must(socket->state == STATE_LISTENING);
	else
		must(socket->state != STATE_LISTENING);
	if (protocol == BG_PROTOCOL_RAW)
		must(socket->local.port == 0);
	if (family == BG_IPV4)
		must(memcmp(socket->local.addr.bytes + 4, "\0\0\0\0\0\0\0\0\0\0\0\0", 12) == 0);
	reach_find(socket, &interfaces);
	check_reach(socket);
	socket_format_address(socket, text);
	must(*text && strlen(text) < SOCKET_TEXT_MAX);
	socket_format_reach(socket, text);
	must(*text && strlen(text) < SOCKET_TEXT_MAX);
	free(text);
}

/** count_messages - how many answers there are at most, by a walk of our own: every message of the sequence. */
static size_t
count_messages(const uint8_t *bytes, size_t size)
{
	size_t count = 0;

	while (size >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr header;
		size_t step;

		memcpy(&header, bytes, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size)
			break;
		count += header.nlmsg_seq == SEQUENCE && header.nlmsg_len >= SMALLEST;
		step = (header.nlmsg_len + 3u) & ~3u;
		if (step >= size)
			break;
		bytes += step;
		size -= step;
	}
	return count;
}

/** parse - the next @size bytes as one received buffer. */
static void
parse(struct input *input, size_t size, enum bg_protocol protocol, struct sockets *sockets)
{
	void *buffer = input_copy(input, &size);
	size_t messages = count_messages(buffer, size);
	int error = 0;
	enum parse_end end = sockets_parse(sockets, protocol, SEQUENCE, buffer, size, &error);

	check_end(end, error, size);
	if (protocol == BG_PROTOCOL_SCTP)
		must(sockets->count <= messages + size / sizeof(struct sockaddr_storage));
	else
		must(sockets->count <= messages);
	for (size_t i = 0; i < sockets->count; i++)
		check_socket(&sockets->items[i], protocol);
	free(buffer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum bg_protocol protocols[] = {BG_PROTOCOL_TCP,  BG_PROTOCOL_UDP,	 BG_PROTOCOL_UDPLITE,
						     BG_PROTOCOL_SCTP, BG_PROTOCOL_DCCP, BG_PROTOCOL_RAW};
	struct input input = {.bytes = data, .left = size};
	enum bg_protocol protocol = protocols[input_byte(&input) % 6];
	struct sockets sockets = {.count = 0}, mptcp = {.count = 0};
	size_t half = (size_t)input_byte(&input) * 16, before;

	parse(&input, half ? half : input.left, protocol, &sockets);
	parse(&input, input.left, protocol, &mptcp);
	before = sockets.count;
	must(sockets_merge_mptcp(&sockets, &mptcp) == 0);
	must(sockets.count >= before && sockets.count <= before + mptcp.count);
	for (size_t i = before; i < sockets.count; i++)
		must(sockets.items[i].mptcp);
	sockets_free(&sockets);
	sockets_free(&mptcp);
	return 0;
}
