/* SPDX-License-Identifier: MIT
 * row_check.h - the conformance table with real sockets, for each engine that has a way to make a row's call. */
#ifndef BINDGUARD_TESTS_ROW_CHECK_H
#define BINDGUARD_TESTS_ROW_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/table.h"

/** ROW_REFUSED - in the place of what it printed: the engine refuses the row's configuration when it loads it, by a rule's name. */
#define ROW_REFUSED "refused"

/**
 * row_call - make the row's call in a program of its own, under the engine.
 * @mode: for BINDGUARD_MODE; NULL: as the file says
 * @line: what it printed, `ERRNO ADDRESS PORT DEVICE FILTER`, without the newline
 */
typedef void row_call(const struct row *row, const char *mode, char *line, size_t size);

/**
 * row_otherwise - what is to be expected of an engine that cannot do just what the row says, and guards in another way. Set before
 * rows_check(). @row: a copy
 */
extern void (*row_otherwise)(struct row *row);

const char *row_config(const struct row *row);
bool row_is_ipv6(const struct row *row);
int rows_check(const char *group, row_call *made, int argc, char **argv);

#endif
