/* SPDX-License-Identifier: MIT
 * self.h - what this process is: its executable, its words, memory of its own. Signal-safe. */
#ifndef BINDGUARD_PRELOAD_SELF_H
#define BINDGUARD_PRELOAD_SELF_H

#include <stdbool.h>
#include <stddef.h>

void *bg_self_map(size_t size);
bool bg_self_exe(char *exe, size_t size);
int bg_self_words(const char *path, char *words, size_t size, size_t *length);
bool bg_self_command(char *command, size_t size);

#endif
