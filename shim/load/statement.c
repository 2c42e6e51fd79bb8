/* SPDX-License-Identifier: MIT
 * statement.c - takes stock of one `key = value` or `key = {value, ...}`: known? doubled? on which lines? Cold. */
#include <stdio.h>
#include <string.h>

#include "load/walk.h"

/** struct name - a key as the text has it, known or not, cut to what a message shows. */
struct name {
	const char *text;
	int length;
};

/** name_of - the last token as a name. */
static struct name
name_of(const struct tokens *tokens)
{
	size_t length = tokens->end - tokens->start;

	return (struct name){.text = tokens->text + tokens->start, .length = length > 60 ? 60 : (int)length};
}

/** add_value - note a value of @statement. */
static bool
add_value(struct walk *walk, struct statement *statement)
{
	struct survey *survey = walk->survey;
	unsigned *lines;

	if (statement->count == BG_VALUES_MAX)
		return walk_give_up(walk, "too many values, expected at most 1024");
	if (walk->tokens.kind == TOKEN_STRING && walk->tokens.expands)
		bg_diags_add(walk->diags, walk->tokens.start_line,
			     "${ in a string: the environment is not read, expected the text itself");
	lines = walk_grow(walk, survey->value_lines, sizeof(*lines), survey->value_count, &survey->value_room);
	if (!lines)
		return false;
	survey->value_lines = lines;
	survey->value_lines[survey->value_count++] = walk->tokens.start_line;
	statement->count++;
	return true;
}

/**
 * take_list - the values up to the closing brace; the last token is the opening one.
 *
 * One value alone is handed on without braces: that is the same to libconfuse, and two tokens less of five.
 */
static bool
take_list(struct walk *walk, struct statement *statement)
{
	struct output *output = &walk->output;
	char *brace = output->end - 1;
	bool comma = false;

	while (token_next(&walk->tokens) != TOKEN_END && !walk_is_mark(walk, '}')) {
		if (walk->tokens.kind != TOKEN_MARK) {
			if (!add_value(walk, statement))
				return false;
		} else if (walk_is_mark(walk, ',')) {
			comma = true;
		} else {
			return walk_give_up(walk, "list is not closed, expected , or }");
		}
		walk_write(walk);
	}
	if (walk->tokens.kind == TOKEN_END)
		return walk_give_up(walk, "list is not closed, expected }");
	if (statement->count != 1 || comma)
		walk_write(walk);
	else
		memmove(brace, brace + 1, (size_t)(--output->end - brace));
	return true;
}

/** take_values - read what is behind a key: `= value` or `= { value, ... }`. The token after it is not read. */
static bool
take_values(struct walk *walk, struct statement *statement, struct name name)
{
	char what[BG_DIAG_TEXT_MAX];

	walk_next(walk);
	if (walk_is_mark(walk, '+')) {
		snprintf(what, sizeof(what), "+= is not known here, expected = behind %.*s", name.length, name.text);
		return walk_give_up(walk, what);
	}
	if (!walk_is_mark(walk, '=')) {
		snprintf(what, sizeof(what), "expected = behind %.*s", name.length, name.text);
		return walk_give_up(walk, what);
	}
	walk_next(walk);
	if (walk->tokens.kind == TOKEN_WORD || walk->tokens.kind == TOKEN_STRING) {
		walk->key = statement->key;
		walk->value = walk->tokens.start;
		walk->value_end = walk->tokens.end;
		return add_value(walk, statement);
	}
	if (!walk_is_mark(walk, '{')) {
		snprintf(what, sizeof(what), "%.*s has no value, expected a word, a string or {list}", name.length,
			 name.text);
		return walk_give_up(walk, what);
	}
	return take_list(walk, statement);
}

/** keep_statement - note it. */
static bool
keep_statement(struct walk *walk, const struct statement *statement)
{
	struct survey *survey = walk->survey;
	struct statement *grown;

	grown = walk_grow(walk, survey->statements, sizeof(*grown), survey->statement_count, &survey->statement_room);
	if (!grown)
		return false;
	survey->statements = grown;
	survey->statements[survey->statement_count++] = *statement;
	return true;
}

/** tell_unknown - the key of a statement is none. */
static void
tell_unknown(struct walk *walk, const struct statement *statement, struct name name)
{
	char keys[160];

	survey_name_keys(statement->section, keys, sizeof(keys));
	bg_diags_add(walk->diags, statement->line, "unknown key \"%.*s\", expected one of: %s", name.length, name.text,
		     keys);
}

/**
 * walk_take_statement - the last token is a key that opens no section, and was not handed on. Unknown and doubled ones are
 * told and not handed on.
 * @key: KEYS where it is unknown
 */
bool
walk_take_statement(struct walk *walk, enum section section, enum key key)
{
	struct statement statement = {.section = section, .key = key, .line = walk->tokens.start_line};
	struct name name = name_of(&walk->tokens);
	struct output before;
	bool good;

	walk_reach(walk); /* stays also where the statement does not: many that do not must not write all lines again */
	before = walk->output;
	statement.rule = section == SECTION_RULE ? (unsigned)walk->survey->rule_count - 1 : 0;
	statement.first = (unsigned)walk->survey->value_count;
	walk_write(walk);
	good = take_values(walk, &statement, name);
	if (good && key == KEYS) {
		tell_unknown(walk, &statement, name);
	} else if (good && walk->seen[key]) {
		bg_diags_add(walk->diags, statement.line, "%s is set twice, first in line %u; expected once",
			     survey_key_name(key), walk->seen[key]);
	} else if (good && keep_statement(walk, &statement)) {
		walk->seen[key] = statement.line;
		walk->survey->used |= 1u << key;
		return true;
	}
	walk->survey->value_count = statement.first;
	walk->output = before;
	return good;
}

/** takes_list - may @key have several values? */
static bool
takes_list(enum key key)
{
	return (key >= KEY_PROGRAM && key <= KEY_PORT) || key == KEY_TO;
}

/** walk_refuse_comma - the last token is a comma where a key belongs: several values were meant, and braces forgotten. */
bool
walk_refuse_comma(struct walk *walk)
{
	const struct tokens *tokens = &walk->tokens;
	int first = (int)(walk->value_end - walk->value), second;
	unsigned line = tokens->start_line;
	char what[BG_DIAG_TEXT_MAX];

	if (walk->value_end == 0 || walk->value_end + strspn(tokens->text + walk->value_end, " \t") != tokens->start)
		return walk_give_up(walk, "unexpected comma, expected key = value");
	if (walk->key != KEYS && !takes_list(walk->key)) {
		snprintf(what, sizeof(what), "%s has several values, expected one", survey_key_name(walk->key));
		return walk_give_up(walk, what);
	}
	token_next(&walk->tokens);
	second = tokens->kind == TOKEN_WORD || tokens->kind == TOKEN_STRING ? (int)(tokens->end - tokens->start) : 0;
	walk->tokens.start_line = line;
	snprintf(what, sizeof(what), "several values without braces, expected {%.*s, %.*s}", first > 60 ? 60 : first,
		 tokens->text + walk->value,
		 !second       ? 3
		 : second > 60 ? 60
			       : second,
		 second ? tokens->text + tokens->start : "...");
	return walk_give_up(walk, what);
}
