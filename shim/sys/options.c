/* SPDX-License-Identifier: MIT
 * options.c - copies the options of one socket to another of its kind. Signal-safe. What is not listed here does not
 * survive an exchange: multicast memberships, attached filters, IPv6 extension headers, TCP_MD5SIG, a ULP. */
#include "sys/options.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/kernel.h"

/* Younger than some C libraries' headers; the numbers are the kernel's API and the same everywhere, but for SO_*. */
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF 76
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef TCP_TX_DELAY
#define TCP_TX_DELAY 37
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define UDPLITE_SEND_CSCOV 10 /* udplite(7) */
#define UDPLITE_RECV_CSCOV 11

/** struct option - a socket option that survives, where the kernel lets it be read and set. */
struct option {
	int level;
	int name;
};

static const struct option options[] = {
	/* socket(7) */
	{SOL_SOCKET, SO_BROADCAST},
	{SOL_SOCKET, SO_KEEPALIVE},
	{SOL_SOCKET, SO_LINGER},
	{SOL_SOCKET, SO_OOBINLINE},
	{SOL_SOCKET, SO_MARK},
	{SOL_SOCKET, SO_RCVLOWAT},
	{SOL_SOCKET, SO_RCVTIMEO},
	{SOL_SOCKET, SO_SNDTIMEO},
	{SOL_SOCKET, SO_DONTROUTE},
	{SOL_SOCKET, SO_REUSEADDR},
	{SOL_SOCKET, SO_REUSEPORT},
	{SOL_SOCKET, SO_TIMESTAMP},
	{SOL_SOCKET, SO_TIMESTAMPNS},
	{SOL_SOCKET, SO_TIMESTAMPING},
	{SOL_SOCKET, SO_RXQ_OVFL},
	{SOL_SOCKET, SO_BUSY_POLL},
	{SOL_SOCKET, SO_MAX_PACING_RATE},
	{SOL_SOCKET, SO_ZEROCOPY},
	{SOL_SOCKET, SO_PASSCRED},
	{SOL_SOCKET, SO_NO_CHECK},
	{SOL_SOCKET, SO_PASSSEC},
	{SOL_SOCKET, SO_PEEK_OFF},
	{SOL_SOCKET, SO_NOFCS},
	{SOL_SOCKET, SO_WIFI_STATUS},
	{SOL_SOCKET, SO_SELECT_ERR_QUEUE},
	{SOL_SOCKET, SO_TXTIME},
	{SOL_SOCKET, SO_PREFER_BUSY_POLL},
	{SOL_SOCKET, SO_BUSY_POLL_BUDGET},
	{SOL_SOCKET, SO_TXREHASH},
	/* ip(7) */
	{IPPROTO_IP, IP_TOS},
	{IPPROTO_IP, IP_TTL},
	{IPPROTO_IP, IP_MTU_DISCOVER},
	{IPPROTO_IP, IP_RECVERR},
	{IPPROTO_IP, IP_PKTINFO},
	{IPPROTO_IP, IP_RECVTTL},
	{IPPROTO_IP, IP_RECVTOS},
	{IPPROTO_IP, IP_FREEBIND},
	{IPPROTO_IP, IP_TRANSPARENT},
	{IPPROTO_IP, IP_MULTICAST_TTL},
	{IPPROTO_IP, IP_MULTICAST_LOOP},
	{IPPROTO_IP, IP_MULTICAST_ALL},
	{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
	{IPPROTO_IP, IP_OPTIONS},
	{IPPROTO_IP, IP_RECVOPTS},
	{IPPROTO_IP, IP_RETOPTS},
	{IPPROTO_IP, IP_PASSSEC},
	{IPPROTO_IP, IP_MINTTL},
	{IPPROTO_IP, IP_CHECKSUM},
	{IPPROTO_IP, IP_RECVORIGDSTADDR},
	{IPPROTO_IP, IP_RECVFRAGSIZE},
	{IPPROTO_IP, IP_UNICAST_IF},
	{IPPROTO_IP, IP_MULTICAST_IF},
	{IPPROTO_IP, IP_LOCAL_PORT_RANGE},
	/* ipv6(7) */
	{IPPROTO_IPV6, IPV6_V6ONLY},
	{IPPROTO_IPV6, IPV6_UNICAST_HOPS},
	{IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
	{IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
	{IPPROTO_IPV6, IPV6_MTU_DISCOVER},
	{IPPROTO_IPV6, IPV6_RECVERR},
	{IPPROTO_IPV6, IPV6_RECVPKTINFO},
	{IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
	{IPPROTO_IPV6, IPV6_TCLASS},
	{IPPROTO_IPV6, IPV6_RECVTCLASS},
	{IPPROTO_IPV6, IPV6_DONTFRAG},
	{IPPROTO_IPV6, IPV6_FREEBIND},
	{IPPROTO_IPV6, IPV6_TRANSPARENT},
	{IPPROTO_IPV6, IPV6_AUTOFLOWLABEL},
	{IPPROTO_IPV6, IPV6_ADDR_PREFERENCES},
	{IPPROTO_IPV6, IPV6_MINHOPCOUNT},
	{IPPROTO_IPV6, IPV6_RECVPATHMTU},
	{IPPROTO_IPV6, IPV6_RECVORIGDSTADDR},
	{IPPROTO_IPV6, IPV6_RECVFRAGSIZE},
	{IPPROTO_IPV6, IPV6_RECVRTHDR},
	{IPPROTO_IPV6, IPV6_RECVHOPOPTS},
	{IPPROTO_IPV6, IPV6_RECVDSTOPTS},
	{IPPROTO_IPV6, IPV6_UNICAST_IF},
	{IPPROTO_IPV6, IPV6_MULTICAST_IF},
	{IPPROTO_IPV6, IPV6_MULTICAST_ALL},
	/* tcp(7) */
	{IPPROTO_TCP, TCP_CONGESTION},
	{IPPROTO_TCP, TCP_NODELAY},
	{IPPROTO_TCP, TCP_MAXSEG},
	{IPPROTO_TCP, TCP_CORK},
	{IPPROTO_TCP, TCP_KEEPIDLE},
	{IPPROTO_TCP, TCP_KEEPINTVL},
	{IPPROTO_TCP, TCP_KEEPCNT},
	{IPPROTO_TCP, TCP_SYNCNT},
	{IPPROTO_TCP, TCP_LINGER2},
	{IPPROTO_TCP, TCP_WINDOW_CLAMP},
	{IPPROTO_TCP, TCP_QUICKACK},
	{IPPROTO_TCP, TCP_USER_TIMEOUT},
	{IPPROTO_TCP, TCP_NOTSENT_LOWAT},
	{IPPROTO_TCP, TCP_FASTOPEN_CONNECT},
	{IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS},
	{IPPROTO_TCP, TCP_THIN_DUPACK},
	{IPPROTO_TCP, TCP_DEFER_ACCEPT},
	{IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE},
	{IPPROTO_TCP, TCP_SAVE_SYN},
	{IPPROTO_TCP, TCP_INQ},
	{IPPROTO_TCP, TCP_TX_DELAY},
	/* udp(7) */
	{IPPROTO_UDP, UDP_CORK},
	{IPPROTO_UDP, UDP_ENCAP},
	{IPPROTO_UDP, UDP_NO_CHECK6_TX},
	{IPPROTO_UDP, UDP_NO_CHECK6_RX},
	{IPPROTO_UDP, UDP_SEGMENT},
	{IPPROTO_UDP, UDP_GRO},
	{IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV},
	{IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV},
	/* last, since IP_TOS changes it */
	{SOL_SOCKET, SO_PRIORITY},
};

/** copy_option - set on @to what @from has and a new socket has not. What cannot be read or set stays as it is. */
static void
copy_option(int from, int to, const struct option *option)
{
	unsigned char wanted[64], present[64];
	unsigned wanted_size = sizeof(wanted), present_size = sizeof(present);

	memset(wanted, 0, sizeof(wanted));
	memset(present, 0, sizeof(present));
	if (bg_kernel_getsockopt(from, option->level, option->name, wanted, &wanted_size) ||
	    bg_kernel_getsockopt(to, option->level, option->name, present, &present_size))
		return;
	if (wanted_size > sizeof(wanted) || (wanted_size == present_size && memcmp(wanted, present, wanted_size) == 0))
		return;
	bg_kernel_setsockopt(to, option->level, option->name, wanted, wanted_size);
}

/** copy_buffer - SO_SNDBUF or SO_RCVBUF: the kernel doubles what is set; @force goes beyond its maximum, socket(7). */
static void
copy_buffer(int from, int to, int name, int force)
{
	int wanted, present;

	if (bg_kernel_getint(from, SOL_SOCKET, name, &wanted) || bg_kernel_getint(to, SOL_SOCKET, name, &present) ||
	    wanted == present)
		return;
	present = wanted / 2;
	if (bg_kernel_setsockopt(to, SOL_SOCKET, force, &present, sizeof(present)))
		bg_kernel_setsockopt(to, SOL_SOCKET, name, &present, sizeof(present));
}

/** bg_options_copy - what the program has set on @from is set on @to. */
void
bg_options_copy(int from, int to)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		copy_option(from, to, &options[i]);
	copy_buffer(from, to, SO_SNDBUF, SO_SNDBUFFORCE);
	copy_buffer(from, to, SO_RCVBUF, SO_RCVBUFFORCE);
}
