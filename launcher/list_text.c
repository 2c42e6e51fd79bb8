/* SPDX-License-Identifier: MIT
 * list_text.c - the words of a socket in the table and under it. Names that others chose are escaped. Runs in the
 * launcher only. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/line.h"
#include "launcher/list.h"

/** list_copy_escaped - @name into @text, so that it can neither drive a terminal nor forge a line. */
void
list_copy_escaped(const char *name, char text[SOCKET_TEXT_MAX])
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
	list_copy_escaped(socket->device, device);
	snprintf(text, SOCKET_TEXT_MAX, "%s%s%.100s", socket_is_dual_stack(socket) ? "*" : host, device[0] ? "%" : "",
		 device);
}

/** socket_format_reach - who reaches it. */
void
socket_format_reach(const struct socket *socket, char text[SOCKET_TEXT_MAX])
{
	static const char *const words[] = {"anywhere", "interface ", "this machine only"};
	char interface[SOCKET_TEXT_MAX];

	list_copy_escaped(socket->interface, interface);
	snprintf(text, SOCKET_TEXT_MAX, "%s%.100s", words[socket->reach], interface);
}

/** socket_process - the process to name for @socket, of @count that hold it. NULL: none is seen. */
const struct process *
socket_process(const struct socket *socket, const struct processes *processes, size_t *count)
{
	const struct hold *holds = processes_of(processes, socket->inode, count);

	return holds ? &processes->items[holds->process] : NULL;
}

/** socket_format_program - its name, "?" where it is not seen. */
void
socket_format_program(const struct process *process, char text[SOCKET_TEXT_MAX])
{
	list_copy_escaped(process && process->program[0] ? process->program : "?", text);
}

/** guard_word - for table and JSON. */
const char *
guard_word(enum guard guard)
{
	static const char *const words[] = {"?", "no", "preload", "seccomp"};

	return words[guard];
}

/** guard_note_text - for table and JSON, "" for none. */
const char *
guard_note_text(enum guard_note note)
{
	static const char *const texts[] = {"", "preloaded, but makes its own system calls", "observes only",
					    "mode is off"};

	return texts[note];
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
		add_note(text, "%s", guard_note_text(process->note));
	list_copy_escaped(process->called, called);
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

/** is_server - does it wait for others? Raw and connected sockets, which -a adds, do not. */
static bool
is_server(const struct socket *socket)
{
	return socket->protocol != BG_PROTOCOL_RAW && socket->state != STATE_CONNECTED;
}

/** same_name - do two sockets serve one name, as with SO_REUSEPORT? socket(7). */
static bool
same_name(const struct socket *a, const struct socket *b)
{
	return a->protocol == b->protocol && a->state == b->state && a->local.port == b->local.port &&
	       a->ifindex == b->ifindex && a->v6only == b->v6only && bg_addr_equal(&a->local.addr, &b->local.addr);
}

/** is_first - is socket @index of the sorted list the first of its name and process? Workers share both. */
static bool
is_first(const struct sockets *sockets, const struct processes *processes, size_t index)
{
	const struct socket *items = sockets->items;
	size_t count;
	const struct process *process = socket_process(&items[index], processes, &count);

	for (size_t i = index; i > 0 && same_name(&items[i - 1], &items[index]); i--)
		if (socket_process(&items[i - 1], processes, &count) == process)
			return false;
	return true;
}

/**
 * struct tally - what the summary counts.
 * @servers: by reach, each server once
 * @others: further sockets
 * @unnamed: servers and others of which no process is seen
 */
struct tally {
	size_t servers[3];
	size_t others;
	size_t unnamed;
};

/** count_all - the tally of @sockets, which are sorted. */
static struct tally
count_all(const struct sockets *sockets, const struct processes *processes)
{
	struct tally tally = {0};

	for (size_t i = 0; i < sockets->count; i++) {
		const struct socket *socket = &sockets->items[i];
		size_t count;

		tally.unnamed += !socket_process(socket, processes, &count);
		if (!is_server(socket))
			tally.others++;
		else if (is_first(sockets, processes, i))
			tally.servers[socket->reach]++;
	}
	return tally;
}

/** print_missing - protocols that were asked for and cannot be shown. */
static void
print_missing(unsigned missing)
{
	for (unsigned bit = 1; bit <= BG_PROTOCOL_OTHER; bit <<= 1)
		if (missing & bit)
			printf("; %s sockets are not shown: this kernel has no %s_diag",
			       bg_protocol_word((enum bg_protocol)bit),
			       bit == BG_PROTOCOL_UDPLITE ? "udp" : bg_protocol_word((enum bg_protocol)bit));
}

/** list_print_summary - one line: how many servers, who reaches them, and what is not seen. */
void
list_print_summary(const struct sockets *sockets, const struct processes *processes)
{
	struct tally tally = count_all(sockets, processes);
	size_t anywhere = tally.servers[REACH_ANYWHERE], interface = tally.servers[REACH_INTERFACE];
	size_t servers = anywhere + interface + tally.servers[REACH_MACHINE];

	if (!servers)
		printf("nothing listens on this machine");
	else
		printf("%zu server%s, ", servers, servers == 1 ? "" : "s");
	if (servers && !anywhere && !interface)
		printf("none reachable from another machine");
	else if (servers)
		printf("%zu reachable from anywhere", anywhere);
	if (interface)
		printf(", %zu through one interface", interface);
	if (tally.others)
		printf("; %zu other socket%s", tally.others, tally.others == 1 ? "" : "s");
	if (tally.unnamed && processes->hidden)
		printf("; %zu of other users (?): root sees their programs", tally.unnamed);
	else if (tally.unnamed)
		printf("; %zu of the kernel or of processes not seen here (?)", tally.unnamed);
	print_missing(sockets->missing);
	putchar('\n');
}
