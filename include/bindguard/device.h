/* SPDX-License-Identifier: MIT
 * device.h - holds a datagram socket to its device, takes the device off in place, and keeps the socket from receiving
 * meanwhile. Signal-safe. */
#ifndef BINDGUARD_DEVICE_H
#define BINDGUARD_DEVICE_H

#include "bindguard/sockaddr.h"

/** enum bg_blocked - does a socket receive nothing for now? */
enum bg_blocked {
	BG_BLOCKED_NOT,	       /* the kernel does not allow it, and may allow nothing else either */
	BG_BLOCKED_BY_ANOTHER, /* its filter is the program's, or locked by it, and it receives what that lets through */
	BG_BLOCKED,
	BG_BLOCKED_HELD, /* likewise; it was held to a device by bg_device_hold() */
};

BG_SIGSAFE bool bg_device_receives_at_once(int fd);
BG_SIGSAFE bool bg_device_is_held(int fd);
BG_SIGSAFE void bg_device_hold(int fd, const char *device);
BG_SIGSAFE bool bg_device_drop_all(int fd);
BG_SIGSAFE enum bg_blocked bg_device_block(int fd);
BG_SIGSAFE void bg_device_unblock(int fd, enum bg_blocked blocked);
BG_SIGSAFE bool bg_device_take_off(int fd);

/**
 * struct bg_peer - what a datagram socket is connected to; @size 0: nothing.
 */
struct bg_peer {
	union bg_sockaddr name;
	unsigned size;
};

BG_SIGSAFE void bg_device_read_peer(int fd, struct bg_peer *peer);
BG_SIGSAFE bool bg_device_restore_peer(int fd, const struct bg_peer *peer);

#endif
