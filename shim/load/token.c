/* SPDX-License-Identifier: MIT
 * token.c - words, strings, marks; comments from # or // to the end of the line, or between slash-star marks. Cold. */
#include "load/token.h"

#include <stdio.h>
#include <string.h>

const char token_odd[] = "expected quotes around all but letters, digits and _-.:/%@";

/** BLANK ... COMMENT - what a character may be part of; bits of kinds[]. ENDS: it may stand behind a word. STOP: look
 * at it, in a string. */
#define BLANK 1u
#define WORD 2u
#define MARK 4u
#define QUOTE 8u
#define COMMENT 16u
#define ENDS 32u
#define STOP 64u

static const unsigned char kinds[256] = {
	[0] = ENDS | STOP,
	[' '] = BLANK | ENDS,
	['\t'] = BLANK | ENDS,
	['\n'] = BLANK | ENDS | STOP,
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
	['"'] = QUOTE | ENDS | STOP,
	['\''] = QUOTE | ENDS | STOP,
	['\\'] = STOP,
	['$'] = STOP,
};

/** kind_of - the bits of @c. */
static unsigned
kind_of(char c)
{
	return kinds[(unsigned char)c];
}

/** comment_end - behind the comment that starts at @at, its lines added to @line; NULL where it is not closed. */
__attribute__((noinline)) static const char *
comment_end(const char *at, unsigned *line)
{
	const char *end;

	if (at[0] == '#' || at[1] == '/')
		return at + strcspn(at, "\n");
	end = strstr(at + 2, "*/");
	if (!end)
		return NULL;
	for (; at < end; at++)
		*line += *at == '\n';
	return end + 2;
}

/** skip_blank - skip white space and comments. */
static void
skip_blank(struct tokens *tokens)
{
	const char *at = tokens->text + tokens->at;
	unsigned line = tokens->line;

	for (;; at++) {
		while (*at == ' ')
			at++;
		if (kind_of(*at) & BLANK) {
			line += *at == '\n';
			continue;
		}
		if (!(kind_of(*at) & COMMENT) || (at[0] == '/' && at[1] != '/' && at[1] != '*'))
			break;
		at = comment_end(at, &line);
		if (!at) {
			tokens->start_line = tokens->line = line;
			tokens->broken = "comment is not closed, expected */";
			return;
		}
		at--;
	}
	tokens->at = (size_t)(at - tokens->text);
	tokens->line = line;
}

/** is_escaped - does the backslash at @at stand before a quote like @quote or another backslash? */
static bool
is_escaped(const char *at, char quote)
{
	return at[1] == quote || at[1] == '\\';
}

/**
 * string_end - the offset behind the string that starts at the current character; 0, and told, where it is no good.
 *
 * libconfuse knows octal, hexadecimal and C escapes in double quotes, among them one for NUL, which cuts the value.
 */
static size_t
string_end(struct tokens *tokens)
{
	const char *text = tokens->text, *at = text + tokens->at + 1;
	char quote = text[tokens->at];
	unsigned all = WORD;

	tokens->form = FORM_QUOTED;
	tokens->expands = false;
	for (;; at++) {
		if (!(kind_of(*at) & STOP)) {
			all &= kind_of(*at);
			continue;
		}
		if (*at == quote || *at == '\n' || *at == '\0')
			break;
		tokens->form = FORM_AS_IT_IS;
		tokens->expands = tokens->expands || (quote == '"' && at[0] == '$' && at[1] == '{');
		if (*at == '\\' && is_escaped(at, quote)) {
			at++;
		} else if (*at == '\\' && quote == '"') {
			tokens->broken =
				"unknown escape in a string, expected a backslash or a quote behind the backslash";
			return 0;
		}
	}
	if (*at != quote) {
		tokens->broken = "string is not closed, expected a quote in the same line";
		return 0;
	}
	/* Slashes in front could begin a comment. */
	if (tokens->form == FORM_QUOTED && all && text[tokens->at + 1] != quote && text[tokens->at + 1] != '/')
		tokens->form = FORM_WORD;
	return (size_t)(at + 1 - text);
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
	tokens->broken = token_odd;
	tokens->odd = tokens->at + length;
	return 0;
}

/** decode - the UTF-8 character at @at, terminated text. Return: 0 where it is none, or of ASCII. RFC 3629 3. */
static unsigned
decode(const char *at)
{
	unsigned char first = (unsigned char)at[0];
	unsigned length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	unsigned point = first & (0x7fu >> length);

	if (first < 0xc2 || first > 0xf4)
		return 0;
	for (unsigned i = 1; i < length; i++) {
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | ((unsigned char)at[i] & 0x3f);
	}
	return point;
}

/** token_name_odd - where tokens->broken is token_odd: the character, by its number where it could look like another one. */
void
token_name_odd(const struct tokens *tokens, char *name, size_t size)
{
	const char *at = tokens->text + tokens->odd;
	unsigned point = decode(at);

	if (point >= 0x2018 && point <= 0x201f)
		snprintf(name, size, "typographic quote U+%04X", point);
	else if (point)
		snprintf(name, size, "character U+%04X", point);
	else if ((unsigned char)*at > 0x7f)
		snprintf(name, size, "byte 0x%02x", (unsigned char)*at);
	else
		snprintf(name, size, "character \"%c\"", *at);
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
