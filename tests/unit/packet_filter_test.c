/* SPDX-License-Identifier: MIT
 * packet_filter_test.c - the filter of a limit against a naive model, in an interpreter of the instructions that it may have:
 * every packet of a small universe, and what is read back. The kernel's own interpreter: tests/preload/packet_filter_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/from.h"
#include "bindguard/packet_filter.h"

#define LO 1
#define HOST_TYPE 0
#define LOOPBACK_TYPE 5

/** struct packet - all that a filter may look at. */
struct packet {
	uint32_t device;
	uint32_t type;
	struct bg_addr source;
};

static struct sock_filter code[BG_PACKET_FILTER_MAX];
static unsigned packets;

/** byte_of - byte @offset of the packet's IP header. */
static uint32_t
byte_of(const struct packet *packet, uint32_t offset)
{
	uint32_t source = packet->source.family == BG_IPV4 ? 12 : 8, width = packet->source.family == BG_IPV4 ? 4 : 16;

	if (offset == 0)
		return packet->source.family == BG_IPV4 ? 0x45 : 0x60;
	return offset >= source && offset < source + width ? packet->source.bytes[offset - source] : 0xa5;
}

/** load - what a load of @width bytes at @k gives. */
static uint32_t
load(const struct packet *packet, uint32_t k, unsigned width)
{
	uint32_t value = 0;

	if (k == (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX))
		return packet->device;
	if (k == (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE))
		return packet->type;
	assert_true(k >= (uint32_t)SKF_NET_OFF && k < (uint32_t)SKF_NET_OFF + 40);
	for (unsigned i = 0; i < width; i++)
		value = value << 8 | byte_of(packet, k - (uint32_t)SKF_NET_OFF + i);
	return value;
}

/** passes - does the filter of @length instructions let @packet through? It ends, and every jump stays inside of it. */
static bool
passes(const struct packet *packet, unsigned length)
{
	uint32_t a = 0, kept[BPF_MEMWORDS] = {0};

	packets++;
	for (unsigned at = 0; at < length; at++) {
		const struct sock_filter *now = &code[at];

		switch (now->code) {
		case BPF_LD | BPF_IMM: a = now->k; break;
		case BPF_LD | BPF_W | BPF_ABS: a = load(packet, now->k, 4); break;
		case BPF_LD | BPF_B | BPF_ABS: a = load(packet, now->k, 1); break;
		case BPF_ST: kept[now->k] = a; break;
		case BPF_LD | BPF_MEM: a = kept[now->k]; break;
		case BPF_ALU | BPF_AND | BPF_K: a &= now->k; break;
		case BPF_ALU | BPF_RSH | BPF_K: a >>= now->k; break;
		case BPF_JMP | BPF_JA: at += now->k; break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += a == now->k ? now->jt : now->jf; break;
		case BPF_RET | BPF_K: return now->k != 0;
		default: fail_msg("instruction %u is 0x%x", at, now->code);
		}
	}
	fail_msg("the filter has no end");
	return false;
}

/** hears - the naive model: is @packet from one of the places? Bit by bit. */
static bool
hears(const struct packet *packet, const struct bg_from *from, uint32_t count, const uint32_t *indexes)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct bg_prefix *prefix = &from[i].prefix;
		bool same = prefix->addr.family == packet->source.family;

		if (from[i].kind == BG_FROM_MACHINE && (packet->device == LO || packet->type == LOOPBACK_TYPE))
			return true;
		if (from[i].kind == BG_FROM_INTERFACE && packet->device == indexes[i])
			return true;
		for (unsigned bit = 0; bit < prefix->bits; bit++)
			same = same &&
			       !((prefix->addr.bytes[bit / 8] ^ packet->source.bytes[bit / 8]) >> (7 - bit % 8) & 1);
		if (from[i].kind == BG_FROM_PREFIX && same)
			return true;
	}
	return false;
}

/** block - the first @bits of an address of many ones and zeros. */
static struct bg_from
block(enum bg_family family, unsigned bits)
{
	static const uint8_t pattern[16] = {0xa6, 0x5a, 0xc3, 0x3c, 0x69, 0x96, 0xf0, 0x0f,
					    0x81, 0x7e, 0xd2, 0x2d, 0xb4, 0x4b, 0xe1, 0x1e};
	struct bg_from from = {.kind = BG_FROM_PREFIX,
			       .prefix = {.addr.family = (uint8_t)family, .bits = (uint8_t)bits}};

	for (unsigned bit = 0; bit < bits; bit++)
		from.prefix.addr.bytes[bit / 8] |= (uint8_t)(pattern[bit / 8] & 0x80u >> bit % 8);
	return from;
}

