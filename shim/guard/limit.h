/* SPDX-License-Identifier: MIT
 * limit.h - gives a socket the filter of a limit, and takes it off again. Signal-safe. */
#ifndef BINDGUARD_GUARD_LIMIT_H
#define BINDGUARD_GUARD_LIMIT_H

#include "bindguard/guard.h"

BG_SIGSAFE int bg_limit_attach(struct bg_attempt *attempt, bool over);
BG_SIGSAFE bool bg_limit_is_on(int fd);
BG_SIGSAFE void bg_limit_detach(int fd);
BG_SIGSAFE bool bg_limit_give_up(int fd);
BG_SIGSAFE bool bg_limit_release(const struct bg_attempt *attempt, uint16_t port);
BG_SIGSAFE void bg_limit_lock(int fd);

#endif
