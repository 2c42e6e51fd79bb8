/* SPDX-License-Identifier: MIT
 * walk.c - what surveying sections and statements have in common: the next token, the text for libconfuse, giving up.
 * Cold. */
#include "load/walk.h"

#include <string.h>

#include "load/arena.h"

/** is_open - does a ${ in the string not end in it? libconfuse would look for the brace behind it. */
static bool
is_open(const char *text, size_t length)
{
	bool open = false;

	for (size_t i = 0; i < length; i++)
		if (text[i] == '}')
			open = false;
		else if (text[i] == '$' && text[i + 1] == '{')
			open = true;
	return open;
}

/** put - write @length bytes. */
static void
put(struct output *output, const char *text, size_t length)
{
	memcpy(output->end, text, length);
	output->end += length;
}

/** put_word - write a word, apart from one before it. */
static void
put_word(struct output *output, const char *text, size_t length)
{
	if (output->word)
		*output->end++ = ' ';
	put(output, text, length);
	output->word = true;
}

/** put_string - write a string in the form that costs libconfuse least: it takes double quotes byte by byte. */
static void
put_string(struct output *output, const struct tokens *token)
{
	const char *text = token->text + token->start;
	size_t length = token->end - token->start;

	if (token->form == FORM_WORD) {
		put_word(output, text + 1, length - 2);
		return;
	}
	if (token->expands && is_open(text, length)) {
		put_word(output, "unknown", strlen("unknown")); /* as bg_confuse_getenv() has it; it was told */
		return;
	}
	put(output, text, length);
	if (token->form == FORM_QUOTED)
		output->end[-1] = output->end[-(ptrdiff_t)length] = '\'';
	output->word = false;
}

/** walk_reach - go to the line of the last token in what is written. */
void
walk_reach(struct walk *walk)
{
	struct output *output = &walk->output;

	for (; output->line < walk->tokens.start_line; output->line++) {
		*output->end++ = '\n';
		output->word = false;
	}
}

/** walk_write - hand the last token on to libconfuse, in the line where it was. */
void
walk_write(struct walk *walk)
{
	const struct tokens *token = &walk->tokens;
	struct output *output = &walk->output;

	walk_reach(walk);
	if (token->kind == TOKEN_MARK) {
		*output->end++ = token->mark;
		output->word = false;
	} else if (token->kind == TOKEN_WORD) {
		put_word(output, token->text + token->start, token->end - token->start);
	} else if (token->kind == TOKEN_STRING) {
		put_string(output, token);
	}
}

/** walk_next - read the next token and hand it on. Return: its kind, as token_next(). */
enum token_kind
walk_next(struct walk *walk)
{
	if (token_next(&walk->tokens) != TOKEN_END)
		walk_write(walk);
	return walk->tokens.kind;
}

/** walk_give_up - the text is too broken to be surveyed further; libconfuse may still say why. */
bool
walk_give_up(struct walk *walk, const char *what)
{
	char name[40];

	if (walk->tokens.broken)
		what = walk->tokens.broken;
	if (what == token_odd) {
		token_name_odd(&walk->tokens, name, sizeof(name));
		bg_diags_add(walk->diags, walk->tokens.start_line, "unexpected %s, %s", name, what);
	} else {
		bg_diags_add(walk->diags, walk->tokens.start_line, "%s", what);
	}
	walk->survey->failed = true;
	return false;
}

/** walk_key - the key of @section that the last token, a word, is; KEYS for none. */
enum key
walk_key(const struct walk *walk, enum section section)
{
	const struct tokens *tokens = &walk->tokens;

	return survey_find_key(section, tokens->text + tokens->start, tokens->end - tokens->start);
}

/** walk_widen - twice the room for @array. Return: as walk_grow(), which calls it. */
void *
walk_widen(struct walk *walk, void *array, size_t size, size_t *room)
{
	size_t wanted = 2 * *room + 16;
	void *grown;

	grown = arena_realloc(array, wanted * size);
	if (grown)
		*room = wanted;
	else
		walk_give_up(walk, "out of memory");
	return grown;
}
