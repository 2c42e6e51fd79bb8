/* SPDX-License-Identifier: MIT
 * statement.c - takes stock of one `key = value` or `key = {value, ...}`: known? doubled? on which lines? Cold. */
#include <stdio.h>
#include <string.h>

#include "load/arena.h"
#include "load/walk.h"

static const char *const top_keys[] = {"mode", "log", "rule", NULL};
static const char *const log_keys[] = {"to", "format", "events", NULL};
static const char *const rule_keys[] = {"program", "command", "protocol", "family",    "address", "port",
					"action",  "to",      "to_port",  "interface", "error",	  NULL};
static const char *const *const section_keys[] = {top_keys, log_keys, rule_keys};

/** survey_known_key - the key @key of @section as a constant, NULL where there is none. */
const char *
survey_known_key(enum section section, const char *key)
{
	const char *const *known = section_keys[section];

	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known;
}

/** survey_name_keys - the keys of @section, joined by ", ". */
void
survey_name_keys(enum section section, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const char *const *key = section_keys[section]; *key && used < size; key++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", *key);
}

/** walk_token_text - the last token without its quotes, cut to @size. Return: its whole length. */
size_t
walk_token_text(const struct tokens *tokens, char *text, size_t size)
{
	size_t quotes = tokens->kind == TOKEN_STRING;
	const char *end = tokens->text + tokens->end - quotes;
	char quote = tokens->text[tokens->start];
	size_t length = 0;

	for (const char *at = tokens->text + tokens->start + quotes; at < end; at++, length++) {
		if (quotes && at[0] == '\\' && (at[1] == '\\' || at[1] == quote))
			at++;
		if (length + 1 < size)
			text[length] = *at;
	}
	text[length < size ? length : size - 1] = '\0';
	return length;
}

/** walk_copy_until - hand the text up to offset @end on as it is. */
void
walk_copy_until(struct walk *walk, size_t end)
{
	memcpy(walk->out, walk->tokens.text + walk->copied, end - walk->copied);
	walk->out += end - walk->copied;
	walk->copied = end;
}

/** blank_until - hand the text up to offset @end on as blanks; the lines stay. */
static void
blank_until(struct walk *walk, size_t end)
{
	for (; walk->copied < end; walk->copied++)
		*walk->out++ = walk->tokens.text[walk->copied] == '\n' ? '\n' : ' ';
}

/** walk_give_up - the text is too broken to be surveyed further; libconfuse may still say why. */
bool
walk_give_up(struct walk *walk, const char *what)
{
	if (walk->tokens.broken)
		what = walk->tokens.broken;
	bg_diags_add(walk->diags, walk->tokens.start_line, "%s", what);
	walk->survey->failed = true;
	return false;
}

/** walk_is_mark - the last token is the mark @mark. */
bool
walk_is_mark(const struct walk *walk, char mark)
{
	return walk->tokens.kind == TOKEN_MARK && walk->tokens.mark == mark;
}

/**
 * walk_grow - room for one more element behind the @count of @array.
 * Return: the array, moved or not; NULL, and given up, where memory is short: @array is then as it was.
 */
void *
walk_grow(struct walk *walk, void *array, size_t size, size_t count, size_t *room)
{
	size_t wanted = 2 * *room + 16;
	void *grown;

	if (count < *room)
		return array;
	grown = arena_realloc(array, wanted * size);
	if (grown)
		*room = wanted;
	else
		walk_give_up(walk, "out of memory");
	return grown;
}

/** add_value - note a value of @statement. */
static bool
add_value(struct walk *walk, struct statement *statement)
{
	const char *start = walk->tokens.text + walk->tokens.start;
	struct survey *survey = walk->survey;
	unsigned *lines;

	if (statement->count == BG_VALUES_MAX)
		return walk_give_up(walk, "too many values, expected at most 1024");
	if (*start == '"' && memmem(start, walk->tokens.end - walk->tokens.start, "${", 2))
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

/** take_values - read what is behind a key: `= value` or `= { value, ... }`. The token after it is not read. */
static bool
take_values(struct walk *walk, struct statement *statement, const char *key)
{
	char what[BG_DIAG_TEXT_MAX];

	token_next(&walk->tokens);
	if (walk_is_mark(walk, '+')) {
		snprintf(what, sizeof(what), "+= is not known here, expected = behind %.60s", key);
		return walk_give_up(walk, what);
	}
	if (!walk_is_mark(walk, '=')) {
		snprintf(what, sizeof(what), "expected = behind %.60s", key);
		return walk_give_up(walk, what);
	}
	token_next(&walk->tokens);
	if (walk->tokens.kind == TOKEN_WORD || walk->tokens.kind == TOKEN_STRING)
		return add_value(walk, statement);
	if (!walk_is_mark(walk, '{')) {
		snprintf(what, sizeof(what), "%.60s has no value, expected a word, a string or {list}", key);
		return walk_give_up(walk, what);
	}
	while (token_next(&walk->tokens) != TOKEN_END && !walk_is_mark(walk, '}')) {
		if (walk->tokens.kind == TOKEN_MARK && !walk_is_mark(walk, ','))
			return walk_give_up(walk, "list is not closed, expected , or }");
		if (walk->tokens.kind != TOKEN_MARK && !add_value(walk, statement))
			return false;
	}
	return walk->tokens.kind == TOKEN_END ? walk_give_up(walk, "list is not closed, expected }") : true;
}

/** is_doubled - has this section a statement of @key already? */
static const struct statement *
is_doubled(const struct survey *survey, const struct statement *statement)
{
	for (size_t i = survey->statement_count; i-- > 0;) {
		const struct statement *other = &survey->statements[i];

		if (other->section == statement->section && other->rule == statement->rule &&
		    other->key == statement->key)
			return other;
		if (statement->section == SECTION_RULE && other->rule != statement->rule)
			break;
	}
	return NULL;
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

/** walk_take_statement - the last token is a key that opens no section. Unknown and doubled ones are told and blanked. */
bool
walk_take_statement(struct walk *walk, enum section section, const char *key)
{
	struct statement statement = {.section = section, .line = walk->tokens.start_line};
	size_t start = walk->tokens.start;
	const struct statement *other;
	char keys[160];
	bool good;

	statement.rule = section == SECTION_RULE ? (unsigned)walk->survey->rule_count - 1 : 0;
	statement.first = (unsigned)walk->survey->value_count;
	statement.key = survey_known_key(section, key);
	walk_copy_until(walk, start);
	good = take_values(walk, &statement, key);
	if (good && !statement.key) {
		survey_name_keys(section, keys, sizeof(keys));
		bg_diags_add(walk->diags, statement.line, "unknown key \"%.60s\", expected one of: %s", key, keys);
	} else if (good && (other = is_doubled(walk->survey, &statement)) != NULL) {
		bg_diags_add(walk->diags, statement.line, "%s is set twice, first in line %u; expected once", key,
			     other->line);
	} else if (good && keep_statement(walk, &statement)) {
		walk_copy_until(walk, walk->tokens.end);
		return true;
	}
	walk->survey->value_count = statement.first;
	blank_until(walk, good ? walk->tokens.end : walk->copied);
	return good;
}
