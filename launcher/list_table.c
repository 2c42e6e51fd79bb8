/* SPDX-License-Identifier: MIT
 * list_table.c - the sockets as a table on standard output: with colours and cut to its width on a terminal, plain and
 * whole elsewhere. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols/libsmartcols.h>

#include "launcher/list.h"

/** columns - of the table, in order; a column's place is its number. */
enum { PROTOCOL, ADDRESS, PORT, REACH, PID, PROGRAM, GUARDED, NOTE, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[PROTOCOL] = {"PROTO", 0},	 [ADDRESS] = {"ADDRESS", 0},	    [PORT] = {"PORT", SCOLS_FL_RIGHT},
	[REACH] = {"REACHABLE FROM", 0}, [PID] = {"PID", SCOLS_FL_RIGHT},   [PROGRAM] = {"PROGRAM", SCOLS_FL_TRUNC},
	[GUARDED] = {"GUARDED", 0},	 [NOTE] = {"NOTE", SCOLS_FL_TRUNC},
};

/** colours - of enum reach. */
static const char *const colours[] = {"red", "yellow", "green"};

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

/** fill - the cells of @socket. Return: 0, or a negative errno value. */
static int
fill(struct libscols_line *line, const struct socket *socket, const struct processes *processes)
{
	char cells[COLUMNS][SOCKET_TEXT_MAX] = {{0}};
	size_t count;
	const struct process *process = socket_process(socket, processes, &count);
	int error = 0;

	snprintf(cells[PROTOCOL], SOCKET_TEXT_MAX, "%s", bg_protocol_word(socket->protocol));
	socket_format_address(socket, cells[ADDRESS]);
	snprintf(cells[PORT], SOCKET_TEXT_MAX, socket->protocol == BG_PROTOCOL_RAW ? "-" : "%u", socket->local.port);
	socket_format_reach(socket, cells[REACH]);
	snprintf(cells[PID], SOCKET_TEXT_MAX, process ? "%d" : "?", process ? process->pid : 0);
	socket_format_program(process, cells[PROGRAM]);
	snprintf(cells[GUARDED], SOCKET_TEXT_MAX, "%s", guard_word(process ? process->guard : GUARD_UNKNOWN));
	socket_format_note(socket, processes, cells[NOTE]);
	for (size_t i = 0; i < COLUMNS && !error; i++) {
		table_make_ascii(cells[i]);
		error = scols_line_set_data(line, i, cells[i]);
	}
	return error ? error : scols_cell_set_color(scols_line_get_cell(line, REACH), colours[socket->reach]);
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

/** list_print_table - the table, and an empty line to set it off. Return: 0 or an errno value. */
int
list_print_table(const struct sockets *sockets, const struct processes *processes)
{
	struct libscols_table *table = table_new(columns, COLUMNS);
	int error = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < sockets->count && !error; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		error = line ? fill(line, &sockets->items[i], processes) : -ENOMEM;
	}
	if (!error)
		error = scols_print_table(table);
	scols_unref_table(table);
	if (!error)
		putchar('\n');
	return -error;
}
