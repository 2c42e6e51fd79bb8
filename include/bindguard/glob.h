/* SPDX-License-Identifier: MIT
 * glob.h - shell patterns, as fnmatch(3) without flags, which is not pure (locale). */
#ifndef BINDGUARD_GLOB_H
#define BINDGUARD_GLOB_H

#include "bindguard/attr.h"

#include <stdbool.h>

BG_SIGSAFE bool bg_glob_matches(const char *glob, const char *text);

#endif
