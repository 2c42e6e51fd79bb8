/* SPDX-License-Identifier: MIT
 * token.c - words, strings, marks; comments from # or // to the end of the line, or between slash-star marks. Cold. */
#include "load/token.h"

#include <string.h>

/** BLANK ... COMMENT - what a character may be part of; bits of kinds[]. ENDS: it may stand behind a word. */
#define BLANK 1u
#define WORD 2u
#define MARK 4u
#define QUOTE 8u
#define COMMENT 16u
#define ENDS 32u

static const unsigned char kinds[256] = {
	[0] = ENDS,
	[' '] = BLANK | ENDS,
	['\t'] = BLANK | ENDS,
	['\n'] = BLANK | ENDS,
	['\r'] = BLANK | ENDS,
	['a' ... 'z'] = WORD,
	['A' ... 'Z'] = WORD,
	['0' ... '9'] = WORD,
	['_'] = WORD,
	['-'] = WORD,
	['.'] = WORD,
	[':'] = WORD,
	['%'] = WORD,
	['@'] = WORD,
	['/'] = WORD | COMMENT,
	['#'] = COMMENT | ENDS,
	['{'] = MARK | ENDS,
	['}'] = MARK | ENDS,
	['('] = MARK | ENDS,
	[')'] = MARK | ENDS,
	['='] = MARK | ENDS,
	['+'] = MARK | ENDS,
	[','] = MARK | ENDS,
	['"'] = QUOTE | ENDS,
	['\''] = QUOTE | ENDS,
};

/** kind_of - the bits of @c. */
static unsigned
kind_of(char c)
{
	return kinds[(unsigned char)c];
}

/** skip_to - go to offset @to, counting lines. */
static void
skip_to(struct tokens *tokens, size_t to)
{
	for (; tokens->at < to; tokens->at++)
		tokens->line += tokens->text[tokens->at] == '\n';
}

/** blank_to - the same for a comment, which becomes blanks. */
static void
blank_to(struct tokens *tokens, size_t to)
{
	size_t from = tokens->at;

	skip_to(tokens, to);
	for (; from < to; from++)
		if (tokens->text[from] != '\n')
			tokens->text[from] = ' ';
}

/** skip_blank - skip white space and comments. */
static void
skip_blank(struct tokens *tokens)
{
	for (;;) {
		const char *at = tokens->text + tokens->at;

		if (!(kind_of(*at) & (BLANK | COMMENT)))
			return;
		if (kind_of(*at) & BLANK) {
			tokens->line += *at == '\n';
			tokens->at++;
		} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			blank_to(tokens, tokens->at + strcspn(at, "\n"));
		} else if (at[0] == '/' && at[1] == '*') {
			const char *end = strstr(at + 2, "*/");

			if (!end) {
				tokens->start_line = tokens->line;
				tokens->broken = "comment is not closed, expected */";
				return;
			}
			blank_to(tokens, (size_t)(end + 2 - tokens->text));
		} else {
			return;
		}
	}
}

/**
 * string_end - the offset behind the string that starts at the current character; 0, and told, where it is no good.
 *
 * libconfuse knows octal, hexadecimal and C escapes in double quotes, among them one for NUL, which cuts the value.
 */
static size_t
string_end(struct tokens *tokens)
{
	const char *text = tokens->text;
	char quote = text[tokens->at];

	for (size_t i = tokens->at + 1; text[i] && text[i] != '\n'; i++) {
		if (text[i] == quote)
			return i + 1;
		if (text[i] != '\\')
			continue;
		if (text[i + 1] == quote || text[i + 1] == '\\') {
			i++;
		} else if (quote == '"') {
			tokens->broken =
				"unknown escape in a string, expected a backslash or a quote behind the backslash";
			return 0;
		}
	}
	tokens->broken = "string is not closed, expected a quote in the same line";
	return 0;
}

/**
 * word_end - the offset behind the word that starts at the current character; 0, and told, where it is no good.
 *
 * libconfuse drops an unquoted '*', and expands $: a word is of characters that stand for themselves.
 */
static size_t
word_end(struct tokens *tokens)
{
	const char *word = tokens->text + tokens->at;
	size_t length = 0;

	while (kind_of(word[length]) & WORD)
		length++;
	if (length && (kind_of(word[length]) & ENDS))
		return tokens->at + length;
	tokens->broken = "unexpected character, expected quotes around all but letters, digits and _-.:/%@";
	return 0;
}

/** token_next - read the next token into @tokens. Return: its kind; TOKEN_END at the end or where it is broken. */
enum token_kind
token_next(struct tokens *tokens)
{
	const char *text = tokens->text;
	size_t end;

	skip_blank(tokens);
	tokens->kind = TOKEN_END;
	tokens->start = tokens->end = tokens->at;
	if (tokens->broken || !text[tokens->at])
		return TOKEN_END;
	tokens->start_line = tokens->line;
	if (kind_of(text[tokens->at]) & MARK) {
		tokens->kind = TOKEN_MARK;
		tokens->mark = text[tokens->at];
		end = tokens->at + 1;
	} else if (kind_of(text[tokens->at]) & QUOTE) {
		tokens->kind = TOKEN_STRING;
		end = string_end(tokens);
	} else {
		tokens->kind = TOKEN_WORD;
		end = word_end(tokens);
	}
	if (tokens->broken) {
		tokens->kind = TOKEN_END;
		return TOKEN_END;
	}
	tokens->at = tokens->end = end; /* no token spans lines */
	return tokens->kind;
}
