/* SPDX-License-Identifier: MIT
 * list_json.c - the sockets as JSON on standard output. The keys are documented in bindguard-json(5) and are API. Runs in the
 * launcher only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bindguard/from.h"
#include "bindguard/line.h"
#include "bindguard/words.h"
#include "launcher/list/list_json.h"
#include "launcher/sockets/process_guard.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

/** name_value - a name that others chose, escaped so that it is UTF-8; "" is null. */
static json_t *
name_value(const char *name)
{
	char text[SOCKET_TEXT_MAX];

	if (!name[0])
		return json_null();
	socket_copy_escaped(name, text);
	return json_string(text);
}

/** guard_value - the engine's word, null: not ours to see. */
static json_t *
guard_value(enum bg_engine guard)
{
	return guard == BG_ENGINE_UNKNOWN ? json_null() : json_string(bg_engine_word(guard));
}

/** address_value - without brackets and device. */
static json_t *
address_value(const struct bg_addr *addr)
{
	char text[BG_ADDR_TEXT_MAX];

	bg_addr_format(addr, text);
	return json_string(text);
}

/** port_value - raw sockets have none. */
static json_t *
port_value(const struct socket *socket, uint16_t port)
{
	return socket->protocol == BG_PROTOCOL_RAW ? json_null() : json_integer(port);
}

/** peer_value - of a connected socket. */
static json_t *
peer_value(const struct socket *socket)
{
	if (socket->state != STATE_CONNECTED)
		return json_null();
	return json_pack("{s:o, s:o}", "address", address_value(&socket->peer.addr), "port",
			 port_value(socket, socket->peer.port));
}

/** from_value - the places of a limit, null: none is known. NULL: memory is out. */
static json_t *
from_value(const struct socket_limit *limit)
{
	json_t *array = limit ? json_array() : json_null();
	int bad = 0;

	for (uint32_t i = 0; limit && i < limit->count; i++) {
		char text[SOCKET_TEXT_MAX];
		struct bg_line line = {.text = text, .size = sizeof(text) - 1};

		bg_from_append(&line, &limit->from[i], BG_ESCAPE_TEXT);
		text[line.length] = '\0';
		bad |= json_array_append_new(array, json_string(text));
	}
	if (!bad)
		return array;
	json_decref(array);
	return NULL;
}

/** set_process - the keys of a process; null where none is seen. Return: 0 or -1. */
static int
set_process(json_t *object, const struct process *process)
{
	int bad = json_object_set_new(object, "pid", process ? json_integer(process->pid) : json_null());

	bad |= json_object_set_new(object, "program", name_value(process ? process->program : ""));
	bad |= json_object_set_new(object, "called", name_value(process ? process->called : ""));
	bad |= json_object_set_new(object, "guarded", guard_value(process ? process->guard : BG_ENGINE_UNKNOWN));
	bad |= json_object_set_new(object, "guard_note",
				   name_value(process_guard_note_text(process ? process->note : 0)));
	return bad;
}

/** processes_value - all that hold the socket, the parent of the others first. NULL: memory is out. */
static json_t *
processes_value(const struct socket *socket, const struct processes *processes)
{
	json_t *array = json_array();
	size_t count;
	const struct socket_holder *holders = processes_holding(processes, socket->inode, &count);
	int bad = 0;

	for (size_t i = 0; i < count; i++) {
		json_t *object = json_object();

		bad |= set_process(object, &processes->items[holders[i].process]);
		bad |= json_array_append_new(array, object);
	}
	if (!bad)
		return array;
	json_decref(array);
	return NULL;
}

/** set_socket - the keys that the kernel answers. Return: 0 or -1. */
static int
set_socket(json_t *object, const struct socket *socket)
{
	static const char *const states[] = {"listening", "unconnected", "connected"};
	static const char *const reaches[] = {"anywhere", "places", "interface", "machine"};
	bool raw = socket->protocol == BG_PROTOCOL_RAW;
	const struct {
		const char *key;
		json_t *value;
	} pairs[] = {
		{"protocol", json_string(bg_protocol_word(socket->protocol))},
		{"mptcp", json_boolean(socket->mptcp)},
		{"ip_protocol", raw ? json_integer(socket->ip_protocol) : json_null()},
		{"state", json_string(states[socket->state])},
		{"family", json_string(socket->local.addr.family == BG_IPV4 ? "ipv4" : "ipv6")},
		{"address", address_value(&socket->local.addr)},
		{"port", port_value(socket, socket->local.port)},
		{"dual_stack", json_boolean(socket_is_dual_stack(socket))},
		{"device", name_value(socket->device)},
		{"peer", peer_value(socket)},
		{"reachable", json_string(reaches[socket->reach])},
		{"interface", name_value(socket->interface)},
		{"from", from_value(socket->limit)},
		{"route_localnet", json_boolean(socket->localnet)},
		{"ephemeral", json_boolean(socket->ephemeral)},
		{"uid", json_integer(socket->uid)},
		{"inode", json_integer(socket->inode)},
	};
	int bad = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		bad |= json_object_set_new(object, pairs[i].key, pairs[i].value);
	return bad;
}

/** list_print_json - an array, one object a socket. Return: 0 or an errno value. */
int
list_print_json(const struct sockets *sockets, const struct processes *processes)
{
	json_t *array = json_array();
	int bad = 0;

	for (size_t i = 0; i < sockets->count; i++) {
		const struct socket *socket = &sockets->items[i];
		json_t *object = json_object();
		size_t count;

		bad |= set_socket(object, socket);
		bad |= set_process(object, socket_process(socket, processes, &count));
		bad |= json_object_set_new(object, "processes", processes_value(socket, processes));
		bad |= json_array_append_new(array, object);
	}
	if (!bad)
		bad = json_dumpf(array, stdout, JSON_INDENT(2));
	json_decref(array);
	if (!bad)
		putchar('\n');
	return bad && !ferror(stdout) ? ENOMEM : 0; /* a full disk is main's to tell */
}
