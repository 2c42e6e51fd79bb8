/* SPDX-License-Identifier: MIT
 * privilege.h - does executing a file give privileges? Signal-safe. */
#ifndef BINDGUARD_PRIVILEGE_H
#define BINDGUARD_PRIVILEGE_H

#include <stdint.h>

#include "bindguard/reached.h"

/**
 * struct bg_owner - whose a file is, and what executing it does.
 * @user, @group: its owner
 * @mode: st_mode
 */
struct bg_owner {
	uint32_t user;
	uint32_t group;
	uint32_t mode;
};

BG_SIGSAFE enum bg_reach bg_privilege_of(int fd, const struct bg_owner *owner);

#endif
