/* SPDX-License-Identifier: MIT
 * origin.h - who has bound a socket to its device: the program, or the kernel. Signal-safe. */
#ifndef BINDGUARD_ORIGIN_H
#define BINDGUARD_ORIGIN_H

#include "bindguard/guard.h"

/** BG_SCOPE_SIZE - a shorter address has no scope: that of struct sockaddr_in6. */
#define BG_SCOPE_SIZE 28u

/**
 * struct bg_scope - a bind(2) under way whose address has a scope.
 * @watched: it may make the kernel set the device
 * @device: before the call
 */
struct bg_scope {
	bool watched;
	char device[BG_IFNAME_MAX];
};

BG_SIGSAFE void bg_scope_before(int fd, const struct bg_endpoint *to, struct bg_scope *scope);
BG_SIGSAFE void bg_scope_after(int fd, const struct bg_scope *scope);

BG_SIGSAFE bool bg_scope_is_device(int fd, unsigned index, char device[BG_IFNAME_MAX]);
BG_SIGSAFE bool bg_scope_read(const union bg_sockaddr *peer, unsigned size, struct bg_endpoint *to);
BG_SIGSAFE void bg_scope_of_connect(int fd, const union bg_sockaddr *peer, unsigned size, bool made);

BG_SIGSAFE enum bg_origin bg_origin_of(const struct bg_attempt *attempt, const char device[BG_IFNAME_MAX]);
BG_SIGSAFE void bg_origin_remove_device(const struct bg_attempt *attempt);
BG_SIGSAFE int bg_origin_confine(const struct bg_attempt *attempt, const char device[BG_IFNAME_MAX]);

#endif
