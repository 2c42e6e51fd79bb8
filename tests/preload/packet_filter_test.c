/* SPDX-License-Identifier: MIT
 * packet_filter_test.c - the filter of a limit in the kernel's own interpreter, on a socket that datagrams of many sources
 * arrive at, against a naive model: by two links and by lo, with options and extension headers, in fragments. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/packet_filter.h"
#include "net/places.h"
#include "preload/crafted.h"
#include "preload/host.h"

#define PORT 19760
#define FENCE (PORT + 1)
#define WAIT_MS 20000
#define MOST 512 /* packets between two fences */

static int filtered, fence;
static unsigned sent;

/** block - the first @bits of an address that packets may come from, whichever bit is turned. */
static struct bg_from
block(enum bg_family family, unsigned bits)
{
	static const uint8_t patterns[2][16] = {
		{10, 0x5a, 0xc3, 0x3c},
		{0x20, 0x01, 0x0d, 0xb8, 0x69, 0x96, 0xf0, 0x0f, 0x81, 0x7e, 0xd2, 0x2d, 0xb4, 0x4b, 0xe1, 0x1e}};
	struct bg_from from = {.kind = BG_FROM_PREFIX,
			       .prefix = {.addr.family = (uint8_t)family, .bits = (uint8_t)bits}};

	for (unsigned bit = 0; bit < bits; bit++)
		from.prefix.addr.bytes[bit / 8] |= (uint8_t)(patterns[family == BG_IPV6][bit / 8] & 0x80u >> bit % 8);
	return from;
}

