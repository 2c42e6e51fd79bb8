/* SPDX-License-Identifier: MIT
 * diags.c - collects mistakes, sorted by line. Cold. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bindguard/diag.h"

/** bg_diags_add - note a mistake behind those of the same or an earlier line; control characters become '?'. */
void
bg_diags_add(struct bg_diags *diags, unsigned line, const char *format, ...)
{
	struct bg_diag *diag;
	va_list arguments;
	unsigned at = diags->count;

	if (diags->count == BG_DIAGS_MAX) {
		diags->dropped++;
		return;
	}
	while (at > 0 && diags->items[at - 1].line > line)
		at--;
	memmove(&diags->items[at + 1], &diags->items[at], (diags->count - at) * sizeof(diags->items[0]));
	diags->count++;
	diag = &diags->items[at];
	diag->line = line;
	va_start(arguments, format);
	vsnprintf(diag->text, sizeof(diag->text), format, arguments);
	va_end(arguments);
	for (char *c = diag->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

/** bg_diags_mistakes - how many mistakes there are, those without room included. */
unsigned
bg_diags_mistakes(const struct bg_diags *diags)
{
	return diags->count + diags->dropped;
}
