/* SPDX-License-Identifier: MIT
 * explain_part.c - the parts of texts that explain.c and explain_action.c share. Pure. */
#include "core/explain_part.h"

/** VALUES_MOST - values of a list that are shown. */
#define VALUES_MOST 8u

/** explain_begin - an empty text in @text, with room for its terminator. */
struct bg_line
explain_begin(char text[BG_EXPLAIN_MAX])
{
	return (struct bg_line){.text = text, .size = BG_EXPLAIN_MAX - 1};
}

/** explain_finish - terminate @line's text. Return: its length. */
size_t
explain_finish(const struct bg_line *line)
{
	line->text[line->length] = '\0';
	return line->length;
}

/** explain_comma - between two of the values that are shown. */
void
explain_comma(struct bg_line *line, uint32_t i)
{
	if (i)
		bg_line_text(line, ", ");
}

/** explain_rest - behind the values shown of a list of @count: how many are not. */
void
explain_rest(struct bg_line *line, uint32_t count)
{
	if (count <= VALUES_MOST)
		return;
	bg_line_text(line, " and ");
	bg_line_number(line, count - VALUES_MOST);
	bg_line_text(line, " more");
}

/** explain_shown - how many of @count values are shown. */
uint32_t
explain_shown(uint32_t count)
{
	return count < VALUES_MOST ? count : VALUES_MOST;
}

/** explain_addr - an address without its scope; one asked for or bound in the form @form. */
void
explain_addr(struct bg_line *line, const struct bg_addr *addr, enum bg_form form)
{
	char text[BG_ADDR_TEXT_MAX];
	struct bg_addr bare = *addr;

	bare.scope_id = 0;
	if (form == BG_FORM_MAPPED && addr->family == BG_IPV4)
		bg_line_text(line, "::ffff:");
	bg_addr_format(&bare, text);
	bg_line_text(line, text);
}
