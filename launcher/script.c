/* SPDX-License-Identifier: MIT
 * script.c - what kind of program a file is to execve(2), by its first bytes: a script with a `#!` line, read as Linux's
 * fs/binfmt_script.c reads it, or what a shell may read instead. Reads only. */
#include "launcher/script.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SAMPLE 128 /* bytes looked at to tell a text from a binary; bash looks at 80 */

/** trim - the length of @line without blanks at its end. */
static size_t
trim(const char *line, size_t length)
{
	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	return length;
}

/**
 * script_read - the `#!` line of the open file @fd, if it has one that the kernel takes.
 * @script: zeroed
 * Return: false where it has none: the kernel says ENOEXEC of a line without an interpreter, or with one that is cut off.
 */
bool
script_read(int fd, struct script *script)
{
	char *line = script->line, *end;
	size_t length, name, rest;

	if (pread(fd, line, SCRIPT_LINE_MAX, 0) < 2 || line[0] != '#' || line[1] != '!')
		return false;
	end = memchr(line, '\n', SCRIPT_LINE_MAX);
	if (!end) {
		/* Where no blank or end of the file is behind the interpreter, it may be cut off: load_script(). */
		rest = 2 + strspn(line + 2, " \t");
		rest += strcspn(line + rest, " \t");
		if (rest >= SCRIPT_LINE_MAX)
			return false;
		end = line + SCRIPT_LINE_MAX - 1;
	}
	*end = '\0';
	length = trim(line, strlen(line));
	line[length] = '\0';
	name = 2 + strspn(line + 2, " \t");
	rest = name + strcspn(line + name, " \t");
	if (length <= 2 || rest == name)
		return false;
	script->interpreter = line + name;
	if (line[rest]) {
		line[rest++] = '\0';
		script->argument = line + rest + strspn(line + rest, " \t");
	}
	return true;
}

/**
 * script_is_shell - may a shell read the open file @fd, which the kernel does not execute (ENOEXEC)? execvp(3) would have
 * any file read. A program for another processor is none, nor is anything else that is no text: shells look, too.
 */
bool
script_is_shell(int fd)
{
	char sample[TEXT_SAMPLE];
	ssize_t length = pread(fd, sample, sizeof(sample), 0);

	if (length < 0 || (length >= SELFMAG && memcmp(sample, ELFMAG, SELFMAG) == 0))
		return false;
	return !memchr(sample, '\0', (size_t)length);
}
