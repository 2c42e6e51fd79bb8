/* SPDX-License-Identifier: MIT
 * walk.h - a survey under way, shared by survey.c (sections), statement.c (keys and values) and walk.c (the rest). Cold. */
#ifndef BINDGUARD_LOAD_WALK_H
#define BINDGUARD_LOAD_WALK_H

#include "load/names.h"
#include "load/survey.h"
#include "load/token.h"

/**
 * struct output - the text for libconfuse, being written.
 * @end: of what is written
 * @line: that @end is in, as in the text it comes from
 * @word: the last that was written is a word: another one needs a blank before it
 */
struct output {
	char *end;
	unsigned line;
	bool word;
};

/**
 * struct walk - what the functions below share.
 * @survey: being filled
 * @tokens: the text
 * @diags: where mistakes go
 * @output: to survey->clean
 * @names: of the rules so far
 * @seen: of each key, the line where its section has it; 0 for none. Those of rules are of the current rule
 * @key: of the last statement
 * @value, @value_end: offsets of its value, where that stands without braces
 */
struct walk {
	struct survey *survey;
	struct tokens tokens;
	struct bg_diags *diags;
	struct output output;
	struct names names;
	unsigned seen[KEYS];
	enum key key;
	size_t value, value_end;
};

void walk_reach(struct walk *walk);
void walk_write(struct walk *walk);
enum token_kind walk_next(struct walk *walk);
void *walk_widen(struct walk *walk, void *array, size_t size, size_t *room);
bool walk_give_up(struct walk *walk, const char *what);
enum key walk_key(const struct walk *walk, enum section section);
bool walk_take_statement(struct walk *walk, enum section section, enum key key);
bool walk_refuse_comma(struct walk *walk);

/** walk_is_mark - the last token is the mark @mark. */
static inline bool
walk_is_mark(const struct walk *walk, char mark)
{
	return walk->tokens.kind == TOKEN_MARK && walk->tokens.mark == mark;
}

/**
 * walk_grow - room for one more element behind the @count of @array.
 * Return: the array, moved or not; NULL, and given up, where memory is short: @array is then as it was.
 */
static inline void *
walk_grow(struct walk *walk, void *array, size_t size, size_t count, size_t *room)
{
	return count < *room ? array : walk_widen(walk, array, size, room);
}

#endif
