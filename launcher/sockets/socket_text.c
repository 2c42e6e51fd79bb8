/* SPDX-License-Identifier: MIT
 * socket_text.c - the words of a socket in the table and under it. Names that others chose are escaped. Runs in the
 * launcher only. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/from.h"
#include "bindguard/line.h"
#include "bindguard/words.h"
#include "launcher/sockets/process_guard.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

#define PLACES_SHOWN 4u /* of a limit, in a table */

/** socket_copy_escaped - @name into @text, so that it can neither drive a terminal nor forge a line. */
void
socket_copy_escaped(const char *name, char text[SOCKET_TEXT_MAX])
{
	struct bg_line line = {.text = text, .size = SOCKET_TEXT_MAX - 1};

	bg_line_escaped(&line, name, line.size, BG_ESCAPE_TEXT);
	text[line.length] = '\0';
}

/** format_host - an address as ss(8) writes it, an IPv6 one in brackets. */
static void
format_host(const struct bg_addr *addr, char text[BG_ADDR_TEXT_MAX + 2])
{
	char bare[BG_ADDR_TEXT_MAX];

	bg_addr_format(addr, bare);
	snprintf(text, BG_ADDR_TEXT_MAX + 2, addr->family == BG_IPV6 ? "[%s]" : "%s", bare);
}

/** socket_is_dual_stack - does the IPv6 socket serve IPv4 too? */
bool
socket_is_dual_stack(const struct socket *socket)
{
	return socket->local.addr.family == BG_IPV6 && bg_addr_is_wildcard(&socket->local.addr) &&
	       !bg_addr_is_mapped(&socket->local.addr) && socket->v6only == V6ONLY_OFF;
}

/** socket_format_address - address and device as ss(8) writes them: `*` is IPv6 and IPv4, `[::]` IPv6 alone. */
void
socket_format_address(const struct socket *socket, char text[SOCKET_TEXT_MAX])
{
	char host[BG_ADDR_TEXT_MAX + 2], device[SOCKET_TEXT_MAX];

	format_host(&socket->local.addr, host);
	socket_copy_escaped(socket->device, device);
	snprintf(text, SOCKET_TEXT_MAX, "%s%s%.100s", socket_is_dual_stack(socket) ? "*" : host, device[0] ? "%" : "",
		 device);
}

/** format_limit - the first places of a limit, and how many more there are. */
static void
format_limit(const struct socket_limit *limit, char text[SOCKET_TEXT_MAX])
{
	struct bg_line line = {.text = text, .size = SOCKET_TEXT_MAX - 1};

	bg_line_text(&line, "from ");
	for (uint32_t i = 0; i < limit->count && i < PLACES_SHOWN; i++) {
		bg_line_text(&line, i ? ", " : "");
		bg_from_append(&line, &limit->from[i], BG_ESCAPE_TEXT);
	}
	text[line.length] = '\0';
	if (limit->count > PLACES_SHOWN)
		snprintf(text + line.length, SOCKET_TEXT_MAX - line.length, " and %u more",
			 limit->count - PLACES_SHOWN);
}

/** socket_format_reach - who reaches it. The limit to one device is as good as a confinement, and reads like one. */
void
socket_format_reach(const struct socket *socket, char text[SOCKET_TEXT_MAX])
{
	static const char *const words[] = {"anywhere", "", "interface ", "this machine only"};
	char interface[SOCKET_TEXT_MAX];

	if (socket->limit &&
	    (socket->reach == REACH_PLACES || (socket->reach == REACH_INTERFACE && socket->limit->count > 1))) {
		format_limit(socket->limit, text);
		return;
	}

	socket_copy_escaped(socket->interface, interface);
	snprintf(text, SOCKET_TEXT_MAX, "%s%.100s", words[socket->reach], interface);
}

/** socket_process - the process to name for @socket, of @count that hold it. NULL: none is seen. */
const struct process *
socket_process(const struct socket *socket, const struct processes *processes, size_t *count)
{
	const struct socket_holder *holders = processes_holding(processes, socket->inode, count);

	return holders ? &processes->items[holders->process] : NULL;
}

/** socket_format_program - its name, "?" where it is not seen. */
void
socket_format_program(const struct process *process, char text[SOCKET_TEXT_MAX])
{
	socket_copy_escaped(process && process->program[0] ? process->program : "?", text);
}

/** add_note - append to the notes in @text. */
__attribute__((format(printf, 2, 3))) static void
add_note(char text[SOCKET_TEXT_MAX], const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	if (length)
		length += (size_t)snprintf(text + length, SOCKET_TEXT_MAX - length, ", ");
	va_start(arguments, format);
	vsnprintf(text + length, SOCKET_TEXT_MAX - length, format, arguments);
	va_end(arguments);
}

/** add_process_notes - another name than the executable's, and how many share the socket. */
static void
add_process_notes(const struct process *process, size_t count, char text[SOCKET_TEXT_MAX])
{
	char called[SOCKET_TEXT_MAX];

	if (!process)
		return;
	if (process->note)
		add_note(text, "%s", process_guard_note_text(process->note));
	socket_copy_escaped(process->called, called);
	if (strncmp(process->program, process->called, strlen(process->called)) != 0)
		add_note(text, "called %.300s", called);
	if (count > 1)
		add_note(text, "%zu processes", count);
}

/** socket_format_note - what has no column. A few short notes, so that they always fit. */
void
socket_format_note(const struct socket *socket, const struct processes *processes, char text[SOCKET_TEXT_MAX])
{
	char host[BG_ADDR_TEXT_MAX + 2];
	const struct process *process;
	size_t count;

	text[0] = '\0';
	process = socket_process(socket, processes, &count);
	if (socket_is_dual_stack(socket))
		add_note(text, "IPv6 and IPv4");
	if (socket->mptcp)
		add_note(text, "MPTCP");
	if (socket->localnet)
		add_note(text, "neighbours reach 127.0.0.0/8 (route_localnet)");
	if (socket->protocol == BG_PROTOCOL_RAW)
		add_note(text, "IP protocol %u", socket->ip_protocol);
	if (socket->state == STATE_CONNECTED) {
		format_host(&socket->peer.addr, host);
		if (socket->protocol == BG_PROTOCOL_RAW)
			add_note(text, "connected to %s", host);
		else
			add_note(text, "connected to %s:%u", host, socket->peer.port);
	}
	if (socket->ephemeral)
		add_note(text, "perhaps a client: ephemeral port");
	add_process_notes(process, count, text);
}
