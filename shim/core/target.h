/* SPDX-License-Identifier: MIT
 * target.h - where a rule puts a socket: an address or a device. Pure. */
#ifndef BINDGUARD_CORE_TARGET_H
#define BINDGUARD_CORE_TARGET_H

#include "core/question.h"

BG_SIGSAFE void target_confine(struct question *q);
BG_SIGSAFE void target_limit(struct question *q);
BG_SIGSAFE void target_rewrite(struct question *q);

#endif
