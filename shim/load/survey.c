/* SPDX-License-Identifier: MIT
 * survey.c - takes stock of a configuration before libconfuse reads it. Cold.
 *
 * Theory of operation. libconfuse stops at the first mistake and does not keep the line of a value. So the text is gone
 * through once before: each statement is noted with the lines of its key and values, unknown and doubled keys are told, and
 * nesting is bounded. What is left is written again for libconfuse, token by token and each in its line, since it tells
 * the line of what it finds: what a value says is its decision. Rules are written without their names: it would compare
 * each title with all earlier ones, and let a doubled one replace the first. It keeps their order.
 */
#include <stdio.h>
#include <string.h>

#include "load/arena.h"
#include "load/walk.h"

/** refuse_nesting - the last token is a word in a section, and no key of it: does it open a section? Return: not so. */
static bool
refuse_nesting(struct walk *walk, unsigned opened)
{
	char what[BG_DIAG_TEXT_MAX];
	enum key key = walk_key(walk, SECTION_TOP);

	if (key != KEY_RULE && key != KEY_LOG)
		return true;
	snprintf(what, sizeof(what), "%s inside a section, expected } before it (opened in line %u)",
		 survey_key_name(key), opened);
	return walk_give_up(walk, what);
}

/** take_section - statements until the closing brace. */
static bool
take_section(struct walk *walk, enum section section, unsigned opened)
{
	char what[BG_DIAG_TEXT_MAX];

	while (token_next(&walk->tokens) != TOKEN_END && !walk_is_mark(walk, '}')) {
		enum key key;

		if (walk_is_mark(walk, ','))
			return walk_refuse_comma(walk);
		if (walk->tokens.kind != TOKEN_WORD)
			return walk_give_up(walk, "expected a key, or } to close the section");
		key = walk_key(walk, section);
		if (key == KEYS && !refuse_nesting(walk, opened))
			return false;
		if (!walk_take_statement(walk, section, key))
			return false;
	}
	if (walk->tokens.kind != TOKEN_END) {
		walk_write(walk);
		return true;
	}
	snprintf(what, sizeof(what), "section is not closed, expected } (opened in line %u)", opened);
	return walk_give_up(walk, what);
}

/** read_name - the last token without its quotes, cut to the room of @head->name. Return: its whole length. */
static size_t
read_name(const struct tokens *tokens, struct rule_head *head)
{
	size_t quotes = tokens->kind == TOKEN_STRING, length = 0;
	const char *end = tokens->text + tokens->end - quotes;
	char quote = tokens->text[tokens->start];

	for (const char *at = tokens->text + tokens->start + quotes; at < end; at++, length++) {
		if (quotes && at[0] == '\\' && (at[1] == '\\' || at[1] == quote))
			at++;
		if (length < BG_NAME_MAX)
			head->name[length] = *at;
	}
	head->hash = names_hash(head->name);
	return length;
}

/** check_name - a rule's name: bounded, printable, not used before. */
static void
check_name(struct walk *walk, const struct rule_head *head, size_t length)
{
	const struct rule_head *first = length ? names_find(&walk->names, walk->survey->rules, head) : NULL;

	if (length == 0)
		bg_diags_add(walk->diags, head->line, "rule has an empty name, expected rule \"name\" {");
	if (length > BG_NAME_MAX)
		bg_diags_add(walk->diags, head->line, "rule name has %zu bytes, expected at most %d", length,
			     BG_NAME_MAX);
	if (strchr(head->name, '\t')) /* there are no others: check_text(), string_end() */
		bg_diags_add(walk->diags, head->line, "rule name has a control character, expected printable text");
	if (first)
		bg_diags_add(walk->diags, head->line,
			     "rule \"%s\" was already defined in line %u, expected another name", head->name,
			     first->line);
}

/** keep_head - note a rule's name and line. Return: false where there are too many, or memory is short. */
static bool
keep_head(struct walk *walk, const struct rule_head *head)
{
	struct survey *survey = walk->survey;
	struct rule_head *grown;

	if (survey->rule_count == BG_RULES_MAX)
		return walk_give_up(walk, "too many rules, expected at most 10000");
	grown = walk_grow(walk, survey->rules, sizeof(*grown), survey->rule_count, &survey->rule_room);
	if (!grown)
		return false;
	survey->rules = grown;
	survey->rules[survey->rule_count] = *head;
	if (head->name[0] && !names_add(&walk->names, survey->rules, survey->rule_count))
		return walk_give_up(walk, "out of memory");
	survey->rule_count++;
	survey->used |= 1u << KEY_RULE;
	return true;
}

