/* SPDX-License-Identifier: MIT
 * line.c - fills a fixed buffer with text, numbers and names that others chose, so escaped that they cannot forge a
 * line. Pure: runs in signal handlers too, hence no snprintf(3). */
#include "bindguard/line.h"

#include <string.h>

/** UNIT_MAX - bytes of the longest escape of one character: \xNN for each of four bytes. */
#define UNIT_MAX 16

/** NUMBER_MAX - digits of UINT64_MAX. */
#define NUMBER_MAX 20

static const char ellipsis[] = "...";

/** struct character_range - characters @first..@last, both included. */
struct character_range {
	uint32_t first;
	uint32_t last;
};

/**
 * unseen - characters beyond ASCII that end a line, drive a terminal, turn the direction of writing or are not seen
 * at all; U+0085 and U+2028 end a line (UAX 14), U+009B is a terminal's CSI, the rest is UAX 9 and category Cf.
 */
static const struct character_range unseen[] = {
	{0x0080, 0x009f}, {0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x180e, 0x180e}, {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

/** bg_line_char - append one byte. */
void
bg_line_char(struct bg_line *line, char c)
{
	if (line->length < line->size)
		line->text[line->length++] = c;
}

/** append - append @size bytes of @text, or as many as fit. */
static void
append(struct bg_line *line, const char *text, size_t size)
{
	size_t room = line->size - line->length;

	if (size > room)
		size = room;
	memcpy(line->text + line->length, text, size);
	line->length += size;
}

/** bg_line_text - append the terminated @text as it is: ours, never a name. */
void
bg_line_text(struct bg_line *line, const char *text)
{
	append(line, text, strlen(text));
}

/** append_digits - append @number in decimal, zeros in front up to @digits (at most NUMBER_MAX). */
static void
append_digits(struct bg_line *line, uint64_t number, unsigned digits)
{
	char text[NUMBER_MAX];
	size_t start = sizeof(text);
	size_t padded = sizeof(text) - (digits < NUMBER_MAX ? digits : NUMBER_MAX);

	do {
		text[--start] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (start > padded)
		text[--start] = '0';
	append(line, text + start, sizeof(text) - start);
}

/** bg_line_number - append @number in decimal. */
void
bg_line_number(struct bg_line *line, int64_t number)
{
	if (number < 0) {
		bg_line_char(line, '-');
		append_digits(line, 0 - (uint64_t)number, 1);
		return;
	}
	append_digits(line, (uint64_t)number, 1);
}

/** bg_line_padded - append @number in decimal, with zeros in front where it has fewer than @digits digits. */
void
bg_line_padded(struct bg_line *line, uint32_t number, unsigned digits)
{
	append_digits(line, number, digits);
}

/**
 * bg_utf8_decode - the character that @bytes start with; strict as RFC 3629 section 4: no overlong form, no surrogate,
 * nothing above U+10FFFF. Reads no byte behind the first that does not continue it, so never behind the terminator.
 * Return: bytes of the character, 1..4; 0 where @bytes are no UTF-8.
 */
size_t
bg_utf8_decode(const unsigned char *bytes, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = bytes[0];
	size_t size = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;

	if (size < 2) {
		*character = lead;
		return size;
	}
	*character = lead & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3f);
	}
	if (*character < smallest[size] || *character > 0x10ffff || (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return size;
}

/** is_plain - may @character stand in a line as it is? */
static bool
is_plain(uint32_t character)
{
	if (character < 0x80)
		return character >= ' ' && character != 0x7f && character != '\\' && character != '"';
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (character >= unseen[i].first && character <= unseen[i].last)
			return false;
	return true;
}

/** append_hex - append the last @digits hexadecimal digits of @number. */
static void
append_hex(struct bg_line *line, uint32_t number, unsigned digits)
{
	while (digits--)
		bg_line_char(line, "0123456789abcdef"[number >> (4 * digits) & 15]);
}

/** escape_text - append each of the @size bytes of a character as \xNN. */
static void
escape_text(struct bg_line *unit, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bg_line_text(unit, "\\x");
		append_hex(unit, bytes[i], 2);
	}
}

/** escape_json - append @character as RFC 8259 section 7 has it: two surrogates above U+FFFF. */
static void
escape_json(struct bg_line *unit, uint32_t character)
{
	bg_line_char(unit, '\\');
	if (character == '\\' || character == '"') {
		bg_line_char(unit, (char)character);
		return;
	}
	bg_line_char(unit, 'u');
	if (character <= 0xffff) {
		append_hex(unit, character, 4);
		return;
	}
	append_hex(unit, 0xd7c0 + (character >> 10), 4);
	bg_line_text(unit, "\\u");
	append_hex(unit, 0xdc00 + (character & 0x3ff), 4);
}

/**
 * append_unit - append the character or stray byte that @bytes start with, escaped where it has to be.
 * Return: how many of @bytes that took.
 */
static size_t
append_unit(struct bg_line *unit, const unsigned char *bytes, enum bg_escape escape)
{
	uint32_t character;
	size_t size = bg_utf8_decode(bytes, &character);
	bool plain = size && is_plain(character);

	if (!size) {
		size = 1;
		character = bytes[0];
	}
	if (plain)
		for (size_t i = 0; i < size; i++)
			bg_line_char(unit, (char)bytes[i]);
	else if (escape == BG_ESCAPE_JSON)
		escape_json(unit, character);
	else
		escape_text(unit, bytes, size);
	return size;
}

/**
 * bg_line_escaped - append a name that somebody else chose: a program, a rule, a device.
 * @name: any bytes up to a terminator; NULL is ""
 * @most: bytes to append at most. A longer name is cut and ends in "...", between two characters or escapes
 * @escape: how control characters, quotes, backslashes, stray bytes and unseen characters are written
 *
 * What is appended is printable UTF-8 without line breaks, quotes that are not escaped, or changes of direction.
 */
void
bg_line_escaped(struct bg_line *line, const char *name, size_t most, enum bg_escape escape)
{
	const unsigned char *bytes = (const unsigned char *)(name ? name : "");
	size_t room = line->size - line->length;
	size_t end = line->length + (most < room ? most : room);
	size_t cut = line->length;
	char text[UNIT_MAX];

	while (*bytes) {
		struct bg_line unit = {.text = text, .size = sizeof(text)};

		bytes += append_unit(&unit, bytes, escape);
		if (line->length + unit.length > end) {
			line->length = cut;
			append(line, ellipsis, end - cut < strlen(ellipsis) ? end - cut : strlen(ellipsis));
			return;
		}
		append(line, text, unit.length);
		if (line->length + strlen(ellipsis) <= end)
			cut = line->length;
	}
}
