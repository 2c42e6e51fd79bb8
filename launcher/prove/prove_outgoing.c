/* SPDX-License-Identifier: MIT
 * prove_outgoing.c - by which link leaves what CMD sends, where it is pinned to one. Runs in the launcher only.
 *
 * Theory of operation. CMD's machine has two links then: the device of the option, and another one, by which everything goes that
 * is not told otherwise. At the far end of either stands a packet socket, packet(7). What the kernel sends by itself does
 * not count: ARP, neighbour discovery, reports of groups, errors. Nor do answers to what `prove` tries. */
#include "launcher/prove/prove_outgoing.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define OTHER_DEVICE "eth1" /* where the device of the option is the one that is there already */
#define HEADERS 128
#define LAST_RESORT 4096 /* metric of the way by the right link, which a program takes that is bound to it */

/** listen_at - the far end of device @index there. Return: a packet socket, -1 with errno set. */
static int
listen_at(const struct network *network, uint32_t index)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)index};
	int fd = network_socket(network, SIDE_THERE, AF_PACKET, SOCK_DGRAM, 0), room = 8 << 20;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) ? -1 : fd;
}

/** make - the second link, the ways and the packet sockets. Return: 0 or an errno value. */
static int
make(struct network *network, struct outgoing *outgoing)
{
	bool cable_is_right = strcmp(outgoing->interface, NETWORK_DEVICE) == 0;
	int error = network_link_add(network, cable_is_right ? OTHER_DEVICE : outgoing->interface);

	if (!error)
		error = network_link_route(network, cable_is_right, 1);
	if (!error)
		error = network_link_route(network, !cable_is_right, LAST_RESORT);
	if (error)
		return error;
	outgoing->right = listen_at(network, (cable_is_right ? network->devices : network->second)[SIDE_THERE]);
	outgoing->wrong = listen_at(network, (cable_is_right ? network->second : network->devices)[SIDE_THERE]);
	return outgoing->right < 0 || outgoing->wrong < 0 ? errno : 0;
}

/** prove_outgoing_begin - before CMD starts: a second link and an ear at either, where CMD is to be pinned. */
int
prove_outgoing_begin(struct proof *proof, struct failure *failure)
{
	const char *interface = proof->unguarded ? NULL : getenv("BINDGUARD_PIN");
	int error;

	if (!interface || !interface[0])
		return STATUS_GOOD;
	proof->outgoing.interface = interface;
	error = make(&proof->network, &proof->outgoing);
	return error ? command_fail(failure, STATUS_RUN_FAILED, "a second link cannot be made for CMD: %s",
				    strerror(error))
		     : STATUS_GOOD;
}

/** read_header - of an IP packet of @size bytes, into @leak. Return: false where it is none that a program has sent. */
static bool
read_header(const uint8_t *packet, size_t size, bool ipv4, struct leak *leak)
{
	size_t header = ipv4 ? (size_t)(packet[0] & 15) * 4 : 40, echo = ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	uint8_t protocol = packet[ipv4 ? 9 : 6];

	if (size < header + 4)
		return false;
	*leak = (struct leak){.protocol = protocol, .to.addr.family = ipv4 ? BG_IPV4 : BG_IPV6, .packets = 1};
	memcpy(leak->to.addr.bytes, packet + (ipv4 ? 16 : 24), ipv4 ? 4 : 16);
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return packet[header] == echo;
	leak->to.port = (uint16_t)(packet[header + 2] << 8 | packet[header + 3]);
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
	       protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP;
}

/** receive - the next packet of @fd that a program has sent. Return: false where there is no more. */
static bool
receive(int fd, struct leak *leak)
{
	uint8_t packet[HEADERS];
	struct sockaddr_ll from = {0};
	ssize_t got;

	for (;;) {
		socklen_t size = sizeof(from);

		got = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got < 40 && ntohs(from.sll_protocol) != ETH_P_IP)
			continue;
		if (got < 24 || from.sll_pkttype == PACKET_OUTGOING ||
		    (ntohs(from.sll_protocol) != ETH_P_IP && ntohs(from.sll_protocol) != ETH_P_IPV6))
			continue;
		if (read_header(packet, (size_t)got, ntohs(from.sll_protocol) == ETH_P_IP, leak))
			return true;
	}
}

