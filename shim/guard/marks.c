/* SPDX-License-Identifier: MIT
 * marks.c - a ring of the last BG_MARKS marked sockets, keyed by SO_COOKIE. Signal-safe, lock-free.
 *
 * Theory of operation. The kernel keeps no word of ours on a socket, and its own state does not tell a client that asked
 * for 127.0.0.1 from one that was given it; so what was asked for is remembered here. Writers take slots by
 * fetch-and-add: a signal handler that interrupts a writer takes another slot. The newest mark of a socket counts, so
 * none is ever taken out: a cookie is not used twice, a closed socket's mark is found by nobody. A slot's last word is
 * the sum of the others; a reader that met a writer in the midst of it, or two writers a whole ring apart, sees that.
 *
 * When the ring is full the oldest mark is forgotten. Nothing is exposed then: the client's connect(2) has the errno of
 * a socket at its changed address, and a datagram socket that disconnects is decided on by its own name. Pages are
 * touched as marks are made, 51 to a page; fork(2) copies the ring, vfork(2) shares it; both are right.
 */
#include "bindguard/marks.h"

#include <errno.h>
#include <string.h>

#include "bindguard/kernel.h"

/**
 * WORDS - of a slot: cookie; kind, form, port and scope; address; device; rule, port and family where it was put, and
 * flags; the address there; the sum.
 */
#define WORDS 10
#define SUM (WORDS - 1)

static uint64_t slots[BG_MARKS][WORDS];
static uint64_t taken; /* slots ever taken */
_Bool bg_marks_used;

/** sum - of the words of a slot; each is turned another way, so that exchanged words do not cancel out. */
static uint64_t
sum(const uint64_t words[WORDS])
{
	uint64_t total = 0x9e3779b97f4a7c15u; /* no slot of zeros is a mark */

	for (unsigned i = 0; i < SUM; i++)
		total = (total << 9 | total >> 55) ^ words[i];
	return total;
}

/** pack - @mark as words. */
static void
pack(const struct bg_mark *mark, uint64_t words[WORDS])
{
	words[0] = mark->cookie;
	words[1] = (uint64_t)mark->kind | (uint64_t)mark->form << 8 | (uint64_t)mark->asked.port << 16 |
		   (uint64_t)mark->asked.addr.scope_id << 32;
	memcpy(&words[2], mark->asked.addr.bytes, sizeof(mark->asked.addr.bytes));
	memcpy(&words[4], mark->device, sizeof(mark->device));
	words[6] = (uint64_t)mark->rule | (uint64_t)mark->bound.port << 32 | (uint64_t)mark->bound.addr.family << 48 |
		   (uint64_t)(mark->action & 7) << 56 | (uint64_t)mark->scoped << 61 |
		   (uint64_t)mark->dual_stack << 62 | (uint64_t)mark->told << 63;
	memcpy(&words[7], mark->bound.addr.bytes, sizeof(mark->bound.addr.bytes));
	words[SUM] = sum(words);
}

/** unpack - the reverse of pack(). */
static void
unpack(const uint64_t words[WORDS], struct bg_mark *mark)
{
	memset(mark, 0, sizeof(*mark));
	mark->cookie = words[0];
	mark->kind = (enum bg_mark_kind)(words[1] & 0xff);
	mark->form = (enum bg_form)(words[1] >> 8 & 0xff);
	mark->asked.port = (uint16_t)(words[1] >> 16);
	mark->asked.addr.scope_id = (uint32_t)(words[1] >> 32);
	mark->asked.addr.family = mark->form == BG_FORM_IPV6 ? BG_IPV6 : BG_IPV4;
	memcpy(mark->asked.addr.bytes, &words[2], sizeof(mark->asked.addr.bytes));
	memcpy(mark->device, &words[4], sizeof(mark->device));
	mark->rule = (uint32_t)words[6];
	mark->bound.port = (uint16_t)(words[6] >> 32);
	mark->bound.addr.family = (words[6] >> 48) & 0xff;
	mark->action = words[6] >> 56 & 7;
	mark->scoped = words[6] >> 61 & 1;
	mark->dual_stack = words[6] >> 62 & 1;
	mark->told = words[6] >> 63;
	memcpy(mark->bound.addr.bytes, &words[7], sizeof(mark->bound.addr.bytes));
}

/** bg_marks_put - remember @mark of the socket @fd, whose cookie is filled in; where it has none, that there is one. */
void
bg_marks_put(int fd, struct bg_mark *mark)
{
	if (bg_kernel_cookie(fd, &mark->cookie) == 0)
		bg_marks_store(mark);
	else
		__atomic_store_n(&bg_marks_used, 1, __ATOMIC_RELEASE);
}

/** bg_marks_store - remember @mark of the socket that its cookie names, in the place of the oldest of all. */
void
bg_marks_store(const struct bg_mark *mark)
{
	uint64_t words[WORDS];
	uint64_t *slot;

	pack(mark, words);
	slot = slots[__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED) % BG_MARKS];
	for (unsigned i = 0; i < WORDS; i++)
		__atomic_store_n(&slot[i], words[i], __ATOMIC_RELEASE);
	__atomic_store_n(&bg_marks_used, 1, __ATOMIC_RELEASE);
}

/** read_slot - copy a slot. Return: whether it holds a whole mark of @cookie. */
static bool
read_slot(const uint64_t *slot, uint64_t cookie, uint64_t words[WORDS])
{
	if (__atomic_load_n(&slot[0], __ATOMIC_ACQUIRE) != cookie)
		return false;
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = __atomic_load_n(&slot[i], __ATOMIC_ACQUIRE);
	return words[0] == cookie && words[SUM] == sum(words);
}

/** bg_marks_find - what is remembered of the socket @fd, newest first. Return: whether it is anything. */
enum bg_marked
bg_marks_find(int fd, struct bg_mark *mark)
{
	uint64_t cookie, words[WORDS], newest;
	int error;

	if (!__atomic_load_n(&bg_marks_used, __ATOMIC_ACQUIRE))
		return BG_MARKED_NOT;
	error = bg_kernel_cookie(fd, &cookie);
	if (error) /* before Linux 4.12 no socket is remembered */
		return error == -ENOPROTOOPT ? BG_MARKED_NOT : BG_MARKED_UNKNOWN;
	newest = __atomic_load_n(&taken, __ATOMIC_ACQUIRE);
	for (uint64_t i = 1; i <= BG_MARKS && i <= newest; i++) {
		if (!read_slot(slots[(newest - i) % BG_MARKS], cookie, words))
			continue;
		unpack(words, mark);
		return BG_MARKED;
	}
	return BG_MARKED_NOT;
}

/** bg_marks_get - likewise, for those to whom a socket that cannot be asked for is one that is not remembered. */
bool
bg_marks_get(int fd, struct bg_mark *mark)
{
	return bg_marks_find(fd, mark) == BG_MARKED;
}
