/* SPDX-License-Identifier: MIT
 * survey.c - takes stock of a configuration before libconfuse reads it. Cold.
 *
 * Theory of operation. libconfuse stops at the first mistake and does not keep the line of a value. So the text is gone
 * through once before: each statement is noted with the lines of its key and values; unknown and doubled keys are
 * told and blanked out of a copy, nesting is bounded, and the rules get their index as title (a doubled name would
 * otherwise replace the first). libconfuse then reads that copy: what a value says is its decision.
 */
#include "load/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/token.h"

static const char *const top_keys[] = {"mode", "log", "rule", NULL};
static const char *const log_keys[] = {"to", "format", "events", NULL};
static const char *const rule_keys[] = {"program", "command", "protocol", "family",    "address", "port",
					"action",  "to",      "to_port",  "interface", "error",	  NULL};
static const char *const *const section_keys[] = {top_keys, log_keys, rule_keys};

/** struct walk - a survey under way. */
struct walk {
	struct survey *survey;
	struct tokens tokens;
	struct bg_diags *diags;
	char *out; /* end of what is written of survey->clean */
	size_t copied;
	bool log_seen;
};

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

/** token_text - the last token without its quotes, cut to @size. Return: its whole length. */
static size_t
token_text(const struct tokens *tokens, char *text, size_t size)
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

/** copy_until - hand the text up to offset @end on as it is. */
static void
copy_until(struct walk *walk, size_t end)
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

/** give_up - the text is too broken to be surveyed further; libconfuse may still say why. */
static bool
give_up(struct walk *walk, const char *what)
{
	if (walk->tokens.broken)
		what = walk->tokens.broken;
	bg_diags_add(walk->diags, walk->tokens.start_line, "%s", what);
	walk->survey->failed = true;
	return false;
}

/** is_mark - the last token is the mark @mark. */
static bool
is_mark(const struct walk *walk, char mark)
{
	return walk->tokens.kind == TOKEN_MARK && walk->tokens.mark == mark;
}

/** add_value - note a value of @statement. */
static bool
add_value(struct walk *walk, struct statement *statement)
{
	unsigned *lines;

	const char *start = walk->tokens.text + walk->tokens.start;

	if (statement->count == BG_VALUES_MAX)
		return give_up(walk, "too many values, expected at most 1024");
	if (*start == '"' && memmem(start, walk->tokens.end - walk->tokens.start, "${", 2))
		bg_diags_add(walk->diags, walk->tokens.start_line,
			     "${ in a string: the environment is not read, expected the text itself");
	lines = realloc(statement->value_lines, (statement->count + 1) * sizeof(*lines));
	if (!lines)
		return give_up(walk, "out of memory");
	statement->value_lines = lines;
	lines[statement->count++] = walk->tokens.start_line;
	return true;
}

