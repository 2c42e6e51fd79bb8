/* SPDX-License-Identifier: MIT
 * keys.c - the names of the keys, section by section. Cold. */
#include <stdio.h>
#include <string.h>

#include "load/survey.h"

#define NAME_ROOM 12u

/* Not pointers: those would be relocated in every process, with or without a file. */
static const char names[KEYS][NAME_ROOM] = {
	[KEY_MODE] = "mode",	     [KEY_LOG] = "log",
	[KEY_RULE] = "rule",	     [KEY_LOG_TO] = "to",
	[KEY_LOG_FORMAT] = "format", [KEY_LOG_EVENTS] = "events",
	[KEY_PROGRAM] = "program",   [KEY_COMMAND] = "command",
	[KEY_PROTOCOL] = "protocol", [KEY_FAMILY] = "family",
	[KEY_ADDRESS] = "address",   [KEY_PORT] = "port",
	[KEY_ACTION] = "action",     [KEY_TO] = "to",
	[KEY_TO_PORT] = "to_port",   [KEY_INTERFACE] = "interface",
	[KEY_ERROR] = "error",
};

/** survey_first_key - the first key of @section; they go up to the first one of the next section. */
enum key
survey_first_key(enum section section)
{
	static const unsigned char first[] = {KEY_MODE, KEY_LOG_TO, KEY_PROGRAM, KEYS};

	return (enum key)first[section];
}

/** survey_find_key - the key of @section that is called text[0..length), KEYS where there is none. */
enum key
survey_find_key(enum section section, const char *text, size_t length)
{
	enum key key = survey_first_key(section), end = survey_first_key(section + 1);

	if (length >= NAME_ROOM)
		return KEYS;
	for (; key < end; key++)
		if (names[key][0] == text[0] && names[key][length] == '\0' && memcmp(names[key], text, length) == 0)
			return key;
	return KEYS;
}

/** survey_key_name - what @key is called. */
const char *
survey_key_name(enum key key)
{
	return names[key];
}

/** survey_is_key_name - did survey_key_name() return this very pointer, or could it? */
bool
survey_is_key_name(const char *text)
{
	return (uintptr_t)text - (uintptr_t)names < sizeof(names);
}

/** survey_name_keys - the keys of @section, joined by ", ". */
void
survey_name_keys(enum section section, char *text, size_t size)
{
	enum key end = survey_first_key(section + 1);
	size_t used = 0;

	text[0] = '\0';
	for (enum key key = survey_first_key(section); key < end && used < size; key++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[key]);
}
