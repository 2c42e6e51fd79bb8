/* SPDX-License-Identifier: MIT
 * init.h - makes the guard of this process. Cold. */
#ifndef BINDGUARD_PRELOAD_INIT_H
#define BINDGUARD_PRELOAD_INIT_H

#include "bindguard/guard.h"

/**
 * bg_guard_set_up - make the guard, once. Normally run by our constructor; by the first call where another library's
 * constructor binds before ours. Return: never NULL; meanwhile (another thread, a signal handler) a guard in lockdown.
 */
const struct bg_guard *bg_guard_set_up(void);

#endif
