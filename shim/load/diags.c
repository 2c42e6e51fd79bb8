/* SPDX-License-Identifier: MIT
 * diags.c - collects mistakes, sorted by line. Cold. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bindguard/diag.h"

/** drop_warning - make room for a mistake. Return: false where there is no warning to drop. */
static bool
drop_warning(struct bg_diags *diags)
{
	unsigned at = diags->count;

	while (at > 0 && !diags->items[at - 1].warning)
		at--;
	if (at == 0)
		return false;
	memmove(&diags->items[at - 1], &diags->items[at], (diags->count - at) * sizeof(diags->items[0]));
	diags->count--;
	return true;
}

/** add - insert behind those of the same or an earlier line; control characters of the text become '?'. */
static void
add(struct bg_diags *diags, unsigned line, bool warning, const char *format, va_list arguments)
{
	struct bg_diag *diag;
	unsigned at;

	if (diags->count == BG_DIAGS_MAX && (warning || !drop_warning(diags))) {
		diags->dropped += !warning;
		return;
	}
	at = diags->count;
	while (at > 0 && diags->items[at - 1].line > line)
		at--;
	memmove(&diags->items[at + 1], &diags->items[at], (diags->count - at) * sizeof(diags->items[0]));
	diags->count++;
	diag = &diags->items[at];
	diag->line = line;
	diag->warning = warning;
	vsnprintf(diag->text, sizeof(diag->text), format, arguments);
	for (char *c = diag->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

/** bg_diags_add - note a mistake; printf(3) arguments. */
void
bg_diags_add(struct bg_diags *diags, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diags, line, false, format, arguments);
	va_end(arguments);
}

/** bg_diags_warn - note something that is no mistake but likely not meant. */
void
bg_diags_warn(struct bg_diags *diags, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diags, line, true, format, arguments);
	va_end(arguments);
}

/** bg_diags_mistakes - how many mistakes there are, those without room included, warnings not. */
unsigned
bg_diags_mistakes(const struct bg_diags *diags)
{
	unsigned mistakes = diags->dropped;

	for (unsigned i = 0; i < diags->count; i++)
		mistakes += !diags->items[i].warning;
	return mistakes;
}
