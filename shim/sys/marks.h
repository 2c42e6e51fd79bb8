/* SPDX-License-Identifier: MIT
 * marks.h - remembers what bind(2) was asked for on sockets that connect(2) or listen(2) must treat differently.
 * Signal-safe, lock-free, of fixed size. */
#ifndef BINDGUARD_SYS_MARKS_H
#define BINDGUARD_SYS_MARKS_H

#include "bindguard/decision.h"

/** enum bg_mark_kind - why the socket is remembered. */
enum bg_mark_kind {
	BG_MARK_ADDRESS = 1, /* bound to a loopback address instead of @asked */
	BG_MARK_DEVICE,	     /* bound as asked, but confined to lo */
	BG_MARK_PORT_ZERO,   /* bound to port 0 as asked; the kernel chose another */
	BG_MARK_UNDONE,	     /* datagram socket given back to the program, connected: confine again if it disconnects */
	BG_MARK_TOLD,	     /* bind(2)'s event says that other machines reach it: listen(2) need not say it again */
};

/**
 * struct bg_mark - one remembered socket.
 * @cookie: SO_COOKIE, never 0 and never used again by the kernel: a descriptor number may be, this may not
 * @kind: why
 * @asked: what the program had asked for
 * @form: how
 */
struct bg_mark {
	uint64_t cookie;
	enum bg_mark_kind kind;
	struct bg_endpoint asked;
	enum bg_form form;
};

/** bg_marks_used - some socket may be marked; false is the fast way out of connect(2). */
extern _Bool bg_marks_used;

BG_SIGSAFE void bg_marks_put(const struct bg_mark *mark);
BG_SIGSAFE bool bg_marks_get(uint64_t cookie, struct bg_mark *mark);
BG_SIGSAFE void bg_marks_drop(uint64_t cookie);

#endif
