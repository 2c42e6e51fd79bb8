/* SPDX-License-Identifier: MIT
 * options_filter.h - copies the filter of one socket to another. Signal-safe. */
#ifndef BINDGUARD_GUARD_OPTIONS_FILTER_H
#define BINDGUARD_GUARD_OPTIONS_FILTER_H

#include "bindguard/attr.h"

BG_SIGSAFE int bg_options_copy_filter(int from, int to);

#endif
