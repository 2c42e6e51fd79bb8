/* SPDX-License-Identifier: MIT
 * table.c - a table on standard output by libsmartcols(3): with colours and cut to its width on a terminal, plain and whole
 * elsewhere. Runs in the command only. */
#include "launcher/sockets/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols/libsmartcols.h>

#include "launcher/sockets/socket_text.h"

/** wants_colours - a terminal that knows them, and nobody who said no: https://no-color.org */
static bool
wants_colours(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && no[0]) && terminal && terminal[0] && strcmp(terminal, "dumb") != 0;
}

/**
 * table_make_ascii - write each byte of @cell beyond ASCII as \xNN. libsmartcols asks the locale how wide a character is and
 * goes round for ever over one that has none there (2.38, noencoding, LC_ALL=C): a name could hang the list.
 */
void
table_make_ascii(char cell[SOCKET_TEXT_MAX])
{
	char copy[SOCKET_TEXT_MAX];
	size_t length = 0;

	memcpy(copy, cell, sizeof(copy));
	for (const unsigned char *at = (unsigned char *)copy; *at && length + 5 < SOCKET_TEXT_MAX; at++)
		length += (size_t)snprintf(cell + length, SOCKET_TEXT_MAX - length, *at < 0x80 ? "%c" : "\\x%02x", *at);
}

/** table_new - an empty table with these columns. NULL: memory is out. */
struct libscols_table *
table_new(const struct table_column *names, size_t count)
{
	struct libscols_table *table = scols_new_table();
	bool bad = !table || scols_table_enable_colors(table, wants_colours());

	bad = bad || scols_table_enable_minout(table, 1);     /* no blanks behind the last column */
	bad = bad || scols_table_enable_noencoding(table, 1); /* the cells are ASCII already */
	for (size_t i = 0; i < count && !bad; i++)
		bad = !scols_table_new_column(table, names[i].name, 0, names[i].flags);
	if (!bad)
		return table;
	scols_unref_table(table);
	return NULL;
}
