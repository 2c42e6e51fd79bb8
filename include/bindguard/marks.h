/* SPDX-License-Identifier: MIT
 * marks.h - remembers what bind(2) was asked for on sockets that connect(2) or listen(2) must treat differently.
 * Signal-safe, lock-free, of fixed size. */
#ifndef BINDGUARD_MARKS_H
#define BINDGUARD_MARKS_H

#include "bindguard/decision.h"

/** BG_MARKS - sockets remembered; of more the oldest are forgotten, see marks.c. libbindguard(7) names the number. */
#define BG_MARKS 2048u

/** enum bg_mark_kind - why the socket is remembered. */
enum bg_mark_kind {
	BG_MARK_ADDRESS = 1, /* bound to another address or port than @asked */
	BG_MARK_DEVICE,	     /* bound as asked, or to another port, and confined to @device */
	BG_MARK_PORT_ZERO,   /* bound to port 0 as asked; the kernel chose another */
	BG_MARK_AS_ASKED,    /* nothing that connect(2) could give back: observe mode, or several addresses at once */
	BG_MARK_SCOPE,	     /* not at all, but for @scoped */
	BG_MARK_LIMITED,     /* a datagram socket, bound as asked, with the filter of a limit */
	BG_MARK_UNDONE,	     /* given back to the program, which connects it: as a server it is decided on again */
};

/**
 * struct bg_mark - one remembered socket.
 * @cookie: SO_COOKIE, never 0 and never used again by the kernel: a descriptor number may be, this may not
 * @kind: why
 * @told: the event of bind(2) says where it is, so listen(2) need not; whether events are logged does not matter
 * @action: of the rule that was followed, enum bg_action
 * @rule: offset of that rule's name in the policy, which is the same however rules are narrowed; 0: no rule
 * @asked: what the program had asked for
 * @form: how
 * @bound: where the guard has put it; port 0: one of the kernel's choice; addr.family 0: nowhere, it is as asked
 * @dual_stack: IPV6_V6ONLY was off; the kernel sets it on a socket that is bound to an IPv6 address, __inet6_bind()
 * @scoped: the kernel has set @device, for the sake of a link-local address
 * @device: of BG_MARK_DEVICE: tells our device from one that the program chose later; terminated
 */
struct bg_mark {
	uint64_t cookie;
	enum bg_mark_kind kind;
	bool told;
	uint8_t action;
	uint32_t rule;
	struct bg_endpoint asked;
	struct bg_endpoint bound;
	enum bg_form form;
	bool dual_stack;
	bool scoped;
	char device[BG_IFNAME_MAX];
};

/** enum bg_marked - is a socket remembered? */
enum bg_marked {
	BG_MARKED_NOT,
	BG_MARKED,
	BG_MARKED_UNKNOWN, /* the kernel does not tell which socket it is: it may be one that rules are in force on */
};

/** bg_marks_used - some socket is marked, or would be if it could; false is the fast way out of connect(2). */
extern _Bool bg_marks_used;

BG_SIGSAFE void bg_marks_put(int fd, struct bg_mark *mark);
BG_SIGSAFE void bg_marks_store(const struct bg_mark *mark);
BG_SIGSAFE enum bg_marked bg_marks_find(int fd, struct bg_mark *mark);
BG_SIGSAFE bool bg_marks_get(int fd, struct bg_mark *mark);

#endif
