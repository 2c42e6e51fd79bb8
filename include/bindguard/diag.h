/* SPDX-License-Identifier: MIT
 * diag.h - the mistakes of a configuration, collected by load, printed by whoever asked. Caller-owned. */
#ifndef BINDGUARD_DIAG_H
#define BINDGUARD_DIAG_H

#include <stddef.h>

/** BG_DIAGS_MAX - mistakes kept; further ones are counted in @dropped. BG_DIAG_TEXT_MAX - bytes of one message. */
#define BG_DIAGS_MAX 64
#define BG_DIAG_TEXT_MAX 240

/**
 * struct bg_diag - one mistake, and where it is: in a line of the file, in the file as a whole, or in the environment.
 * @line: 1-based line of the file; 0: elsewhere
 * @variable: the environment variable that is wrong, "": the environment as a whole; NULL: the file
 * @name_at: where in @text the name of @variable begins
 * @text: "what is wrong, and what was expected", without file and line, terminated, no control characters
 */
struct bg_diag {
	unsigned line;
	const char *variable;
	size_t name_at;
	char text[BG_DIAG_TEXT_MAX];
};

/**
 * struct bg_diags - the list.
 * @count: elements of @items, sorted by line
 * @dropped: mistakes that found no room
 */
struct bg_diags {
	unsigned count;
	unsigned dropped;
	struct bg_diag items[BG_DIAGS_MAX];
};

struct bg_diag *bg_diags_add(struct bg_diags *diags, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bg_diag_blame(struct bg_diag *diag, const char *variable, size_t name_at);
unsigned bg_diags_mistakes(const struct bg_diags *diags);

#endif
