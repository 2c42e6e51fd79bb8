/* SPDX-License-Identifier: MIT
 * event_fuzz.c - arbitrary events, with arbitrary bytes for names: each rendering stays inside its buffer, is one line
 * (or one field a line) of printable UTF-8, and is JSON where it says so. */
#include <jansson.h>
#include <stdbool.h>

#include "bindguard/event.h"
#include "fuzz/event_draw.h"
#include "fuzz/fuzz.h"

/** KEYS - of the JSON schema, bindguard.conf(5). */
#define KEYS 21

/** Bytes of a name as it is written, bindguard.conf(5), LIMITS; on purpose not the constants of the code. */
#define NAME_MOST 256
#define PATH_MOST 1024

/** ESCAPE_MAX - bytes of the longest escape of one character, by which a name that is cut may stay below its limit. */
#define ESCAPE_MAX 16

/**
 * next_character - by the grammar of RFC 3629 section 4. glibc's mbrtowc(3) is no judge: it takes five bytes, too.
 * Return: bytes of the character that @text starts with, 0 where it is none.
 */
UNTRACED static size_t
next_character(const unsigned char *text, size_t size, uint32_t *character)
{
	static const struct {
		uint8_t first, last, second_first, second_last, more;
	} rows[] = {{0x00, 0x7f, 0, 0, 0},	 {0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1},
		    {0xe1, 0xec, 0x80, 0xbf, 1}, {0xed, 0xed, 0x80, 0x9f, 1}, {0xee, 0xef, 0x80, 0xbf, 1},
		    {0xf0, 0xf0, 0x90, 0xbf, 2}, {0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2}};
	size_t row = 0;

	while (row < 9 && (text[0] < rows[row].first || text[0] > rows[row].last))
		row++;
	*character = text[0];
	if (row == 0 || row == 9)
		return row == 0;
	if (size < rows[row].more + 2u || text[1] < rows[row].second_first || text[1] > rows[row].second_last)
		return 0;
	*character = (uint32_t)(text[0] & (0x1f >> rows[row].more)) << 6 | (text[1] & 0x3f);
	for (size_t i = 0; i < rows[row].more; i++) {
		if (text[2 + i] < 0x80 || text[2 + i] > 0xbf)
			return 0;
		*character = *character << 6 | (text[2 + i] & 0x3f);
	}
	return rows[row].more + 2u;
}

/** is_unseen - a character that a terminal or a reader may take for the end of a line, or that turns the writing. */
UNTRACED static bool
is_unseen(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return true;
	return c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x200b || c == 0x200e || c == 0x200f || c == 0x61c || c == 0xfeff;
}

/** check_printable - @size bytes without a line's end are UTF-8, and to be seen. */
UNTRACED static void
check_printable(const char *text, size_t size)
{
	while (size > 0) {
		uint32_t character;
		size_t used = next_character((const unsigned char *)text, size, &character);

		must(used > 0 && !is_unseen(character));
		text += used;
		size -= used;
	}
}

/** is_utf8 - no byte of @name is a stray one. */
UNTRACED static bool
is_utf8(const char *name)
{
	size_t size = strlen(name), used = 1;
	uint32_t character;

	for (; size && used; name += used, size -= used)
		used = next_character((const unsigned char *)name, size, &character);
	return used > 0;
}

/** check_quotes - quotes come in pairs, but for those that are escaped: a name cannot end its own. */
UNTRACED static void
check_quotes(const char *text, size_t size)
{
	unsigned quotes = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\\') {
			must(i + 3 < size && text[i + 1] == 'x');
			i += 3;
		}
		quotes += text[i] == '"';
	}
	must(quotes % 2 == 0);
}

/**
 * check_limit - what is written of @name is at most @most bytes; one that is cut says so, and is not cut early.
 * @text, @size: what is behind its start; it goes up to @end, which an escape hides inside of it
 * Return: bytes written
 */
UNTRACED static size_t
check_limit(const char *text, size_t size, char end, const char *name, size_t most)
{
	size_t written = 0;

	for (; written < size && text[written] != end; written++)
		if (text[written] == '\\')
			written++;
	must(written < size && written <= most);
	if (name && strlen(name) > most) {
		must(written + 3 + ESCAPE_MAX > most);
		must(written >= 3 && memcmp(text + written - 3, "...", 3) == 0);
	}
	return written;
}

