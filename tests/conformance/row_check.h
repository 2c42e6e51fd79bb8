/* SPDX-License-Identifier: MIT
 * row_check.h - the conformance table with real sockets, for each engine that has a way to make a row's call. */
#ifndef BINDGUARD_TESTS_ROW_CHECK_H
#define BINDGUARD_TESTS_ROW_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/table.h"

/**
 * row_call - make the row's call in a program of its own, under the engine.
 * @mode: for BINDGUARD_MODE; NULL: as the file says
 * @line: what it printed, `ERRNO ADDRESS PORT DEVICE FILTER`, without the newline
 */
typedef void row_call(const struct row *row, const char *mode, char *line, size_t size);

const char *row_config(const struct row *row);
bool row_is_ipv6(const struct row *row);
int rows_check(const char *group, row_call *made, int argc, char **argv);

#endif