/** check_around - all packets whose source is @prefix's first address with one bit turned, from every device and type. */
static void
check_around(const struct bg_from *from, uint32_t count, const uint32_t *indexes, unsigned length,
	     const struct bg_prefix *prefix)
{
	unsigned width = prefix->addr.family == BG_IPV4 ? 32 : 128;

	for (unsigned bit = 0; bit <= width; bit++) {
		struct packet packet = {.source = prefix->addr};

		if (bit < width)
			packet.source.bytes[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
		for (packet.device = LO; packet.device <= 4; packet.device++)
			for (packet.type = HOST_TYPE; packet.type <= LOOPBACK_TYPE; packet.type++)
				if (passes(&packet, length) != hears(&packet, from, count, indexes))
					fail_msg("/%u, bit %u, device %u, type %u", prefix->bits, bit, packet.device,
						 packet.type);
	}
}

/** check - the filter of @from: against the model around each block of it, and read back. */
static void
check(const struct bg_from *from, uint32_t count, const uint32_t *indexes)
{
	static const struct bg_prefix others[] = {{.addr = {.family = BG_IPV4, .bytes = {192, 0, 2, 1}}, .bits = 32},
						  {.addr = {.family = BG_IPV6, .bytes = {0x20, 1}}, .bits = 128}};
	unsigned length = bg_packet_filter_write(from, count, indexes, code, BG_PACKET_FILTER_MAX);
	struct bg_from read[BG_FROM_MAX];
	uint32_t read_indexes[BG_FROM_MAX], read_count;

	assert_true(length > 0 && length <= BG_PACKET_FILTER_MAX);
	check_around(from, count, indexes, length, &others[0]);
	check_around(from, count, indexes, length, &others[1]);
	for (uint32_t i = 0; i < count; i++)
		if (from[i].kind == BG_FROM_PREFIX)
			check_around(from, count, indexes, length, &from[i].prefix);
	assert_true(bg_packet_filter_read(code, length, read, read_indexes, &read_count));
	assert_int_equal(read_count, count);
}

/** filter_of_each_length_is_as_the_model - of both families, alone. */
static void
filter_of_each_length_is_as_the_model(void **state)
{
	(void)state;
	packets = 0;
	for (unsigned bits = 0; bits <= 32; bits++) {
		struct bg_from from = block(BG_IPV4, bits);

		check(&from, 1, NULL);
	}
	for (unsigned bits = 0; bits <= 128; bits++) {
		struct bg_from from = block(BG_IPV6, bits);

		check(&from, 1, NULL);
	}
	print_message("# figure: 162 lengths, %u packets: as the model\n", packets);
}

/** filter_of_every_mix_is_as_the_model - of machine, two interfaces, and blocks of both families, in both orders. */
static void
filter_of_every_mix_is_as_the_model(void **state)
{
	const struct bg_from all[] = {{.kind = BG_FROM_MACHINE},
				      {.kind = BG_FROM_INTERFACE, .interface = "wg0"},
				      block(BG_IPV4, 8),
				      block(BG_IPV6, 48),
				      block(BG_IPV4, 30),
				      block(BG_IPV6, 128),
				      {.kind = BG_FROM_INTERFACE, .interface = "eth0"}};
	const uint32_t numbers[] = {0, 2, 0, 0, 0, 0, 4};
	const unsigned count = sizeof(all) / sizeof(all[0]);

	(void)state;
	for (unsigned set = 1; set < 1u << count; set++) {
		struct bg_from from[7];
		uint32_t indexes[7], used = 0;

		for (unsigned i = 0; i < count; i++) {
			unsigned at = set & 1 ? i : count - 1 - i;

			if (!(set >> at & 1))
				continue;
			from[used] = all[at];
			indexes[used++] = numbers[at];
		}
		check(from, used, indexes);
	}
}

/** check_admitted - the filter of @from with @peer admitted, in the place of the head that it has: against the model. */
static void
check_admitted(const struct bg_from *from, uint32_t count, const struct bg_prefix *peer)
{
	const struct bg_from admitted = {.kind = BG_FROM_PREFIX, .prefix = *peer};
	struct sock_filter head[BG_PACKET_FILTER_HEAD], body[BG_PACKET_FILTER_MAX];
	unsigned length = bg_packet_filter_write(from, count, NULL, body, BG_PACKET_FILTER_MAX);
	unsigned size = bg_packet_filter_admit(&peer->addr, head);
	struct bg_from both[BG_FROM_MAX];

	assert_true(size <= BG_PACKET_FILTER_HEAD);
	assert_int_equal(bg_packet_filter_head(body, length), 1);
	memcpy(code, head, size * sizeof(*code));
	memcpy(code + size, body + 1, (length - 1) * sizeof(*code));
	assert_int_equal(bg_packet_filter_head(code, size + length - 1), size);
	memcpy(both, from, count * sizeof(*from));
	both[count] = admitted;
	for (uint32_t i = 0; i <= count; i++)
		if (both[i].kind == BG_FROM_PREFIX)
			check_around(both, count + 1, NULL, size + length - 1, &both[i].prefix);
	assert_int_equal(bg_packet_filter_admit(NULL, head), 1);
	assert_memory_equal(head, body, sizeof(*head));
}

/** filter_with_a_peer_is_as_the_model - of either family, beside blocks of both. */
static void
filter_with_a_peer_is_as_the_model(void **state)
{
	struct bg_from peers[] = {block(BG_IPV4, 32), block(BG_IPV6, 128)};
	const struct bg_from places[] = {{.kind = BG_FROM_MACHINE}, block(BG_IPV4, 9), block(BG_IPV6, 45)};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		peers[i].prefix.addr.bytes[0] ^= 0x80;
		check_admitted(places, 3, &peers[i].prefix);
		check_admitted(places, 1, &peers[i].prefix);
		check_admitted(places + 1 + i, 1, &peers[i].prefix);
	}
}

