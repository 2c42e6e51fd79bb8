/* SPDX-License-Identifier: MIT
 * device.h - holds a datagram socket to its device, takes the device off in place, and keeps the socket deaf meanwhile.
 * Signal-safe. */
#ifndef BINDGUARD_SYS_DEVICE_H
#define BINDGUARD_SYS_DEVICE_H

#include "core/sockaddr.h"

/** enum bg_deaf - does a socket receive nothing for now? */
enum bg_deaf {
	BG_DEAF_NOT,	    /* the kernel does not allow it, and may allow nothing else either */
	BG_DEAF_BY_ANOTHER, /* its filter is the program's, or locked by it, and it receives what that lets through */
	BG_DEAF,
	BG_DEAF_HELD, /* likewise; it was held to a device by bg_device_hold() */
};

BG_SIGSAFE bool bg_device_receives_at_once(int fd);
BG_SIGSAFE bool bg_device_is_held(int fd);
BG_SIGSAFE void bg_device_hold(int fd, const char *device);
BG_SIGSAFE bool bg_device_silence(int fd);
BG_SIGSAFE enum bg_deaf bg_device_deafen(int fd);
BG_SIGSAFE void bg_device_undeafen(int fd, enum bg_deaf deaf);
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
