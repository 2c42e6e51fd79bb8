/* SPDX-License-Identifier: MIT
 * limit_peer.h - lets a limited datagram socket hear the one that it connects to. Signal-safe. */
#ifndef BINDGUARD_GUARD_LIMIT_PEER_H
#define BINDGUARD_GUARD_LIMIT_PEER_H

#include "bindguard/guard.h"

/** enum limit_peer - what has become of the filter. */
enum limit_peer {
	LIMIT_PEER_NONE,     /* it is none of a limit */
	LIMIT_PEER_ADMITTED, /* it lets the peer through */
	LIMIT_PEER_DEAF,     /* it does not, since memory is short */
};

BG_SIGSAFE enum limit_peer limit_peer_admit(int fd, const struct bg_peer *peer);
BG_SIGSAFE void limit_peer_forget(int fd);
BG_SIGSAFE void limit_peer_settle(int fd, enum limit_peer admitted, bool connected);

#endif