/** filter_of_sixty_four_places_fits - the longest one is as long as said, and the kernel takes no more than 4,096. */
static void
filter_of_sixty_four_places_fits(void **state)
{
	struct bg_from from[BG_FROM_MAX];
	uint32_t indexes[BG_FROM_MAX];

	(void)state;
	from[0] = (struct bg_from){.kind = BG_FROM_MACHINE};
	for (unsigned i = 1; i < BG_FROM_MAX; i++)
		from[i] = block(BG_IPV6, 127), from[i].prefix.addr.bytes[3] ^= (uint8_t)i;
	check(from, BG_FROM_MAX, NULL);
	for (unsigned i = 0; i < BG_FROM_MAX; i++) {
		from[i] = (struct bg_from){.kind = BG_FROM_INTERFACE};
		indexes[i] = i + 2;
	}
	check(from, BG_FROM_MAX, indexes);
	assert_true(BG_PACKET_FILTER_MAX < BPF_MAXINSNS);
}

/** filter_without_room_says_how_much - and writes nothing behind it. */
static void
filter_without_room_says_how_much(void **state)
{
	const struct bg_from from[] = {{.kind = BG_FROM_MACHINE}, block(BG_IPV4, 8), block(BG_IPV6, 96)};
	unsigned length = bg_packet_filter_write(from, 3, NULL, code, BG_PACKET_FILTER_MAX);

	(void)state;
	for (unsigned room = 0; room < length; room++) {
		memset(code, 0x5a, sizeof(code));
		assert_int_equal(bg_packet_filter_write(from, 3, NULL, code, room), length);
		assert_int_equal(code[room].code, 0x5a5a);
	}
}

/** filter_of_others_is_not_ours - each instruction of ours turned into another, cut short, or followed by more. */
static void
filter_of_others_is_not_ours(void **state)
{
	const struct bg_from places[] = {{.kind = BG_FROM_MACHINE}, block(BG_IPV4, 20), block(BG_IPV6, 70)};
	unsigned length = bg_packet_filter_write(places, 3, NULL, code, BG_PACKET_FILTER_MAX);
	struct bg_from from[BG_FROM_MAX];
	uint32_t indexes[BG_FROM_MAX], count;

	(void)state;
	for (unsigned at = 0; at < length; at++) {
		struct sock_filter before = code[at];

		assert_false(bg_packet_filter_read(code, at, from, indexes, &count));
		code[at].code ^= 1;
		assert_false(bg_packet_filter_read(code, length, from, indexes, &count));
		code[at] = before;
		code[at].jf++;
		assert_false(bg_packet_filter_read(code, length, from, indexes, &count));
		code[at] = before;
	}
	code[length] = code[length - 1];
	assert_false(bg_packet_filter_read(code, length + 1, from, indexes, &count));
	assert_true(bg_packet_filter_read(code, length, from, indexes, &count));
	memset(code, 0, sizeof(code));
	assert_false(bg_packet_filter_read(code, BG_PACKET_FILTER_MAX, from, indexes, &count));
}

/** places_of_this_machine_are_known - and no others are taken for them. */
static void
places_of_this_machine_are_known(void **state)
{
	static const struct {
		const char *text;
		bool machine;
	} blocks[] = {{"127.0.0.0/8", true}, {"127.0.0.1", true},  {"::1", true},     {"126.0.0.0/7", false},
		      {"0.0.0.0/0", false},  {"192.0.2.1", false}, {"::/127", false}, {"::/0", false}};
	struct bg_from from[2] = {{.kind = BG_FROM_MACHINE}, {.kind = BG_FROM_INTERFACE, .interface = "lo"}};
	bool host_bits;

	(void)state;
	assert_true(bg_from_is_machine(from, 2));
	strcpy(from[1].interface, "lo1");
	assert_false(bg_from_is_machine(from, 2));
	from[1].kind = BG_FROM_PREFIX;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		assert_true(bg_prefix_parse(blocks[i].text, &from[1].prefix, &host_bits));
		if (bg_from_is_machine(from, 2) != blocks[i].machine)
			fail_msg("%s", blocks[i].text);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_of_each_length_is_as_the_model),
		cmocka_unit_test(filter_of_every_mix_is_as_the_model),
		cmocka_unit_test(filter_with_a_peer_is_as_the_model),
		cmocka_unit_test(filter_of_sixty_four_places_fits),
		cmocka_unit_test(filter_without_room_says_how_much),
		cmocka_unit_test(filter_of_others_is_not_ours),
		cmocka_unit_test(places_of_this_machine_are_known),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
