/* SPDX-License-Identifier: MIT
 * scan.c - gives libconfuse's scanner its text, and sees to it that each token is all that stands there. Cold.
 *
 * Theory of operation. The scanner drops without a word what it knows no use for (an unquoted `*`), takes any byte into a
 * word, lets a string go on over lines and escapes put a NUL into it, fills in environment variables, and counts the line
 * of a comment twice. But where a token ends in the text follows from where the scanner keeps the piece that it was given.
 * So what lies between two tokens must be blank, and the token's own bytes must be those of a word, or of a string with the
 * escapes of bindguard.conf(5).
 *
 * For each ${ the scanner looks for a closing brace, up to the end of the text, and starts over where there is none. One
 * more brace behind the text ends that, whatever stands there.
 */
#include "load/scan.h"

#include <string.h>

#include "bindguard/line.h"

/* libconfuse's scanner, which confuse.h does not tell of: made by flex(1), with the prefix cfg_yy. */
extern char *cfg_yylval, *cfg_yytext;
extern int cfg_yyleng;
int cfg_yylex(cfg_t *cfg);

/** bg_confuse_fread - the scanner wants more of the text, and the brace behind it. */
size_t
bg_confuse_fread(void *to, size_t size, size_t count, FILE *file)
{
	struct scan *scan = (struct scan *)(void *)file;
	size_t bytes = scan->size + 1 - scan->given;

	if (bytes > size * count)
		bytes = size * count;
	memcpy(to, scan->text + scan->given, bytes);
	scan->piece = to;
	scan->piece_at = scan->given;
	scan->given += bytes;
	if (bytes && scan->given > scan->size)
		((char *)to)[bytes - 1] = '}';
	return bytes;
}

/** offset_of - where in the text the scanner's @at comes from. */
static size_t
offset_of(const struct scan *scan, const char *at)
{
	return scan->piece_at + (size_t)(at - scan->piece);
}

/** is_word - may @c stand without quotes? */
static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-.:/%@", c));
}

/** tell_odd - a character that needs quotes: by its number where it could look like another one. Return: false. */
static bool
tell_odd(const struct scan *scan, const char *at)
{
	unsigned char byte = (unsigned char)*at;
	uint32_t character;
	char name[40];

	if (bg_utf8_decode((const unsigned char *)at, &character) < 2)
		snprintf(name, sizeof(name), byte < 0x80 ? "character \"%c\"" : "byte 0x%02x", byte);
	else
		snprintf(name, sizeof(name), "%s U+%04X",
			 character >= 0x2018 && character <= 0x201f ? "typographic quote" : "character", character);
	bg_diags_add(scan->diags, scan->token.line,
		     "unexpected %s, expected quotes around all but letters, digits and _-.:/%%@", name);
	return false;
}

/** tell - a mistake in the line of the token. Return: false. */
static bool
tell(const struct scan *scan, const char *what)
{
	bg_diags_add(scan->diags, scan->token.line, "%s", what);
	return false;
}

/**
 * check_string - is the string at the token's start closed in its line, and without unknown escapes? libconfuse knows octal,
 * hexadecimal and C ones, among them one for NUL, which cuts the value. Of ${ it takes all up to the next brace, maybe
 * behind the string: what comes then is another text.
 */
static bool
check_string(const struct scan *scan, int kind)
{
	const char *at = scan->text + scan->token.start;
	char quote = *at++;
	bool expands = false;

	for (; *at != quote; at++) {
		if (*at == '\n' || *at == '\0')
			return tell(scan, "string is not closed, expected a quote in the same line");
		if (*at == '\\' && (at[1] == '\\' || at[1] == quote))
			at++;
		else if (*at == '\\' && quote == '"')
			return tell(scan, "unknown escape in a string, expected a backslash or a quote behind the "
					  "backslash");
		else
			expands = expands || (quote == '"' && at[0] == '$' && at[1] == '{');
	}
	if (expands)
		tell(scan, "${ in a string: the environment is not read, expected the text itself");
	return kind == CFGT_STR && (size_t)(at + 1 - scan->text) == scan->token.end;
}

/** check_token - is the last token, of this kind, what stands at its start? Else it is told. */
static bool
check_token(const struct scan *scan, int kind)
{
	const char *at = scan->text + scan->token.start, *end = scan->text + scan->token.end;

	if (*at == '"' || *at == '\'')
		return check_string(scan, kind);
	if (kind == CFGT_COMMENT)
		return *at == '#' || *at == '/' || tell_odd(scan, at);
	if (kind == EOF && *at == '/')
		return tell(scan, "comment is not closed, expected */");
	if (kind == EOF || at != scan->text + offset_of(scan, cfg_yytext))
		return at == end || tell_odd(scan, at);
	while (kind == CFGT_STR && at < end)
		if (!is_word(*at++))
			return tell_odd(scan, at - 1);
	return true;
}

/** scan_next_unchecked - libconfuse's next token, or a comment, whatever it is. Return: its kind. */
int
scan_next_unchecked(struct scan *scan, cfg_t *cfg)
{
	struct token *token = &scan->token;
	size_t at = token->end;
	int kind;

	for (; at < scan->size && strchr(" \t\r\n", scan->text[at]); at++)
		scan->line += scan->text[at] == '\n';
	scan->busy = true;
	kind = cfg_yylex(cfg);
	scan->busy = false;
	if (kind == '}' && at == scan->size)
		kind = EOF;
	token->kind = kind;
	token->value = cfg_yylval;
	token->start = at;
	token->end = kind == EOF || kind == 0 ? scan->size : offset_of(scan, cfg_yytext) + (size_t)cfg_yyleng;
	if (token->end > scan->size)
		token->end = scan->size;
	if (at < scan->size)
		token->line = scan->line;
	for (; kind == CFGT_COMMENT && at < token->end; at++)
		scan->line += scan->text[at] == '\n';
	return kind;
}

/** scan_next - libconfuse's next token that is no comment, as scan->token. Return: its kind, 0 where it is no good. */
int
scan_next(struct scan *scan, cfg_t *cfg)
{
	int kind;

	do {
		kind = scan_next_unchecked(scan, cfg);
		if (!check_token(scan, kind))
			scan->token.kind = kind = 0;
	} while (kind == CFGT_COMMENT);
	cfg->line = (int)scan->token.line;
	return kind;
}