/** check_limit_after - likewise, of what stands behind the first @start. Return: where it ends. */
UNTRACED static const char *
check_limit_after(const char *start, const char *text, size_t size, char end, const char *name, size_t most)
{
	const char *found = memmem(text, size, start, strlen(start));

	must(found);
	found += strlen(start);
	return found + check_limit(found, (size_t)(text + size - found), end, name, most);
}

/** check_executed_limit - of the name of what is executed, in the same way. @rest: of the text, behind the program's name */
UNTRACED static void
check_executed_limit(const struct bg_event *event, const char *rest, size_t size)
{
	const char *name = event->executed->name;
	bool quoted = !name || !*name || strchr(name, ' ');

	check_limit_after(quoted ? " exec \"" : " exec ", rest, size, quoted ? '"' : ' ', name, NAME_MOST);
	must(event->executed->through || memmem(rest, size, " not guarded: ", 14));
}

/** check_text_limits - of the program, which is in quotes where it has to be, and of the rule, behind these quotes. */
UNTRACED static void
check_text_limits(const struct bg_event *event, const char *text, size_t size)
{
	bool quoted = !event->program || !*event->program || strchr(event->program, ' ');
	const char *rest =
		check_limit_after(quoted ? "]: \"" : "]: ", text, size, quoted ? '"' : ' ', event->program, NAME_MOST);
	size_t left = (size_t)(text + size - rest) - 1;

	if (event->executed)
		check_executed_limit(event, rest, (size_t)(text + size - rest));
	else if (memmem(rest + 1, left, "rule \"", 6))
		check_limit_after("rule \"", rest + 1, left, '"', event->rule, NAME_MOST);
}

/** check_text - the text of @event, which is @size bytes without its end. */
UNTRACED static void
check_text(const struct bg_event *event, const char *text, size_t size)
{
	check_printable(text, size);
	check_quotes(text, size);
	check_text_limits(event, text, size);
	must(event->executed || text[size - 1] == ')' || memmem(text, size, " failed: ", 9) ||
	     memmem(text, size, "denied: ", 8));
}

/** check_name - @value is @name, where that needs no escape of a stray byte and is not too long. */
UNTRACED static void
check_name(const json_t *value, const char *name, bool nullable)
{
	if (!name) {
		must(nullable ? json_is_null(value) : json_string_length(value) == 0);
		return;
	}
	must(json_is_string(value));
	if (strlen(name) <= 256 / 6 && is_utf8(name))
		must(strcmp(json_string_value(value), name) == 0);
}

/** check_endpoint - an object of an address and a port, and for the result an interface. */
static void
check_endpoint(const json_t *value, const struct bg_endpoint *endpoint, size_t keys)
{
	must(json_object_size(value) == keys);
	must(json_string_length(json_object_get(value, "address")) > 0);
	must(json_integer_value(json_object_get(value, "port")) == endpoint->port);
}

/** check_socket - the keys of an event about a socket. */
static void
check_socket(const struct bg_event *event, const json_t *object, const char *text, size_t size)
{
	must(json_integer_value(json_object_get(object, "fd")) == event->fd);
	must(json_is_boolean(json_object_get(object, "exposed")));
	must(json_is_true(json_object_get(object, "exposed")) == event->exposed);
	must(json_is_null(json_object_get(object, "executed")) && json_is_null(json_object_get(object, "guarded")));
	if (event->rule)
		check_limit_after(",\"rule\":\"", text, size, '"', event->rule, NAME_MOST);
	check_name(json_object_get(object, "rule"), event->rule, true);
	check_endpoint(json_object_get(object, "requested"), &event->requested, 2);
	if (event->has_result)
		check_endpoint(json_object_get(object, "result"), &event->result, 4);
	else
		must(json_is_null(json_object_get(object, "result")));
}

