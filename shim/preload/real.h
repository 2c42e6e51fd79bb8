/* SPDX-License-Identifier: MIT
 * real.h - the functions that the program would have called without the guard. Cold. */
#ifndef BINDGUARD_PRELOAD_REAL_H
#define BINDGUARD_PRELOAD_REAL_H

#include "bindguard/guard.h"

/** bg_real_raw - system calls in place of the real functions, until these are found. */
extern const struct bg_real bg_real_raw;

void bg_real_resolve(struct bg_real *real);

#endif
