/* SPDX-License-Identifier: MIT
 * token.h - splits configuration text as libconfuse's scanner does, keeping positions. Cold. */
#ifndef BINDGUARD_LOAD_TOKEN_H
#define BINDGUARD_LOAD_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/** enum token_kind - what a token is; marks are themselves. */
enum token_kind { TOKEN_END = 0, TOKEN_WORD = 'w', TOKEN_STRING = 's', TOKEN_MARK = 'm' };

/** enum token_form - what a string needs for libconfuse to read it: nothing at all, or some quotes, or those it has. */
enum token_form { FORM_WORD, FORM_QUOTED, FORM_AS_IT_IS };

/**
 * struct tokens - a text being read.
 * @text: terminated
 * @at: offset of the next character; @line: its line
 * @kind, @start, @end, @start_line: the last token: text[start..end), quotes included
 * @mark: of TOKEN_MARK: one of { } ( ) = + ,
 * @form: of TOKEN_STRING; FORM_QUOTED is one without backslashes, quotes and dollar signs
 * @expands: of TOKEN_STRING: libconfuse would put the environment's value for ${NAME} in it
 * @broken: a string or comment is not closed, or a character begins no token; where is @start_line
 * @odd: the offset of that character
 */
struct tokens {
	const char *text;
	size_t at;
	unsigned line;
	enum token_kind kind;
	size_t start;
	size_t end;
	unsigned start_line;
	char mark;
	enum token_form form;
	bool expands;
	const char *broken;
	size_t odd;
};

/** token_odd - @broken, for a character that begins no token. */
extern const char token_odd[];

enum token_kind token_next(struct tokens *tokens);
void token_name_odd(const struct tokens *tokens, char *name, size_t size);

#endif
