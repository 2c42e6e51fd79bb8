/* SPDX-License-Identifier: MIT
 * capture.c - counts the TCP and UDP packets that leave by the first link. */
#include "net/capture.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
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
		unsigned protocol = ntohs(from.sll_protocol) == ETH_P_IP ? packet[9] : packet[6];
		bool ip = ntohs(from.sll_protocol) == ETH_P_IP || ntohs(from.sll_protocol) == ETH_P_IPV6;

		size = sizeof(from);
		count += from.sll_pkttype == PACKET_HOST && ip && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP);
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
