/* SPDX-License-Identifier: MIT
 * note.c - what `run` tells without failing: how CMD is guarded, and that it is not. Runs in the launcher, and in the
 * watch beside CMD. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "launcher/note.h"

/** note_print - one line on standard error, by one write(2), since CMD's own lines may come in between. */
void
note_print(const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	dprintf(STDERR_FILENO, "bindguard: %s\n", text);
}