/** is_there - an address of the other machine, from which sockets are tried. */
static bool
is_there(const struct bg_addr *addr)
{
	struct bg_addr there = network_address(SIDE_THERE, (enum bg_family)addr->family);

	return bg_addr_equal(addr, &there);
}

/** add - a packet that left by the wrong link. */
static void
add(struct outgoing *outgoing, const struct leak *leak)
{
	outgoing->leaked++;
	for (size_t i = 0; i < outgoing->count; i++) {
		struct leak *known = &outgoing->leaks[i];

		if (known->protocol == leak->protocol && known->to.port == leak->to.port &&
		    bg_addr_equal(&known->to.addr, &leak->to.addr)) {
			known->packets++;
			return;
		}
	}
	if (outgoing->count < LEAKS_MAX)
		outgoing->leaks[outgoing->count++] = *leak;
}

/** prove_outgoing_read - what has come since the last time. @trying: answers to the other machine are not CMD's doing */
void
prove_outgoing_read(struct proof *proof, bool trying)
{
	struct outgoing *outgoing = &proof->outgoing;
	struct leak leak;

	if (!outgoing->interface)
		return;
	while (receive(outgoing->right, &leak))
		outgoing->packets += !trying || !is_there(&leak.to.addr);
	while (receive(outgoing->wrong, &leak))
		if (!trying || !is_there(&leak.to.addr))
			add(outgoing, &leak);
}

/** prove_outgoing_may_do_alone - CMD need not listen: it has sent something. Not where it could not be started. */
bool
prove_outgoing_may_do_alone(const struct proof *proof)
{
	bool failed = proof->status != -1 && WIFEXITED(proof->status) &&
		      WEXITSTATUS(proof->status) >= STATUS_RUN_FAILED && WEXITSTATUS(proof->status) <= STATUS_NOT_FOUND;

	return (proof->outgoing.packets || proof->outgoing.leaked) && !failed;
}

/** prove_outgoing_word - of its protocol. */
const char *
prove_outgoing_word(const struct leak *leak)
{
	switch (leak->protocol) {
	case IPPROTO_TCP: return "tcp";
	case IPPROTO_UDP: return "udp";
	case IPPROTO_UDPLITE: return "udplite";
	case IPPROTO_SCTP: return "sctp";
	case IPPROTO_DCCP: return "dccp";
	default: return "icmp";
	}
}

/** prove_outgoing_print - one line, or none. */
void
prove_outgoing_print(const struct proof *proof)
{
	const struct outgoing *outgoing = &proof->outgoing;
	char text[BG_ADDR_TEXT_MAX];

	if (!outgoing->interface)
		return;
	if (!outgoing->packets && !outgoing->leaked) {
		printf("outgoing: nothing was sent, so by which link it leaves is not proved\n");
		return;
	}
	printf("outgoing: %zu packet%s by %s, ", outgoing->packets, outgoing->packets == 1 ? "" : "s",
	       outgoing->interface);
	if (!outgoing->leaked)
		printf("none by another link");
	else
		printf("%zu BY ANOTHER LINK:", outgoing->leaked);
	for (size_t i = 0; i < outgoing->count; i++) {
		const struct leak *leak = &outgoing->leaks[i];
		bool ipv6 = leak->to.addr.family == BG_IPV6;

		bg_addr_format(&leak->to.addr, text);
		printf("%s %s %s%s%s", i ? "," : "", prove_outgoing_word(leak), ipv6 ? "[" : "", text, ipv6 ? "]" : "");
		if (leak->to.port)
			printf(":%u", leak->to.port);
	}
	putchar('\n');
}
