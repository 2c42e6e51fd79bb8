/* SPDX-License-Identifier: MIT
 * keys.c - the names of the keys, section by section. Cold. */
#include "load/keys.h"

#include <stdio.h>
#include <string.h>

/* Not pointers: those would be relocated in every process, with or without a file. */
static const char names[KEYS][12] = {
	[KEY_MODE] = "mode",
	[KEY_LOG] = "log",
	[KEY_RULE] = "rule",
	[KEY_LOG_TO] = "to",
	[KEY_LOG_FORMAT] = "format",
	[KEY_LOG_EVENTS] = "events",
	[KEY_PROGRAM] = "program",
	[KEY_COMMAND] = "command",
	[KEY_PROTOCOL] = "protocol",
	[KEY_FAMILY] = "family",
	[KEY_ADDRESS] = "address",
	[KEY_PORT] = "port",
	[KEY_CALL] = "call",
	[KEY_ACTION] = "action",
	[KEY_TO] = "to",
	[KEY_TO_PORT] = "to_port",
	[KEY_INTERFACE] = "interface",
	[KEY_FROM] = "from",
	[KEY_ERROR] = "error",
};

/** key_first - the first key of @section; they go up to the first one of the next section. */
enum key
key_first(enum section section)
{
	static const unsigned char first[] = {KEY_MODE, KEY_LOG_TO, KEY_PROGRAM, KEYS};

	return (enum key)first[section];
}

/** key_find - the key of @section that is called @name, KEYS where there is none. */
enum key
key_find(enum section section, const char *name)
{
	enum key key = key_first(section), end = key_first(section + 1);

	while (key < end && strcmp(names[key], name) != 0)
		key++;
	return key < end ? key : KEYS;
}

/** key_name - what @key is called. */
const char *
key_name(enum key key)
{
	return names[key];
}

/** key_takes_list - may @key have several values? */
bool
key_takes_list(enum key key)
{
	return (key >= KEY_PROGRAM && key <= KEY_CALL) || key == KEY_TO || key == KEY_FROM;
}

/** key_list_names - the keys of @section, joined by ", ". */
void
key_list_names(enum section section, char *text, size_t size)
{
	enum key end = key_first(section + 1);
	size_t used = 0;

	text[0] = '\0';
	for (enum key key = key_first(section); key < end && used < size; key++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[key]);
}
