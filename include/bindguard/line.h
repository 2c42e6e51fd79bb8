/* SPDX-License-Identifier: MIT
 * line.h - appends text, numbers and escaped names to a fixed buffer. Pure; shared by the renderers of core. */
#ifndef BINDGUARD_LINE_H
#define BINDGUARD_LINE_H

#include "bindguard/addr.h"

/**
 * struct bg_line - a buffer being filled.
 * @text: where bytes go
 * @size: bytes of @text
 * @length: bytes used; never more than @size. What does not fit is dropped: callers size their buffers so that it does
 */
struct bg_line {
	char *text;
	size_t size;
	size_t length;
};

/** enum bg_escape - how bg_line_escaped() writes what may not stand in a line as it is. */
enum bg_escape {
	BG_ESCAPE_TEXT, /* \xNN a byte */
	BG_ESCAPE_JSON, /* \\, \" and \uNNNN a character, RFC 8259 section 7; a byte that is no UTF-8 is \u00NN */
};

BG_SIGSAFE size_t bg_utf8_decode(const unsigned char *bytes, uint32_t *character);
BG_SIGSAFE void bg_line_char(struct bg_line *line, char c);
BG_SIGSAFE void bg_line_text(struct bg_line *line, const char *text);
BG_SIGSAFE void bg_line_number(struct bg_line *line, int64_t number);
BG_SIGSAFE void bg_line_padded(struct bg_line *line, uint32_t number, unsigned digits);
BG_SIGSAFE void bg_line_escaped(struct bg_line *line, const char *name, size_t most, enum bg_escape escape);

#endif
