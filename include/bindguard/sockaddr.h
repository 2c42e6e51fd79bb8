/* SPDX-License-Identifier: MIT
 * sockaddr.h - between the kernel's socket addresses and ours; the one place that knows network byte order. Pure. */
#ifndef BINDGUARD_SOCKADDR_H
#define BINDGUARD_SOCKADDR_H

#include "bindguard/decision.h"

/** BG_SOCKADDR_MAX - bytes of struct sockaddr_storage: the kernel takes no longer address (EINVAL), bind(2). */
#define BG_SOCKADDR_MAX 128

/**
 * union bg_sockaddr - room for any socket address the kernel takes, aligned for all of them.
 */
union bg_sockaddr {
	unsigned char bytes[BG_SOCKADDR_MAX];
	uint64_t align;
};

BG_SIGSAFE bool bg_sockaddr_decode(const union bg_sockaddr *from, size_t size, struct bg_endpoint *endpoint,
				   enum bg_form *form);
BG_SIGSAFE unsigned bg_sockaddr_encode(const struct bg_endpoint *endpoint, enum bg_form form, union bg_sockaddr *to);

#endif
