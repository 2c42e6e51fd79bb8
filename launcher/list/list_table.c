/* SPDX-License-Identifier: MIT
 * list_table.c - the sockets as a table on standard output: with colours and cut to its width on a terminal, plain and
 * whole elsewhere. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "bindguard/words.h"
#include "launcher/list/list_table.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"
#include "launcher/sockets/table.h"

/** columns - of the table, in order; a column's place is its number. */
enum { PROTOCOL, ADDRESS, PORT, REACH, PID, PROGRAM, GUARDED, NOTE, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[PROTOCOL] = {"PROTO", 0},	 [ADDRESS] = {"ADDRESS", 0},	    [PORT] = {"PORT", SCOLS_FL_RIGHT},
	[REACH] = {"REACHABLE FROM", 0}, [PID] = {"PID", SCOLS_FL_RIGHT},   [PROGRAM] = {"PROGRAM", SCOLS_FL_TRUNC},
	[GUARDED] = {"GUARDED", 0},	 [NOTE] = {"NOTE", SCOLS_FL_TRUNC},
};

/** colours - of enum reach. */
static const char *const colours[] = {"red", "yellow", "yellow", "green"};

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
	snprintf(cells[GUARDED], SOCKET_TEXT_MAX, "%s", bg_engine_word(process ? process->guard : BG_ENGINE_UNKNOWN));
	socket_format_note(socket, processes, cells[NOTE]);
	for (size_t i = 0; i < COLUMNS && !error; i++) {
		table_make_ascii(cells[i]);
		error = scols_line_set_data(line, i, cells[i]);
	}
	return error ? error : scols_cell_set_color(scols_line_get_cell(line, REACH), colours[socket->reach]);
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
