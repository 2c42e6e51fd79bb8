/* SPDX-License-Identifier: MIT
 * options.h - copies the options of one socket to another of its kind. Signal-safe. */
#ifndef BINDGUARD_GUARD_OPTIONS_H
#define BINDGUARD_GUARD_OPTIONS_H

#include "bindguard/attr.h"

BG_SIGSAFE int bg_options_copy(int from, int to);

#endif
