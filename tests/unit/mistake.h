/* SPDX-License-Identifier: MIT
 * mistake.h - a configuration with one mistake. */
#ifndef BINDGUARD_TESTS_UNIT_MISTAKE_H
#define BINDGUARD_TESTS_UNIT_MISTAKE_H

#include <stddef.h>

void mistake_expect(const char *text, size_t size, unsigned line, const char *part);

#endif
