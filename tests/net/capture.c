/* SPDX-License-Identifier: MIT
 * capture.c - counts the TCP and UDP packets that leave by the first link. */
#include "net/capture.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

static int capture = -1;

/** capture_open - from now on they are counted. Return: 0 or -1. */
int
capture_open(void)
{
	struct sockaddr_ll cable = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int room = 16 << 20;

	capture = network_socket(net_network(), SIDE_THERE, AF_PACKET, SOCK_DGRAM, 0);
	cable.sll_ifindex = (int)net_network()->devices[SIDE_THERE];
	setsockopt(capture, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return bind(capture, (struct sockaddr *)&cable, sizeof(cable));
}

/**
 * is_sent - by a program: an IP packet of TCP or UDP. A reset without acknowledgement is the kernel's own answer to what comes
 * for a connection that is gone, and goes by no socket: tcp_v4_send_reset().
 */
static bool
is_sent(const struct sockaddr_ll *from, const unsigned char *packet)
{
	bool ipv4 = ntohs(from->sll_protocol) == ETH_P_IP, ipv6 = ntohs(from->sll_protocol) == ETH_P_IPV6;
	unsigned protocol = ipv4 ? packet[9] : packet[6];
	size_t header = ipv4 ? (size_t)(packet[0] & 15) * 4 : 40;

	if (from->sll_pkttype != PACKET_HOST || (!ipv4 && !ipv6))
		return false;
	return protocol == IPPROTO_UDP || (protocol == IPPROTO_TCP && (packet[header + 13] & 0x3f) != TH_RST);
}

/** capture_count - packets that came by the first link, since the last time. */
unsigned
capture_count(void)
{
	unsigned char packet[128];
	unsigned count = 0;
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t got;

	while ((got = recvfrom(capture, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &size)) > 0) {
		size = sizeof(from);
		count += is_sent(&from, packet);
	}
	return count;
}

/** capture_close - no longer. */
void
capture_close(void)
{
	close(capture);
	capture = -1;
}
