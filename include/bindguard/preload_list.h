/* SPDX-License-Identifier: MIT
 * preload_list.h - LD_PRELOAD in the environment that a program is about to get. Signal-safe. */
#ifndef BINDGUARD_PRELOAD_LIST_H
#define BINDGUARD_PRELOAD_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "bindguard/caller.h"

BG_SIGSAFE const char *bg_preload_list_entry(struct bg_reader *reader, const char *const *envp, size_t *size);

#endif
