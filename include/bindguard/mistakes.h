/* SPDX-License-Identifier: MIT
 * mistakes.h - the mistakes of a configuration as lines, and what they mean for guarded programs: the same words for the
 * library, the engine seccomp and the command. Cold; allocates and prints nothing. */
#ifndef BINDGUARD_MISTAKES_H
#define BINDGUARD_MISTAKES_H

#include "bindguard/load.h"

/** BG_MISTAKE_MAX - bytes of one mistake as a line: its text, and at most some 1,000 bytes of the file's path. */
#define BG_MISTAKE_MAX 1280

/** BG_COMPLAINTS_MAX - PIPE_BUF: said with one write. */
#define BG_COMPLAINTS_MAX 4096

/** BG_LOCKDOWN_MEANS - what lockdown is, as a clause. */
#define BG_LOCKDOWN_MEANS                                                                                              \
	"guarded programs run in lockdown: wildcard addresses go to loopback, loopback is allowed, others are "        \
	"refused (EACCES)"

/**
 * struct bg_mistakes_style - how a list of mistakes is told, and to whom.
 * @prefix: in front of each line
 * @first: that many are told elsewhere
 * @most: lines; one more tells how many mistakes are not shown
 * @option: what the user set @variable by, an option of a command line; NULL: the environment. May be NULL itself
 * @context: for @option
 */
struct bg_mistakes_style {
	const char *prefix;
	unsigned first;
	unsigned most;
	const char *(*option)(const void *context, const char *variable);
	const void *context;
};

/**
 * bg_mistake_format - @diag as "FILE:LINE: what is wrong", without the line's end.
 * @path: of the file, "": the built-in default; it is escaped, and cut to the room that the text leaves
 * @option: in the place of the variable's name; NULL: the variable was in the environment
 * @text: @size bytes; terminated
 */
void bg_mistake_format(const struct bg_diag *diag, const char *path, const char *option, char *text, size_t size);

/**
 * bg_mistakes_format - the mistakes of @loaded as whole lines, as many as @style wants and as fit.
 * @text: @size bytes, of which each line takes the prefix and BG_MISTAKE_MAX at most; terminated
 * Return: bytes used
 */
size_t bg_mistakes_format(const struct bg_loaded *loaded, const struct bg_mistakes_style *style, char *text,
			  size_t size);

/** bg_mistakes_meaning - what guarded programs do until the mistakes of @loaded are gone, as a clause. */
const char *bg_mistakes_meaning(const struct bg_loaded *loaded);

/** bg_mistakes_complain - the complaints of a struct bg_guard: the mistakes of @loaded and what they mean; "" without any. */
void bg_mistakes_complain(const struct bg_loaded *loaded, char text[BG_COMPLAINTS_MAX]);

#endif
