/* SPDX-License-Identifier: MIT
 * packet_filter_read.c - reads the classic BPF of a limit back: what a socket's filter lets through, for who finds it there. It is
 * right where writing what was read gives the same instructions. Pure. */
#include <string.h>

#include "bindguard/packet_filter.h"
#include "core/packet_filter_code.h"

/**
 * struct reader - a filter being read.
 * @code, @length, @at: the next instruction
 * @from, @indexes, @count: what was found
 */
struct reader {
	const struct sock_filter *code;
	unsigned length;
	unsigned at;
	struct bg_from *from;
	uint32_t *indexes;
	uint32_t count;
};

/** is_next - is the next instruction a @code, and where @k is not NULL, of that operand? */
static bool
is_next(const struct reader *reader, unsigned code, const uint32_t *k)
{
	return reader->at < reader->length && reader->code[reader->at].code == code &&
	       (!k || reader->code[reader->at].k == *k);
}

/** add - room for one more; the last one where there is none: what is then written back is another filter. */
static struct bg_from *
add(struct reader *reader, enum bg_from_kind kind)
{
	uint32_t at = reader->count < BG_FROM_MAX ? reader->count++ : BG_FROM_MAX - 1;
	struct bg_from *from = &reader->from[at];

	memset(from, 0, sizeof(*from));
	from->kind = (uint8_t)kind;
	reader->indexes[at] = 0;
	return from;
}

/** read_devices - the tests of the device; whether lo is an interface or `machine` shows afterwards. */
static void
read_devices(struct reader *reader)
{
	static const uint32_t type = (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE);

	while (is_next(reader, IF_EQUAL, NULL)) {
		struct bg_from *from = add(reader, BG_FROM_INTERFACE);

		reader->indexes[from - reader->from] = reader->code[reader->at].k;
		reader->at += 2;
	}
	if (!is_next(reader, LOAD_WORD, &type) || reader->count == 0)
		return;
	reader->from[0].kind = BG_FROM_MACHINE;
	reader->at += 3;
}

/** read_block - the tests of one block, up to its `ret`. */
static void
read_block(struct reader *reader, enum bg_family family)
{
	struct bg_prefix *prefix = &add(reader, BG_FROM_PREFIX)->prefix;

	prefix->addr.family = (uint8_t)family;
	for (unsigned i = 0; i < 4 && is_next(reader, family == BG_IPV4 ? LOAD_WORD : LOAD_KEPT, NULL); i++) {
		uint32_t mask = UINT32_MAX, word;

		reader->at++;
		if (is_next(reader, AND, NULL))
			mask = reader->code[reader->at++].k;
		word = is_next(reader, IF_EQUAL, NULL) ? reader->code[reader->at++].k : 0;
		for (unsigned b = 0; b < 4; b++)
			prefix->addr.bytes[4 * i + b] = (uint8_t)(word >> (24 - 8 * b));
		for (; mask & 0x80000000u; mask <<= 1)
			prefix->bits++;
	}
	reader->at++;
}

/** read_blocks - those of @family, where there are any. */
static void
read_blocks(struct reader *reader, enum bg_family family)
{
	const uint32_t version = family == BG_IPV4 ? 4 : 6, none = 0;

	if (!is_next(reader, IF_EQUAL, &version))
		return;
	reader->at += family == BG_IPV4 ? 2 : 2 + 2 * IPV6_WORDS;
	while (reader->at < reader->length && !is_next(reader, RETURN, &none))
		read_block(reader, family);
	reader->at++;
}

bool
bg_packet_filter_read(const struct sock_filter *code, unsigned length, struct bg_from from[BG_FROM_MAX],
		      uint32_t indexes[BG_FROM_MAX], uint32_t *count)
{
	static const uint32_t ours = OURS, version = (uint32_t)SKF_NET_OFF;
	struct reader reader = {.code = code, .length = length, .from = from, .indexes = indexes};
	struct sock_filter written[BG_PACKET_FILTER_MAX];

	if (!is_next(&reader, BPF_LD | BPF_IMM, &ours))
		return false;
	reader.at += 2;
	read_devices(&reader);
	if (is_next(&reader, LOAD_BYTE, &version)) {
		reader.at += 2;
		read_blocks(&reader, BG_IPV4);
		read_blocks(&reader, BG_IPV6);
	}
	*count = reader.count;
	return bg_packet_filter_write(from, reader.count, indexes, written, BG_PACKET_FILTER_MAX) == length &&
	       memcmp(written, code, length * sizeof(*code)) == 0;
}