/** check_executed - the keys of an event about a program that is executed; those of a socket are null. */
static void
check_executed(const struct bg_event *event, const json_t *object, const char *text, size_t size)
{
	static const char *const none[] = {"fd",     "protocol", "family", "requested",
					   "result", "action",	 "rule",   "exposed"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		must(json_is_null(json_object_get(object, none[i])));
	if (event->executed->name)
		check_limit_after(",\"executed\":\"", text, size, '"', event->executed->name, NAME_MOST);
	check_name(json_object_get(object, "executed"), event->executed->name, true);
	must(json_is_boolean(json_object_get(object, "guarded")));
	must(json_is_true(json_object_get(object, "guarded")) == event->executed->through);
}

/** check_json - @size bytes are one object with all keys, and say what @event does. */
UNTRACED static void
check_json(const struct bg_event *event, const char *text, size_t size)
{
	json_error_t error;
	json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);

	check_printable(text, size);
	must(object && json_object_size(object) == KEYS);
	must(json_integer_value(json_object_get(object, "pid")) == event->pid);
	must(json_integer_value(json_object_get(object, "ppid")) == event->ppid);
	must(json_integer_value(json_object_get(object, "uid")) == event->uid);
	must(json_is_null(json_object_get(object, "error")) == (event->error == 0));
	must(json_string_length(json_object_get(object, "time")) == strlen("1970-01-01T00:00:00.000000Z"));
	check_limit_after(",\"program\":\"", text, size, '"', event->program, NAME_MOST);
	check_limit_after(",\"exe\":\"", text, size, '"', event->exe, PATH_MOST);
	check_name(json_object_get(object, "program"), event->program, false);
	check_name(json_object_get(object, "exe"), event->exe, false);
	(event->executed ? check_executed : check_socket)(event, object, text, size);
	json_decref(object);
}

/** check_line - one line of @size bytes, its end included. Return: its size without it. */
UNTRACED static size_t
check_line(const char *line, size_t size)
{
	must(size > 1 && size <= BG_LINE_MAX && memchr(line, '\n', size) == line + size - 1);
	return size - 1;
}

/** check_syslog - @format's message is the priority, and (for text without its tag's change) the line itself. */
UNTRACED static void
check_syslog(const struct bg_event *event, enum bg_log_format format, const char *line, size_t size)
{
	static char message[BG_LINE_MAX];
	size_t length = bg_event_format_syslog(event, format, message);
	char priority[16];
	size_t skip = (size_t)snprintf(priority, sizeof(priority), "<%d>", 3 * 8 + bg_event_severity(event));

	must(length > skip && length <= BG_LINE_MAX && !memchr(message, '\n', length));
	must(memcmp(message, priority, skip) == 0);
	must(length >= size && memcmp(message + length - size, line, size) == 0);
	check_printable(message, length);
}

/** check_journal - each line is one field, none twice, and none of a name that an event's own bytes gave. */
UNTRACED static void
check_journal(const struct bg_event *event, const char *entry, size_t size)
{
	const char *end = entry + size, *field = entry;
	unsigned fields = 0, messages = 0, rules = 0, exposed = 0, executed = 0;

	must(size > 1 && size <= BG_ENTRY_MAX && end[-1] == '\n');
	for (; field < end; fields++) {
		const char *stop = memchr(field, '\n', (size_t)(end - field));
		size_t name = strspn(field, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		must(field[name] == '=' && name > 0 && field + name < stop);
		check_printable(field, (size_t)(stop - field));
		messages += strncmp(field, "MESSAGE=", 8) == 0;
		rules += strncmp(field, "BINDGUARD_RULE=", 15) == 0;
		exposed += strncmp(field, "BINDGUARD_EXPOSED=", 18) == 0;
		executed += strncmp(field, "BINDGUARD_EXECUTED=", 19) == 0;
		field = stop + 1;
	}
	check_limit_after("\nBINDGUARD_PROGRAM=", entry, size, '\n', event->program, NAME_MOST);
	check_limit_after("\nBINDGUARD_EXE=", entry, size, '\n', event->exe, PATH_MOST);
	if (event->rule && !event->executed)
		check_limit_after("\nBINDGUARD_RULE=", entry, size, '\n', event->rule, NAME_MOST);
	if (event->executed && event->executed->name)
		check_limit_after("\nBINDGUARD_EXECUTED=", entry, size, '\n', event->executed->name, NAME_MOST);
	must(strncmp(entry, "MESSAGE=", 8) == 0);
	must(messages == 1 && fields <= 28 && exposed == !event->executed);
	must(rules == (event->rule && !event->executed) && executed == (event->executed && event->executed->name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.bytes = data, .left = size};
	char *text = malloc(BG_LINE_MAX), *json = malloc(BG_LINE_MAX), *entry = malloc(BG_ENTRY_MAX);
	struct bg_event event;
	size_t length;

	must(text && json && entry);
	event_draw(&input, &event);
	length = check_line(text, bg_event_format_text(&event, text));
	check_text(&event, text, length);
	check_syslog(&event, BG_LOG_TEXT, text, length);
	length = check_line(json, bg_event_format_json(&event, json));
	check_json(&event, json, length);
	check_syslog(&event, BG_LOG_JSON, json, length);
	check_journal(&event, entry, bg_event_format_journal(&event, entry));
	event_draw_free(&event);
	free(text);
	free(json);
	free(entry);
	return 0;
}
