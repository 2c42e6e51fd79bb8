/* SPDX-License-Identifier: MIT
 * polls.h - takes a descriptor's registrations with epoll(7) along when its socket is exchanged. Signal-safe. */
#ifndef BINDGUARD_GUARD_POLLS_H
#define BINDGUARD_GUARD_POLLS_H

#include <stdint.h>

#include "bindguard/attr.h"

/** BG_POLLS - epoll instances that one descriptor may be registered with; in more it is lost. libbindguard(7) says so. */
#define BG_POLLS 8

/**
 * struct bg_polls - where a descriptor is registered.
 * @count: elements of the arrays
 * @fds: epoll instances
 * @events, @data: of the registration, struct epoll_event
 */
struct bg_polls {
	unsigned count;
	int fds[BG_POLLS];
	uint32_t events[BG_POLLS];
	uint64_t data[BG_POLLS];
};

BG_SIGSAFE void bg_polls_find(int fd, int unknown, struct bg_polls *polls);
BG_SIGSAFE void bg_polls_remove(int fd, const struct bg_polls *polls);
BG_SIGSAFE void bg_polls_add(int fd, const struct bg_polls *polls);

#endif
