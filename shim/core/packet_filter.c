/* SPDX-License-Identifier: MIT
 * packet_filter.c - writes the classic BPF of a limit. Pure.
 *
 * Theory of operation. The kernel runs a socket's filter on each packet before the socket gets it; 0 drops it. What the
 * filter looks at no sender can choose but for his source address: the device, the packet's type, and the source in the IP
 * header itself, found by the kernel's own offset of that header (SKF_NET_OFF): extension headers and fragments, which come
 * reassembled, are behind it. A load outside of the packet drops it, too. Linux, net/core/filter.c:
 *
 *	ld #OURS			so that it is known for ours
 *	ld ifindex
 *	jeq #LO, ret			machine
 *	jeq #INDEX, ret			each interface
 *	ld type; jeq #LOOPBACK, ret	machine: multicast and broadcast of its own, which come back with their own device
 *	ldb [net + 0]; rsh #4		version: a dual-stack socket gets both
 *	jeq #4 ...			each block of IPv4
 *	jeq #6; ld [net + 8]; st M[0] ...	each block of IPv6, which is compared with words that were loaded once
 *	ret #0
 *
 * A load from the packet becomes eight instructions in the kernel, one from M[] a single one: the socket's memory that a filter
 * may take, net.core.optmem_max, is 20,480 bytes before Linux 6.8, and 64 addresses of IPv6 want to fit.
 *
 * Each test has a `ret` of its own, since a conditional jump goes no further than 255 instructions.
 */
#include "bindguard/packet_filter.h"

#include <stddef.h>
#include <string.h>

#include "core/packet_filter_code.h"

/**
 * struct writer - a filter being written.
 * @code, @room: where to
 * @length: instructions so far, also of those that found no room
 */
struct writer {
	struct sock_filter *code;
	unsigned room;
	unsigned length;
};

/** put - one more instruction. */
static void
put(struct writer *writer, unsigned code, uint32_t k, unsigned true_skip, unsigned false_skip)
{
	if (writer->length < writer->room)
		writer->code[writer->length] = (struct sock_filter){
			.code = (uint16_t)code, .jt = (uint8_t)true_skip, .jf = (uint8_t)false_skip, .k = k};
	writer->length++;
}

/** put_accept_if - let through where the accumulator is @value. */
static void
put_accept_if(struct writer *writer, uint32_t value)
{
	put(writer, IF_EQUAL, value, 0, 1);
	put(writer, RETURN, WHOLE, 0, 0);
}

/** net_offset - @offset of the IP header, as a load has it. */
static uint32_t
net_offset(uint32_t offset)
{
	return (uint32_t)SKF_NET_OFF + offset;
}

/** word_of - word @i of @addr, as a load has it. */
static uint32_t
word_of(const struct bg_addr *addr, unsigned i)
{
	const uint8_t *bytes = addr->bytes + (size_t)i * 4;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/** put_load - word @i of a source of @family. */
static void
put_load(struct writer *writer, enum bg_family family, unsigned i)
{
	if (family == BG_IPV4)
		put(writer, LOAD_WORD, net_offset(IPV4_SOURCE), 0, 0);
	else
		put(writer, LOAD_KEPT, i, 0, 0);
}

/** put_block - let through where the source is one of @prefix. The last word may be one in part. */
static void
put_block(struct writer *writer, const struct bg_prefix *prefix)
{
	enum bg_family family = (enum bg_family)prefix->addr.family;
	unsigned whole = prefix->bits / WORD_BITS, rest = prefix->bits % WORD_BITS;
	unsigned left = 2 * whole + (rest ? 3 : 0) + 1;

	for (unsigned i = 0; i < whole; i++) {
		put_load(writer, family, i);
		left -= 2;
		put(writer, IF_EQUAL, word_of(&prefix->addr, i), 0, left);
	}
	if (rest) {
		put_load(writer, family, whole);
		put(writer, AND, ~(UINT32_MAX >> rest), 0, 0);
		put(writer, IF_EQUAL, word_of(&prefix->addr, whole), 0, 1);
	}
	put(writer, RETURN, WHOLE, 0, 0);
}

/** has_family - is one of @from a block of @family? */
static bool
has_family(const struct bg_from *from, uint32_t count, enum bg_family family)
{
	for (uint32_t i = 0; i < count; i++)
		if (from[i].kind == BG_FROM_PREFIX && from[i].prefix.addr.family == family)
			return true;
	return false;
}

/** put_blocks - those of @family; the accumulator has the version, and keeps it where that is another. */
static void
put_blocks(struct writer *writer, const struct bg_from *from, uint32_t count, enum bg_family family)
{
	unsigned jump;

	if (!has_family(from, count, family))
		return;
	put(writer, IF_EQUAL, family == BG_IPV4 ? 4 : 6, 1, 0);
	jump = writer->length;
	put(writer, BPF_JMP | BPF_JA, 0, 0, 0);
	for (uint32_t i = 0; family == BG_IPV6 && i < IPV6_WORDS; i++) {
		put(writer, LOAD_WORD, net_offset(IPV6_SOURCE + 4 * i), 0, 0);
		put(writer, KEEP_WORD, i, 0, 0);
	}
	for (uint32_t i = 0; i < count; i++)
		if (from[i].kind == BG_FROM_PREFIX && from[i].prefix.addr.family == family)
			put_block(writer, &from[i].prefix);
	put(writer, RETURN, 0, 0, 0);
	if (jump < writer->room)
		writer->code[jump].k = writer->length - jump - 1;
}

/** has_machine - is `machine` one of @from? */
static bool
has_machine(const struct bg_from *from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (from[i].kind == BG_FROM_MACHINE)
			return true;
	return false;
}

unsigned
bg_packet_filter_write(const struct bg_from *from, uint32_t count, const uint32_t *indexes, struct sock_filter *code,
		       unsigned room)
{
	struct writer writer = {.code = code, .room = room};
	bool machine = has_machine(from, count);

	put(&writer, BPF_LD | BPF_IMM, OURS, 0, 0);
	put(&writer, LOAD_WORD, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX), 0, 0);
	if (machine)
		put_accept_if(&writer, LO_INDEX);
	for (uint32_t i = 0; i < count; i++)
		if (from[i].kind == BG_FROM_INTERFACE)
			put_accept_if(&writer, indexes[i]);
	if (machine) {
		put(&writer, LOAD_WORD, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE), 0, 0);
		put_accept_if(&writer, TYPE_LOOPBACK);
	}
	if (has_family(from, count, BG_IPV4) || has_family(from, count, BG_IPV6)) {
		put(&writer, LOAD_BYTE, net_offset(0), 0, 0);
		put(&writer, BPF_ALU | BPF_RSH | BPF_K, 4, 0, 0);
		put_blocks(&writer, from, count, BG_IPV4);
		put_blocks(&writer, from, count, BG_IPV6);
	}
	put(&writer, RETURN, 0, 0, 0);
	return writer.length;
}