/** take_rule - the last token is `rule`: its name, which is not handed on, and its section. */
static bool
take_rule(struct walk *walk)
{
	struct rule_head head = {.line = walk->tokens.start_line};

	walk_write(walk);
	token_next(&walk->tokens);
	if (walk->tokens.kind != TOKEN_WORD && walk->tokens.kind != TOKEN_STRING)
		return walk_give_up(walk, "rule has no name, expected rule \"name\" {");
	check_name(walk, &head, read_name(&walk->tokens, &head));
	if (!keep_head(walk, &head))
		return false;
	walk_next(walk);
	if (!walk_is_mark(walk, '{'))
		return walk_give_up(walk, "expected { behind the rule's name");
	for (enum key key = survey_first_key(SECTION_RULE); key < KEYS; key++)
		walk->seen[key] = 0;
	return take_section(walk, SECTION_RULE, head.line);
}

/** take_log - the last token is `log`. */
static bool
take_log(struct walk *walk)
{
	unsigned line = walk->tokens.start_line;
	bool doubled = walk->survey->used & (1u << KEY_LOG);

	walk_write(walk);
	walk_next(walk);
	if (!walk_is_mark(walk, '{'))
		return walk_give_up(walk, "expected { behind log");
	if (doubled)
		bg_diags_add(walk->diags, line, "log is defined twice, expected one log section");
	walk->survey->used |= 1u << KEY_LOG;
	return take_section(walk, SECTION_LOG, line);
}

/** take_top - everything. Return: false where it was given up. */
static bool
take_top(struct walk *walk)
{
	while (token_next(&walk->tokens) != TOKEN_END) {
		enum key key;
		bool good;

		if (walk_is_mark(walk, ','))
			return walk_refuse_comma(walk);
		if (walk->tokens.kind != TOKEN_WORD)
			return walk_give_up(walk, walk_is_mark(walk, '}')
							  ? "} closes nothing, expected mode, log or rule"
							  : "expected mode, log or rule");
		key = walk_key(walk, SECTION_TOP);
		if (key == KEY_RULE)
			good = take_rule(walk);
		else if (key == KEY_LOG)
			good = take_log(walk);
		else
			good = walk_take_statement(walk, SECTION_TOP, key);
		if (!good)
			return false;
	}
	return walk->tokens.broken ? walk_give_up(walk, "") : true;
}

/** seal - all is noted and nothing moves any more: give each statement its part of the values. */
static void
seal(struct walk *walk)
{
	struct survey *survey = walk->survey;

	survey->values = arena_alloc((survey->value_count + 1) * sizeof(*survey->values));
	if (!survey->values) {
		walk_give_up(walk, "out of memory");
		return;
	}
	for (size_t i = 0; i < survey->statement_count; i++) {
		struct statement *statement = &survey->statements[i];

		if (statement->count) /* where no list has a value there are no lines: survey->value_lines is NULL */
			statement->value_lines = survey->value_lines + statement->first;
		statement->values = survey->values + statement->first;
	}
}

/**
 * survey_take - go through @text.
 * @text: @size bytes and a terminator; no NUL inside
 * @survey: written whole
 * @diags: mistakes are added; survey->failed where nothing more can be said
 */
void
survey_take(struct survey *survey, const char *text, size_t size, struct bg_diags *diags)
{
	struct walk walk = {.survey = survey, .diags = diags, .tokens = {.text = text, .line = 1}, .output.line = 1};

	memset(survey, 0, sizeof(*survey));
	/* What is written is shorter than what was read; but for "${", which becomes a word of seven letters and a blank. */
	survey->clean = arena_alloc(2 * size + 64);
	if (!survey->clean) {
		walk_give_up(&walk, "out of memory");
		return;
	}
	walk.output.end = survey->clean;
	if (take_top(&walk))
		seal(&walk);
	*walk.output.end = '\0';
}
