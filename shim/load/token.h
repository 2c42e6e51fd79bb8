/* SPDX-License-Identifier: MIT
 * token.h - splits configuration text as libconfuse's scanner does, keeping positions. Cold. */
#ifndef BINDGUARD_LOAD_TOKEN_H
#define BINDGUARD_LOAD_TOKEN_H

#include <stddef.h>

/** enum token_kind - what a token is; marks are themselves. */
enum token_kind { TOKEN_END = 0, TOKEN_WORD = 'w', TOKEN_STRING = 's', TOKEN_MARK = 'm' };

/**
 * struct tokens - a text being read.
 * @text: terminated; comments become blanks as they are passed, since libconfuse takes none inside a list
 * @at: offset of the next character; @line: its line
 * @kind, @start, @end, @start_line: the last token: text[start..end), quotes included
 * @mark: of TOKEN_MARK: one of { } ( ) = + ,
 * @broken: a string or comment is not closed; where it began is @start_line
 */
struct tokens {
	char *text;
	size_t at;
	unsigned line;
	enum token_kind kind;
	size_t start;
	size_t end;
	unsigned start_line;
	char mark;
	const char *broken;
};

enum token_kind token_next(struct tokens *tokens);

#endif
