/* SPDX-License-Identifier: MIT
 * walk.h - a survey under way, shared by survey.c (sections) and statement.c (keys and values). Cold. */
#ifndef BINDGUARD_LOAD_WALK_H
#define BINDGUARD_LOAD_WALK_H

#include "load/survey.h"
#include "load/token.h"

/**
 * struct walk - what the functions below share.
 * @survey: being filled
 * @tokens: the text
 * @diags: where mistakes go
 * @out: end of what is written of survey->clean
 * @copied: offset up to which the text was handed on
 * @log_seen: there was a log section already
 */
struct walk {
	struct survey *survey;
	struct tokens tokens;
	struct bg_diags *diags;
	char *out;
	size_t copied;
	bool log_seen;
};

size_t walk_token_text(const struct tokens *tokens, char *text, size_t size);
void walk_copy_until(struct walk *walk, size_t end);
void *walk_grow(struct walk *walk, void *array, size_t size, size_t count, size_t *room);
bool walk_give_up(struct walk *walk, const char *what);
bool walk_is_mark(const struct walk *walk, char mark);
bool walk_take_statement(struct walk *walk, enum section section, const char *key);

#endif
