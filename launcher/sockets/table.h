/* SPDX-License-Identifier: MIT
 * table.h - tables, for `list` and `prove`. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_TABLE_H
#define BINDGUARD_LAUNCHER_SOCKETS_TABLE_H

#include "launcher/sockets/socket_text.h"

/**
 * struct table_column - a column of a table.
 * @flags: of libsmartcols(3)
 */
struct table_column {
	const char *name;
	int flags;
};

struct libscols_table;
struct libscols_table *table_new(const struct table_column *columns, size_t count);
void table_make_ascii(char cell[SOCKET_TEXT_MAX]);

#endif
