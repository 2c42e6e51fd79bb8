/* SPDX-License-Identifier: MIT
 * script.c - what kind of program a file is to execve(2), by its first bytes: a script with a `#!` line, read as Linux's
 * fs/binfmt_script.c reads it, or what a shell may read instead. Reads only. Signal-safe.
 *
 * memchr(3), strspn(3) and the like are loops here: each function of libc that the library names costs every process
 * about 1,000 instructions when it is loaded. */
#include "bindguard/script.h"

#include <elf.h>
#include <string.h>

#define TEXT_SAMPLE 128 /* bytes looked at to tell a text from a binary; bash looks at 80 */

/** is_blank - as the kernel's spacetab(). */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/** skip - the place of the first byte of @line from @at on that is @blank, or is not; or of its end. */
static size_t
skip(const char *line, size_t at, bool blank)
{
	while (line[at] && is_blank(line[at]) != blank)
		at++;
	return at;
}

/** end_line - end the @got bytes of @line where its first line ends. Return: false where its interpreter may be cut off. */
static bool
end_line(char *line, size_t got)
{
	size_t at = 0;

	while (at < BG_SCRIPT_LINE_MAX && at < got && line[at] != '\n')
		at++;
	/* Where no blank or end of the file is behind the interpreter, it may be cut off: load_script(). */
	if (at == BG_SCRIPT_LINE_MAX) {
		at = skip(line, skip(line, 2, false), true);
		if (at >= BG_SCRIPT_LINE_MAX)
			return false;
		at = BG_SCRIPT_LINE_MAX - 1;
	}
	line[at] = '\0';
	return true;
}

/**
 * bg_script_read - the `#!` line of the file with @head, if it has one that the kernel takes.
 * @script: written whole
 * Return: false where it has none: the kernel says ENOEXEC of a line without an interpreter, or with one that is cut off.
 */
bool
bg_script_read(const struct bg_head *head, struct bg_script *script)
{
	char *line = script->line;
	size_t got = head->size < BG_SCRIPT_LINE_MAX ? head->size : BG_SCRIPT_LINE_MAX, length, name, rest;

	memset(script, 0, sizeof(*script));
	if (got < 2 || head->bytes[0] != '#' || head->bytes[1] != '!')
		return false;
	memcpy(line, head->bytes, got);
	if (!end_line(line, got))
		return false;
	length = strlen(line);
	while (length && is_blank(line[length - 1]))
		length--;
	line[length] = '\0';
	if (length <= 2)
		return false;
	name = skip(line, 2, false);
	rest = skip(line, name, true);
	if (rest == name)
		return false;
	script->interpreter = line + name;
	if (line[rest]) {
		line[rest++] = '\0';
		script->argument = line + skip(line, rest, false);
	}
	return true;
}

/**
 * bg_script_is_shell - may a shell read the file with @head, which the kernel does not execute (ENOEXEC)? execvp(3) would
 * have any file read. A program for another processor is none, nor is anything else that is no text: shells look, too.
 */
bool
bg_script_is_shell(const struct bg_head *head)
{
	if (head->error || (head->size >= SELFMAG && memcmp(head->bytes, ELFMAG, SELFMAG) == 0))
		return false;
	for (size_t i = 0; i < TEXT_SAMPLE && i < head->size; i++)
		if (head->bytes[i] == '\0')
			return false;
	return true;
}
