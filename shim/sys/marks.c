/* SPDX-License-Identifier: MIT
 * marks.c - a ring of the last BG_MARKS marked sockets, keyed by SO_COOKIE. Signal-safe, lock-free.
 *
 * Theory of operation. A slot is four words; the cookie is written last (release) and cleared first, and cookies are
 * never used twice, so a reader that sees the same cookie before and after copying has read one mark and no mixture.
 * Writers take slots by fetch-and-add: a signal handler that interrupts a writer takes another slot. When the ring is
 * full the oldest mark is forgotten: such a client's connect(2) then has the errno of a loopback-bound socket, and
 * nothing is exposed. fork(2) copies the ring, vfork(2) shares it; both are right.
 */
#include "sys/marks.h"

#include <string.h>

#define BG_MARKS 128u

/** struct slot - @info holds kind, form, port and scope; @address the sixteen bytes of the address. */
struct slot {
	uint64_t cookie;
	uint64_t info;
	uint64_t address[2];
};

static struct slot slots[BG_MARKS];
static uint32_t next_slot;
_Bool bg_marks_used;

/** pack - the fields of @mark beside its cookie as words. */
static void
pack(const struct bg_mark *mark, struct slot *slot)
{
	slot->info = (uint64_t)mark->kind | (uint64_t)mark->form << 8 | (uint64_t)mark->asked.port << 16 |
		     (uint64_t)mark->asked.addr.scope_id << 32;
	memcpy(slot->address, mark->asked.addr.bytes, sizeof(slot->address));
}

/** unpack - the reverse of pack(). */
static void
unpack(const struct slot *slot, struct bg_mark *mark)
{
	memset(mark, 0, sizeof(*mark));
	mark->kind = (enum bg_mark_kind)(slot->info & 0xff);
	mark->form = (enum bg_form)(slot->info >> 8 & 0xff);
	mark->asked.port = (uint16_t)(slot->info >> 16);
	mark->asked.addr.scope_id = (uint32_t)(slot->info >> 32);
	mark->asked.addr.family = mark->form == BG_FORM_IPV6 ? BG_IPV6 : BG_IPV4;
	memcpy(mark->asked.addr.bytes, slot->address, sizeof(slot->address));
}

/** bg_marks_put - remember @mark, in the place of an older one of the same socket or of the oldest of all. */
void
bg_marks_put(const struct bg_mark *mark)
{
	struct slot packed;
	struct slot *slot;

	bg_marks_drop(mark->cookie);
	pack(mark, &packed);
	slot = &slots[__atomic_fetch_add(&next_slot, 1, __ATOMIC_RELAXED) % BG_MARKS];
	__atomic_store_n(&slot->cookie, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&slot->info, packed.info, __ATOMIC_SEQ_CST);
	__atomic_store_n(&slot->address[0], packed.address[0], __ATOMIC_SEQ_CST);
	__atomic_store_n(&slot->address[1], packed.address[1], __ATOMIC_SEQ_CST);
	__atomic_store_n(&slot->cookie, mark->cookie, __ATOMIC_SEQ_CST);
	__atomic_store_n(&bg_marks_used, 1, __ATOMIC_RELEASE);
}

/** bg_marks_get - what is remembered of the socket with @cookie. Return: false where it is nothing. */
bool
bg_marks_get(uint64_t cookie, struct bg_mark *mark)
{
	for (unsigned i = 0; i < BG_MARKS; i++) {
		struct slot copy;

		if (__atomic_load_n(&slots[i].cookie, __ATOMIC_SEQ_CST) != cookie)
			continue;
		copy.info = __atomic_load_n(&slots[i].info, __ATOMIC_SEQ_CST);
		copy.address[0] = __atomic_load_n(&slots[i].address[0], __ATOMIC_SEQ_CST);
		copy.address[1] = __atomic_load_n(&slots[i].address[1], __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&slots[i].cookie, __ATOMIC_SEQ_CST) != cookie)
			continue;
		unpack(&copy, mark);
		mark->cookie = cookie;
		return true;
	}
	return false;
}

/** bg_marks_drop - forget the socket with @cookie. */
void
bg_marks_drop(uint64_t cookie)
{
	for (unsigned i = 0; i < BG_MARKS; i++) {
		uint64_t expected = cookie;

		__atomic_compare_exchange_n(&slots[i].cookie, &expected, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	}
}