/** take_values - read what is behind a key: `= value` or `= { value, ... }`. The token after it is not read. */
static bool
take_values(struct walk *walk, struct statement *statement, const char *key)
{
	char what[BG_DIAG_TEXT_MAX];

	token_next(&walk->tokens);
	if (is_mark(walk, '+')) {
		snprintf(what, sizeof(what), "+= is not known here, expected = behind %.60s", key);
		return give_up(walk, what);
	}
	if (!is_mark(walk, '=')) {
		snprintf(what, sizeof(what), "expected = behind %.60s", key);
		return give_up(walk, what);
	}
	token_next(&walk->tokens);
	if (walk->tokens.kind == TOKEN_WORD || walk->tokens.kind == TOKEN_STRING)
		return add_value(walk, statement);
	if (!is_mark(walk, '{')) {
		snprintf(what, sizeof(what), "%.60s has no value, expected a word, a string or {list}", key);
		return give_up(walk, what);
	}
	while (token_next(&walk->tokens) != TOKEN_END && !is_mark(walk, '}')) {
		if (walk->tokens.kind == TOKEN_MARK && !is_mark(walk, ','))
			return give_up(walk, "list is not closed, expected , or }");
		if (walk->tokens.kind != TOKEN_MARK && !add_value(walk, statement))
			return false;
	}
	return walk->tokens.kind == TOKEN_END ? give_up(walk, "list is not closed, expected }") : true;
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

/** keep_statement - note it; takes over its memory. */
static bool
keep_statement(struct walk *walk, const struct statement *statement)
{
	struct survey *survey = walk->survey;
	struct statement *grown;

	grown = realloc(survey->statements, (survey->statement_count + 1) * sizeof(*grown));
	if (!grown)
		return give_up(walk, "out of memory");
	survey->statements = grown;
	grown[survey->statement_count++] = *statement;
	return true;
}

/** take_statement - the last token is a key that opens no section. Unknown and doubled ones are told and blanked. */
static bool
take_statement(struct walk *walk, enum section section, const char *key)
{
	struct statement statement = {.section = section, .line = walk->tokens.start_line};
	size_t start = walk->tokens.start;
	const struct statement *other;
	char keys[160];
	bool good;

	statement.rule = section == SECTION_RULE ? (unsigned)walk->survey->rule_count - 1 : 0;
	statement.key = survey_known_key(section, key);
	copy_until(walk, start);
	good = take_values(walk, &statement, key);
	if (good && !statement.key) {
		survey_name_keys(section, keys, sizeof(keys));
		bg_diags_add(walk->diags, statement.line, "unknown key \"%.60s\", expected one of: %s", key, keys);
	} else if (good && (other = is_doubled(walk->survey, &statement)) != NULL) {
		bg_diags_add(walk->diags, statement.line, "%s is set twice, first in line %u; expected once", key,
			     other->line);
		statement.key = NULL;
	} else if (good && keep_statement(walk, &statement)) {
		copy_until(walk, walk->tokens.end);
		return true;
	}
	free(statement.value_lines);
	blank_until(walk, good ? walk->tokens.end : walk->copied);
	return good;
}

/** take_section - statements until the closing brace. */
static bool
take_section(struct walk *walk, enum section section, unsigned opened)
{
	char key[BG_NAME_MAX + 1], what[BG_DIAG_TEXT_MAX];

	while (token_next(&walk->tokens) != TOKEN_END && !is_mark(walk, '}')) {
		if (walk->tokens.kind != TOKEN_WORD) {
			return give_up(walk, "expected a key, or } to close the section");
		}
		token_text(&walk->tokens, key, sizeof(key));
		if (strcmp(key, "rule") == 0 || strcmp(key, "log") == 0) {
			snprintf(what, sizeof(what), "%s inside a section, expected } before it (opened in line %u)",
				 key, opened);
			return give_up(walk, what);
		}
		if (!take_statement(walk, section, key))
			return false;
	}
	if (walk->tokens.kind != TOKEN_END)
		return true;
	snprintf(what, sizeof(what), "section is not closed, expected } (opened in line %u)", opened);
	return give_up(walk, what);
}

/** check_name - a rule's name: bounded, printable, not used before. */
static void
check_name(struct walk *walk, const struct rule_head *head, size_t length)
{
	const struct survey *survey = walk->survey;

	if (length == 0)
		bg_diags_add(walk->diags, head->line, "rule has an empty name, expected rule \"name\" {");
	if (length > BG_NAME_MAX)
		bg_diags_add(walk->diags, head->line, "rule name has %zu bytes, expected at most %d", length,
			     BG_NAME_MAX);
	if (strchr(head->name, '\t'))
		bg_diags_add(walk->diags, head->line, "rule name has a control character, expected printable text");
	for (size_t i = 0; i < survey->rule_count; i++)
		if (length && strcmp(survey->rules[i].name, head->name) == 0) {
			bg_diags_add(walk->diags, head->line,
				     "rule \"%s\" was already defined in line %u, expected another name", head->name,
				     survey->rules[i].line);
			return;
		}
}

/** take_rule - the last token is `rule`: its name and its section. The copy gets the index for a name. */
static bool
take_rule(struct walk *walk)
{
	struct survey *survey = walk->survey;
	struct rule_head head = {.line = walk->tokens.start_line};
	struct rule_head *grown;

	copy_until(walk, walk->tokens.end);
	token_next(&walk->tokens);
	if (walk->tokens.kind != TOKEN_WORD && walk->tokens.kind != TOKEN_STRING)
		return give_up(walk, "rule has no name, expected rule \"name\" {");
	check_name(walk, &head, token_text(&walk->tokens, head.name, sizeof(head.name)));
	if (survey->rule_count == BG_RULES_MAX)
		return give_up(walk, "too many rules, expected at most 10000");
	grown = realloc(survey->rules, (survey->rule_count + 1) * sizeof(*grown));
	if (!grown)
		return give_up(walk, "out of memory");
	survey->rules = grown;
	grown[survey->rule_count] = head;
	copy_until(walk, walk->tokens.start);
	walk->out += sprintf(walk->out, "\"%zu\"", survey->rule_count++);
	walk->copied = walk->tokens.end;
	token_next(&walk->tokens);
	if (!is_mark(walk, '{'))
		return give_up(walk, "expected { behind the rule's name");
	return take_section(walk, SECTION_RULE, head.line);
}

/** take_log - the last token is `log`. */
static bool
take_log(struct walk *walk)
{
	unsigned line = walk->tokens.start_line;
	size_t start = walk->tokens.start;
	bool doubled = walk->log_seen;

	walk->log_seen = true;
	copy_until(walk, start);
	token_next(&walk->tokens);
	if (!is_mark(walk, '{'))
		return give_up(walk, "expected { behind log");
	if (doubled)
		bg_diags_add(walk->diags, line, "log is defined twice, expected one log section");
	return take_section(walk, SECTION_LOG, line);
}

/** take_top - everything. Return: false where it was given up. */
static bool
take_top(struct walk *walk)
{
	char key[BG_NAME_MAX + 1];

	while (token_next(&walk->tokens) != TOKEN_END) {
		bool good;

		if (walk->tokens.kind != TOKEN_WORD)
			return give_up(walk, is_mark(walk, '}') ? "} closes nothing, expected mode, log or rule"
								: "expected mode, log or rule");
		token_text(&walk->tokens, key, sizeof(key));
		if (strcmp(key, "rule") == 0)
			good = take_rule(walk);
		else if (strcmp(key, "log") == 0)
			good = take_log(walk);
		else
			good = take_statement(walk, SECTION_TOP, key);
		if (!good)
			return false;
	}
	return walk->tokens.broken ? give_up(walk, "") : true;
}

/**
 * survey_take - go through @text.
 * @text: @size bytes and a terminator; no NUL inside
 * @survey: written whole; to be freed by survey_free()
 * @diags: mistakes are added; survey->failed where nothing more can be said
 */
void
survey_take(struct survey *survey, const char *text, size_t size, struct bg_diags *diags)
{
	struct walk walk = {.survey = survey, .diags = diags, .tokens = {.text = text, .line = 1}};

	memset(survey, 0, sizeof(*survey));
	/* A rule's index can be longer than its name: `rule x{` is 6 bytes, its index and quotes at most 7 more. */
	survey->clean = malloc(2 * size + 64);
	if (!survey->clean) {
		give_up(&walk, "out of memory");
		return;
	}
	walk.out = survey->clean;
	if (take_top(&walk))
		copy_until(&walk, size);
	*walk.out = '\0';
}

/** survey_free - free what survey_take() and parse_values() allocated. */
void
survey_free(struct survey *survey)
{
	for (size_t i = 0; i < survey->statement_count; i++) {
		struct statement *statement = &survey->statements[i];

		for (unsigned v = 0; statement->values && v < statement->count; v++)
			free(statement->values[v]);
		free(statement->values);
		free(statement->value_lines);
	}
	free(survey->statements);
	free(survey->rules);
	free(survey->clean);
}