/** holds - the model: is @addr one of @prefix? Bit by bit. */
static bool
holds(const struct bg_prefix *prefix, const struct bg_addr *addr)
{
	if (prefix->addr.family != addr->family)
		return false;
	for (unsigned bit = 0; bit < prefix->bits; bit++)
		if ((prefix->addr.bytes[bit / 8] ^ addr->bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

/** attach - the filter of @from becomes the socket's. */
static void
attach(const struct bg_from *from, uint32_t count, const uint32_t *indexes)
{
	struct sock_filter code[BG_PACKET_FILTER_MAX];
	struct sock_fprog program = {.filter = code};

	program.len = (unsigned short)bg_packet_filter_write(from, count, indexes, code, BG_PACKET_FILTER_MAX);
	assert_int_equal(setsockopt(filtered, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
}

/** drain - the numbers that have arrived become true in @arrived. */
static void
drain(bool arrived[MOST])
{
	uint32_t number[8];

	while (recv(filtered, number, sizeof(number), MSG_DONTWAIT) >= (ssize_t)sizeof(number[0]))
		arrived[number[0] % MOST] = true;
}

/** await_fence - what was sent before has been looked at, since it came the same way. */
static void
await_fence(void)
{
	struct pollfd poll_fd = {.fd = fence, .events = POLLIN};
	struct bg_addr source = {.family = BG_IPV4, .bytes = {10, 1, 1, 1}};
	char ignored[64];

	assert_true(crafted_send(&source, FENCE, 0, CRAFTED_PLAIN));
	assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
	recv(fence, ignored, sizeof(ignored), 0);
}

/** turned - @prefix's first address with one of its bits turned, or as it is. */
static struct bg_addr
turned(const struct bg_prefix *prefix, unsigned bit)
{
	struct bg_addr addr =
		block((enum bg_family)prefix->addr.family, prefix->addr.family == BG_IPV4 ? 32 : 128).prefix.addr;

	if (bit / 8 < 16 && bit < (prefix->addr.family == BG_IPV4 ? 32u : 128u))
		addr.bytes[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
	return addr;
}

/** check - datagrams of sources around @prefix, of both families, in @form: those arrive that one of @from holds. */
static void
check(const struct bg_from *from, uint32_t count, bool all_of_device, const struct bg_prefix *prefix, enum crafted form)
{
	unsigned width = prefix->addr.family == BG_IPV4 ? 32 : 128;
	bool arrived[MOST] = {false};

	for (unsigned bit = 0; bit <= width; bit++) {
		struct bg_addr source = turned(prefix, bit);

		assert_true(crafted_send(&source, PORT, bit, form));
		sent++;
	}
	await_fence();
	drain(arrived);
	for (unsigned bit = 0; bit <= width; bit++) {
		struct bg_addr source = turned(prefix, bit);
		bool expected = all_of_device;

		for (uint32_t i = 0; i < count; i++)
			expected = expected || (from[i].kind == BG_FROM_PREFIX && holds(&from[i].prefix, &source));
		if (arrived[bit] != expected)
			fail_msg("/%u, bit %u turned, form %d: %s", prefix->bits, bit, (int)form,
				 arrived[bit] ? "arrived" : "did not arrive");
	}
}

/** filter_is_as_the_model_in_the_kernel - each length of either family, and what stands before the UDP header. */
static void
filter_is_as_the_model_in_the_kernel(void **state)
{
	(void)state;
	sent = 0;
	assert_true(crafted_open(CABLE));
	for (unsigned bits = 0; bits <= 128; bits++) {
		struct bg_from both[] = {block(BG_IPV4, bits <= 32 ? bits : 32), block(BG_IPV6, bits)};
		enum crafted form = (enum crafted)(bits % CRAFTED_FORMS);

		attach(&both[1], 1, NULL);
		check(&both[1], 1, false, &both[1].prefix, form);
		if (bits > 32)
			continue;
		attach(&both[0], 1, NULL);
		check(&both[0], 1, false, &both[0].prefix, form);
		attach(both, 2, NULL);
		check(both, 2, false, &both[0].prefix, CRAFTED_FRAGMENTS);
		check(both, 2, false, &both[1].prefix, CRAFTED_OPTIONS);
	}
	crafted_close();
	figure("162 lengths, %u datagrams: as the model", sent);
}

/** index_of - the number of a device of this host. */
static uint32_t
index_of(const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), index = 0;
	socklen_t size = sizeof(index);

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, &size), 0);
	close(fd);
	return (uint32_t)index;
}

/** hears_itself - does what this host sends itself, by IPv4 and IPv6, arrive? */
static bool
hears_itself(void)
{
	struct sockaddr_in6 to[] = {
		{.sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = IN6ADDR_LOOPBACK_INIT},
		{.sin6_family = AF_INET6, .sin6_port = htons(PORT)}};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool arrived[MOST] = {false};

	inet_pton(AF_INET6, "::ffff:" HERE4, &to[1].sin6_addr);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(sendto(fd, &i, sizeof(i), 0, (struct sockaddr *)&to[i], sizeof(to[i])), sizeof(i));
	close(fd);
	drain(arrived);
	assert_int_equal(arrived[0], arrived[1]);
	return arrived[0];
}

/** filter_of_devices_is_as_the_model_in_the_kernel - each of two links, and lo, in each mix. */
static void
filter_of_devices_is_as_the_model_in_the_kernel(void **state)
{
	static const char *const devices[] = {CABLE, PLACES_DEVICE};
	const struct bg_from all[] = {{.kind = BG_FROM_MACHINE},
				      {.kind = BG_FROM_INTERFACE, .interface = CABLE},
				      {.kind = BG_FROM_INTERFACE, .interface = PLACES_DEVICE},
				      block(BG_IPV4, 24)};
	const uint32_t numbers[] = {0, index_of(CABLE), index_of(PLACES_DEVICE), 0};

	(void)state;
	for (unsigned set = 1; set < 16; set++) {
		struct bg_from from[4];
		uint32_t indexes[4], count = 0;

		for (unsigned i = 0; i < 4; i++)
			if (set >> i & 1)
				from[count] = all[i], indexes[count++] = numbers[i];
		attach(from, count, indexes);
		for (unsigned link = 0; link < 2; link++) {
			assert_true(crafted_open(devices[link]));
			check(from, count, set >> (1 + link) & 1, &all[3].prefix, CRAFTED_PLAIN);
			crafted_close();
		}
		assert_int_equal(hears_itself(), set & 1);
	}
}

/** open_udp - a dual-stack socket of room for all that is sent between two fences. */
static int
open_udp(unsigned port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return bind(fd, (struct sockaddr *)&any, sizeof(any)) ? -1 : fd;
}

static int
set_up(void **state)
{
	cpu_set_t one;

	(void)state;
	if (places_set_up())
		return -1;
	/* A queue a processor: on one, what was sent first arrives first. */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	net_run(SIDE_HERE, "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done");
	filtered = open_udp(PORT);
	fence = open_udp(FENCE);
	return filtered < 0 || fence < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(filtered);
	close(fence);
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_is_as_the_model_in_the_kernel),
		cmocka_unit_test(filter_of_devices_is_as_the_model_in_the_kernel),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
