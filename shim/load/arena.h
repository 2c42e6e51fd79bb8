/* SPDX-License-Identifier: MIT
 * arena.h - memory for reading a configuration: taken from the kernel, given back whole. Cold. The program's own malloc(3)
 * is left alone: it may be another library's, have hooks, or not be ready when a constructor runs. */
#ifndef BINDGUARD_LOAD_ARENA_H
#define BINDGUARD_LOAD_ARENA_H

#include <stdbool.h>
#include <stddef.h>

void *arena_alloc(size_t size);
void *arena_realloc(void *old, size_t size);
char *arena_copy(const char *text, size_t length);
bool arena_was_short(void);
void arena_release(void);

#endif
