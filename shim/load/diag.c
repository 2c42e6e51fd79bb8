/* SPDX-License-Identifier: MIT
 * diag.c - collects mistakes, sorted by line. Cold. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bindguard/diag.h"

/**
 * bg_diags_add - note a mistake behind those of the same or an earlier line; control characters become '?'. @line: 0: none
 * Return: it, for bg_diag_blame(); NULL where there is no room, or nobody asks: @diags is NULL.
 */
struct bg_diag *
bg_diags_add(struct bg_diags *diags, unsigned line, const char *format, ...)
{
	struct bg_diag *diag;
	va_list arguments;
	unsigned at = diags ? diags->count : 0;

	if (!diags)
		return NULL;
	if (diags->count == BG_DIAGS_MAX) {
		diags->dropped++;
		return NULL;
	}
	while (at > 0 && diags->items[at - 1].line > line)
		at--;
	memmove(&diags->items[at + 1], &diags->items[at], (diags->count - at) * sizeof(diags->items[0]));
	diags->count++;
	diag = &diags->items[at];
	*diag = (struct bg_diag){.line = line};
	va_start(arguments, format);
	vsnprintf(diag->text, sizeof(diag->text), format, arguments);
	va_end(arguments);
	for (char *c = diag->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return diag;
}

/** bg_diag_blame - the environment, and not the file, for @diag: @variable, whose name begins at byte @name_at of the text. */
void
bg_diag_blame(struct bg_diag *diag, const char *variable, size_t name_at)
{
	if (diag)
		diag->variable = variable, diag->name_at = name_at;
}

/** bg_diags_mistakes - how many mistakes there are, those without room included. */
unsigned
bg_diags_mistakes(const struct bg_diags *diags)
{
	return diags->count + diags->dropped;
}
