/* SPDX-License-Identifier: MIT
 * reader.c - sees each token on its way from libconfuse's scanner to its parser. Cold.
 *
 * Theory of operation. The parser says that a token does not fit, and little of why: not which key a value belongs to, nor
 * what it expected. So reader.c keeps track of the place that the parser is at, by the tokens alone. Four things it takes
 * upon itself, since the parser lets them pass or stops where it need not:
 * - a section that the end of the file closes, `+=`, and keys in quotes are refused;
 * - an unknown key is handed on by a name that each section knows, so that its values are parsed as any, and it is told;
 * - rules are handed on with one name for all: the parser would compare each with all before it, and let a doubled one
 *   replace the first;
 * - an empty list is handed on with one value, NULL: else nobody is called for it.
 */
#include "load/reader.h"

#include <stdio.h>
#include <string.h>

extern char *cfg_yylval;

/** refuse - the reading ends with this mistake, in the line of the token. Return: false. */
__attribute__((format(printf, 2, 3))) static bool
refuse(const struct reader *reader, const char *format, ...)
{
	char what[BG_DIAG_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	bg_diags_add(reader->scan.diags, reader->scan.token.line, "%s", what);
	return false;
}

/** width_of - bytes of the token that a message shows. */
static int
width_of(const struct token *token)
{
	return token->end - token->start > 60 ? 60 : (int)(token->end - token->start);
}

/** refuse_comma - there is a comma where a key belongs: several values were meant, and braces forgotten. */
static void
refuse_comma(struct reader *reader, cfg_t *cfg)
{
	const struct token *bare = &reader->bare, *token = &reader->scan.token;
	const char *text = reader->scan.text;
	unsigned line = token->line;

	if (!bare->end || bare->end + strspn(text + bare->end, " \t") != token->start) {
		refuse(reader, "unexpected comma, expected key = value");
	} else if (reader->key != KEYS && !key_takes_list(reader->key)) {
		refuse(reader, "%s has several values, expected one", reader->name);
	} else {
		bool more = scan_next_unchecked(&reader->scan, cfg) == CFGT_STR;

		reader->scan.token.line = line;
		refuse(reader, "several values without braces, expected {%.*s, %.*s}", width_of(bare),
		       text + bare->start, more ? width_of(token) : 3, more ? text + token->start : "...");
	}
}

/** refuse_key - what stands where a key belongs is none. Return: false. */
static bool
refuse_key(const struct reader *reader)
{
	if (reader->section != SECTION_TOP)
		return refuse(reader, "expected a key, or } to close the section");
	return refuse(reader, "%sexpected mode, log or rule",
		      reader->scan.token.kind == '}' ? "} closes nothing, " : "");
}

/** refuse_in_list - the token fits no list. */
static void
refuse_in_list(const struct reader *reader)
{
	const struct token *token = &reader->scan.token;

	if (token->kind == CFGT_STR || token->kind == ',')
		refuse(reader, "unexpected %.*s in a list, expected %s", width_of(token),
		       reader->scan.text + token->start, reader->place == PLACE_ITEM ? "a value or }" : ", or }");
	else
		refuse(reader, "list is not closed, expected %s}", token->kind == EOF ? "" : ", or ");
}

/** reader_complain - the parser has no use for the token: say what it expected. The reading ends. */
void
reader_complain(struct reader *reader, cfg_t *cfg)
{
	switch (reader->place) {
	case PLACE_KEY:
		if (reader->scan.token.kind == ',')
			refuse_comma(reader, cfg);
		else
			refuse_key(reader);
		break;
	case PLACE_NAME: refuse(reader, "rule has no name, expected rule \"name\" {"); break;
	case PLACE_BRACE:
		refuse(reader, "expected { behind %s", reader->key == KEY_RULE ? "the rule's name" : reader->name);
		break;
	case PLACE_EQUALS: refuse(reader, "expected = behind %s", reader->name); break;
	case PLACE_VALUE: refuse(reader, "%s has no value, expected a word, a string or {list}", reader->name); break;
	case PLACE_ITEM:
	case PLACE_COMMA: refuse_in_list(reader); break;
	}
}

/** take_key - the token is a key, or what stands in the place of one. */
static bool
take_key(struct reader *reader)
{
	const struct token *token = &reader->scan.token;
	static char unknown[] = UNKNOWN_KEY;
	enum key outer = key_find(SECTION_TOP, token->value);

	if (token->end - token->start != strlen(token->value)) /* quotes */
		return refuse_key(reader);
	reader->key = key_find(reader->section, token->value);
	if (reader->key == KEYS && (outer == KEY_RULE || outer == KEY_LOG))
		return refuse(reader, "%s inside a section, expected } before it (opened in line %u)", token->value,
			      reader->opened);
	snprintf(reader->name, sizeof(reader->name), "%s", token->value);
	reader->key_line = token->line;
	reader->nth = 0;
	reader->place = PLACE_EQUALS;
	if (reader->key == KEY_RULE)
		reader->place = PLACE_NAME;
	else if (reader->key == KEY_LOG)
		reader->place = PLACE_BRACE;
	else if (reader->key == KEYS)
		cfg_yylval = unknown;
	return true;
}

/** take_equals - values of the key will come: are they to be used? */
static void
take_equals(struct reader *reader)
{
	unsigned *given = reader->key == KEYS ? NULL : &reader->build->given[reader->key];
	char keys[160];

	reader->place = PLACE_VALUE;
	reader->skip = !given || *given;
	if (!given) {
		key_list_names(reader->section, keys, sizeof(keys));
		bg_diags_add(reader->scan.diags, reader->key_line, "unknown key \"%s\", expected one of: %s",
			     reader->name, keys);
	} else if (*given) {
		bg_diags_add(reader->scan.diags, reader->key_line, "%s is set twice, first in line %u; expected once",
			     reader->name, *given);
	} else {
		*given = reader->key_line;
	}
}

/** take_name - the token is the name of a rule; the parser gets another one. */
static bool
take_name(struct reader *reader)
{
	static char same[] = "";

	reader->place = PLACE_BRACE;
	if (reader->build->rule_count == BG_RULES_MAX)
		return refuse(reader, "too many rules, expected at most %d", BG_RULES_MAX);
	cfg_yylval = same;
	return build_rule(reader->build, reader->scan.token.value, reader->key_line);
}

/** open_section - the token is the brace behind `log` or a rule's name. */
static void
open_section(struct reader *reader)
{
	unsigned *given = &reader->build->given[KEY_LOG];

	reader->place = PLACE_KEY;
	reader->opened = reader->key_line;
	reader->section = reader->key == KEY_LOG ? SECTION_LOG : SECTION_RULE;
	if (reader->section == SECTION_LOG && *given)
		bg_diags_add(reader->scan.diags, reader->key_line, "log is defined twice, expected one log section");
	if (reader->section == SECTION_LOG)
		*given = reader->key_line;
}

/** take_value - the token is a value, of a list or alone. */
static bool
take_value(struct reader *reader)
{
	bool alone = reader->place == PLACE_VALUE;

	reader->place = alone ? PLACE_KEY : PLACE_COMMA;
	reader->bare = alone ? reader->scan.token : (struct token){0};
	return reader->nth++ < BG_VALUES_MAX || refuse(reader, "too many values, expected at most %d", BG_VALUES_MAX);
}

/** end_list - the token is the closing brace of a list. */
static void
end_list(struct reader *reader)
{
	reader->place = PLACE_KEY;
	if (reader->nth)
		return;
	reader->closing = true;
	reader->scan.token.kind = CFGT_STR;
	cfg_yylval = NULL;
}

/** take - go to the place behind the token; one that does not fit is left to the parser. Return: false, and told: stop. */
static bool
take(struct reader *reader)
{
	enum place place = reader->place;

	switch (reader->scan.token.kind) {
	case CFGT_STR:
		if (place == PLACE_KEY)
			return take_key(reader);
		if (place == PLACE_NAME)
			return take_name(reader);
		return (place != PLACE_VALUE && place != PLACE_ITEM) || take_value(reader);
	case '=':
		if (place == PLACE_EQUALS)
			take_equals(reader);
		break;
	case '+':
		return place != PLACE_EQUALS ||
		       refuse(reader, "+= is not known here, expected = behind %s", reader->name);
	case ',':
		if (place == PLACE_COMMA)
			reader->place = PLACE_ITEM;
		break;
	case '{':
		if (place == PLACE_BRACE)
			open_section(reader);
		else if (place == PLACE_VALUE)
			reader->place = PLACE_ITEM;
		break;
	case '}':
		if (place == PLACE_KEY && reader->section != SECTION_TOP)
			reader->section = SECTION_TOP;
		else if (place == PLACE_ITEM || place == PLACE_COMMA)
			end_list(reader);
		break;
	case EOF:
		if (place == PLACE_KEY && reader->section != SECTION_TOP)
			return refuse(reader, "section is not closed, expected } (opened in line %u)", reader->opened);
		break;
	default: break;
	}
	return true;
}

/** reader_next - the next token, for the parser. Return: its kind, 0 to end the reading. */
int
reader_next(struct reader *reader, cfg_t *cfg)
{
	struct token *token = &reader->scan.token;

	if (reader->closing) {
		reader->closing = false;
		token->kind = '}';
	} else if (scan_next(&reader->scan, cfg) == 0 || !take(reader)) {
		token->kind = 0;
	}
	return token->kind;
}
