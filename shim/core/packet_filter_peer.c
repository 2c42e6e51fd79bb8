/* SPDX-License-Identifier: MIT
 * packet_filter_peer.c - the head of a limit's filter, which lets one address more through: the peer of a datagram socket that is
 * connected. Pure.
 *
 * Theory of operation. The head comes before all that packet_filter.c writes behind its first instruction, which begins with a
 * load: so heads are exchanged without a change to the rest, whose jumps lead nowhere but further on.
 */
#include <string.h>

#include "bindguard/packet_filter.h"
#include "core/packet_filter_code.h"

#define FIRST 1u      /* instruction: the one that all filters of limits begin with */
#define OF_VERSION 3u /* which instruction of the head looks at it */

/** statement - an instruction that is no jump. */
static struct sock_filter
statement(unsigned code, uint32_t k)
{
	return (struct sock_filter){.code = (uint16_t)code, .k = k};
}

/** skip_unless - the next instruction if the accumulator is @k, else the one @skip further. */
static struct sock_filter
skip_unless(uint32_t k, unsigned skip)
{
	return (struct sock_filter){.code = IF_EQUAL, .jf = (uint8_t)skip, .k = k};
}

unsigned
bg_packet_filter_admit(const struct bg_addr *peer, struct sock_filter head[BG_PACKET_FILTER_HEAD])
{
	unsigned words = peer && peer->family == BG_IPV6 ? IPV6_WORDS : 1, at = FIRST;
	uint32_t source = (uint32_t)SKF_NET_OFF + (words == 1 ? IPV4_SOURCE : IPV6_SOURCE);

	head[0] = statement(BPF_LD | BPF_IMM, OURS);
	if (!peer)
		return FIRST;
	head[at++] = statement(LOAD_BYTE, (uint32_t)SKF_NET_OFF);
	head[at++] = statement(BPF_ALU | BPF_RSH | BPF_K, 4);
	head[at++] = skip_unless(words == 1 ? 4 : 6, 2 * words + 1);
	for (unsigned i = 0; i < words; i++) {
		const uint8_t *bytes = peer->bytes + (size_t)i * 4;
		uint32_t word =
			(uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];

		head[at++] = statement(LOAD_WORD, source + 4 * i);
		head[at++] = skip_unless(word, 2 * (words - i - 1) + 1);
	}
	head[at++] = statement(RETURN, WHOLE);
	return at;
}

unsigned
bg_packet_filter_head(const struct sock_filter *code, unsigned length)
{
	unsigned words;

	if (length <= OF_VERSION || code[FIRST].code != LOAD_BYTE)
		return FIRST;
	words = code[OF_VERSION].k == 4 ? 1 : IPV6_WORDS;
	return OF_VERSION + 1 + 2 * words + 1;
}
