/* SPDX-License-Identifier: MIT
 * crafted.c - UDP datagrams of any source address, by a packet socket (packet(7)) of the second host. Their payload is a
 * number, and as many zeros as two fragments need. */
#include "preload/crafted.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

#define PAYLOAD 16
#define UDP_HEADER 8
#define DATAGRAM (UDP_HEADER + PAYLOAD)
#define FIRST_FRAGMENT 16 /* bytes of the datagram in it: a multiple of eight */

static int packets = -1;
static struct sockaddr_ll to;

/** crafted_open - the cable is @device, which has this name on both hosts. */
bool
crafted_open(const char *device)
{
	struct ifreq request = {.ifr_ifindex = 0};
	int here = network_socket(net_network(), SIDE_HERE, AF_INET, SOCK_DGRAM, 0);
	bool good;

	packets = network_socket(net_network(), SIDE_THERE, AF_PACKET, SOCK_DGRAM, 0);
	memcpy(request.ifr_name, device, strlen(device));
	good = here >= 0 && packets >= 0 && ioctl(here, SIOCGIFHWADDR, &request) == 0;
	memset(&to, 0, sizeof(to));
	to.sll_family = AF_PACKET;
	to.sll_halen = ETH_ALEN;
	memcpy(to.sll_addr, request.ifr_hwaddr.sa_data, ETH_ALEN);
	good = good && ioctl(packets, SIOCGIFINDEX, &request) == 0;
	to.sll_ifindex = request.ifr_ifindex;
	close(here);
	return good;
}

/** crafted_close - the end of it. */
void
crafted_close(void)
{
	close(packets);
	packets = -1;
}

/** sum - of RFC 1071, not folded yet. */
static uint32_t
sum(const uint8_t *bytes, size_t size, uint32_t before)
{
	for (size_t i = 0; i + 1 < size; i += 2)
		before += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return before;
}

/** fold - the checksum of a sum. */
static uint16_t
fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/** put16 - in network order. */
static void
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/** write_datagram - RFC 768, with its checksum, which IPv6 needs. @addresses: both, @width bytes each */
static void
write_datagram(uint8_t datagram[DATAGRAM], const uint8_t *addresses, size_t width, unsigned port, uint32_t number)
{
	uint16_t check;

	memset(datagram, 0, DATAGRAM);
	put16(datagram, 4000);
	put16(datagram + 2, port);
	put16(datagram + 4, DATAGRAM);
	memcpy(datagram + UDP_HEADER, &number, sizeof(number));
	check = fold(sum(datagram, DATAGRAM, sum(addresses, 2 * width, IPPROTO_UDP + DATAGRAM)));
	put16(datagram + 6, check ? check : 0xffff);
}

/** put - @size bytes of an IP packet on the cable. */
static bool
put(const uint8_t *packet, size_t size, unsigned type)
{
	to.sll_protocol = htons((uint16_t)type);
	return sendto(packets, packet, size, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)size;
}

/** send_ipv4 - RFC 791; a fragment has @count bytes of the datagram from @first on. */
static bool
send_ipv4(const uint8_t addresses[8], const uint8_t *datagram, size_t first, size_t count, bool options, uint16_t id)
{
	uint8_t packet[64] = {0};
	size_t header = options ? 24 : 20;

	packet[0] = (uint8_t)(0x40 | header / 4);
	put16(packet + 2, (unsigned)(header + count));
	put16(packet + 4, id);
	put16(packet + 6, (unsigned)(first / 8) | (first + count < DATAGRAM ? 0x2000 : 0));
	packet[8] = 64;
	packet[9] = IPPROTO_UDP;
	memcpy(packet + 12, addresses, 8);
	if (options)
		memcpy(packet + 20, "\x94\x04\0\0", 4);
	put16(packet + 10, fold(sum(packet, header, 0)));
	memcpy(packet + header, datagram + first, count);
	return put(packet, header + count, ETH_P_IP);
}

/** send_ipv6 - RFC 8200; @form says which extension header comes before the datagram's part. */
static bool
send_ipv6(const uint8_t addresses[32], const uint8_t *datagram, size_t first, size_t count, enum crafted form,
	  uint32_t id)
{
	static const uint8_t next[] = {IPPROTO_UDP, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT};
	size_t extension = form == CRAFTED_PLAIN ? 0 : 8;
	uint8_t packet[96] = {0x60};

	put16(packet + 4, (unsigned)(extension + count));
	packet[6] = next[form];
	packet[7] = 64;
	memcpy(packet + 8, addresses, 32);
	if (extension)
		packet[40] = IPPROTO_UDP;
	if (form == CRAFTED_OPTIONS)
		memcpy(packet + 42, "\x01\x04", 2); /* PadN */
	if (form == CRAFTED_FRAGMENTS) {
		put16(packet + 42, (unsigned)first | (first + count < DATAGRAM));
		memcpy(packet + 44, &id, sizeof(id));
	}
	memcpy(packet + 40 + extension, datagram + first, count);
	return put(packet, 40 + extension + count, ETH_P_IPV6);
}

/** crafted_send - to @port of this host's address, with @number for its payload. */
bool
crafted_send(const struct bg_addr *source, unsigned port, uint32_t number, enum crafted form)
{
	struct bg_addr here = network_address(SIDE_HERE, (enum bg_family)source->family);
	bool ipv4 = source->family == BG_IPV4;
	size_t width = ipv4 ? 4 : 16, first = form == CRAFTED_FRAGMENTS ? FIRST_FRAGMENT : DATAGRAM;
	uint8_t addresses[32], datagram[DATAGRAM];
	bool good;

	memcpy(addresses, source->bytes, width);
	memcpy(addresses + width, here.bytes, width);
	write_datagram(datagram, addresses, width, port, number);
	for (size_t at = 0; at < DATAGRAM; at = first, first = DATAGRAM) {
		if (ipv4)
			good = send_ipv4(addresses, datagram, at, first - at, form == CRAFTED_OPTIONS,
					 (uint16_t)number);
		else
			good = send_ipv6(addresses, datagram, at, first - at, form, number);
		if (!good)
			return false;
		if (first == DATAGRAM)
			break;
	}
	return true;
}
