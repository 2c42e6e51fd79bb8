/* SPDX-License-Identifier: MIT
 * undo.h - gives a socket back, at connect(2), what bind(2) was asked for. Signal-safe. */
#ifndef BINDGUARD_GUARD_UNDO_H
#define BINDGUARD_GUARD_UNDO_H

#include "bindguard/guard.h"

BG_SIGSAFE void undo_note(int fd, const struct bg_mark *before);
BG_SIGSAFE bool undo_read_name(int fd, struct bg_change *now);
BG_SIGSAFE struct bg_endpoint undo_wanted(const struct bg_mark *mark, const struct bg_change *now);
BG_SIGSAFE bool undo_in_place(const struct bg_attempt *attempt, const struct bg_change *now, const struct bg_peer *peer,
			      int *result);
BG_SIGSAFE int undo_datagram(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now,
			     const struct bg_peer *peer);
BG_SIGSAFE int undo_stream(struct bg_attempt *attempt, const struct bg_mark *mark, const struct bg_change *now);
BG_SIGSAFE bool undo_is_idle(int fd);
BG_SIGSAFE bool undo_is_due(const struct bg_mark *mark, const struct bg_change *now, const struct bg_peer *peer);

#endif
