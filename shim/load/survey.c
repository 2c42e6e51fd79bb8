/* SPDX-License-Identifier: MIT
 * survey.c - takes stock of a configuration before libconfuse reads it. Cold.
 *
 * Theory of operation. libconfuse stops at the first mistake and does not keep the line of a value. So the text is gone
 * through once before: each statement is noted with the lines of its key and values; unknown and doubled keys are
 * told and blanked out of a copy, nesting is bounded, and the rules get their index as title (a doubled name would
 * otherwise replace the first). libconfuse then reads that copy: what a value says is its decision.
 */
#include <stdio.h>
#include <string.h>

#include "load/arena.h"
#include "load/walk.h"

/** take_section - statements until the closing brace. */
static bool
take_section(struct walk *walk, enum section section, unsigned opened)
{
	char key[BG_NAME_MAX + 1], what[BG_DIAG_TEXT_MAX];

	while (token_next(&walk->tokens) != TOKEN_END && !walk_is_mark(walk, '}')) {
		if (walk->tokens.kind != TOKEN_WORD) {
			return walk_give_up(walk, "expected a key, or } to close the section");
		}
		walk_token_text(&walk->tokens, key, sizeof(key));
		if (strcmp(key, "rule") == 0 || strcmp(key, "log") == 0) {
			snprintf(what, sizeof(what), "%s inside a section, expected } before it (opened in line %u)",
				 key, opened);
			return walk_give_up(walk, what);
		}
		if (!walk_take_statement(walk, section, key))
			return false;
	}
	if (walk->tokens.kind != TOKEN_END)
		return true;
	snprintf(what, sizeof(what), "section is not closed, expected } (opened in line %u)", opened);
	return walk_give_up(walk, what);
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
	if (strpbrk(head->name, "\t\r"))
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

	walk_copy_until(walk, walk->tokens.end);
	token_next(&walk->tokens);
	if (walk->tokens.kind != TOKEN_WORD && walk->tokens.kind != TOKEN_STRING)
		return walk_give_up(walk, "rule has no name, expected rule \"name\" {");
	check_name(walk, &head, walk_token_text(&walk->tokens, head.name, sizeof(head.name)));
	if (survey->rule_count == BG_RULES_MAX)
		return walk_give_up(walk, "too many rules, expected at most 10000");
	grown = walk_grow(walk, survey->rules, sizeof(*grown), survey->rule_count, &survey->rule_room);
	if (!grown)
		return false;
	survey->rules = grown;
	survey->rules[survey->rule_count] = head;
	walk_copy_until(walk, walk->tokens.start);
	walk->out += sprintf(walk->out, "\"%zu\"", survey->rule_count++);
	walk->copied = walk->tokens.end;
	token_next(&walk->tokens);
	if (!walk_is_mark(walk, '{'))
		return walk_give_up(walk, "expected { behind the rule's name");
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
	walk_copy_until(walk, start);
	token_next(&walk->tokens);
	if (!walk_is_mark(walk, '{'))
		return walk_give_up(walk, "expected { behind log");
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
			return walk_give_up(walk, walk_is_mark(walk, '}')
							  ? "} closes nothing, expected mode, log or rule"
							  : "expected mode, log or rule");
		walk_token_text(&walk->tokens, key, sizeof(key));
		if (strcmp(key, "rule") == 0)
			good = take_rule(walk);
		else if (strcmp(key, "log") == 0)
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
 * @text: @size bytes and a terminator; no NUL inside; its comments are blanked
 * @survey: written whole
 * @diags: mistakes are added; survey->failed where nothing more can be said
 */
void
survey_take(struct survey *survey, char *text, size_t size, struct bg_diags *diags)
{
	struct walk walk = {.survey = survey, .diags = diags, .tokens = {.text = text, .line = 1}};

	memset(survey, 0, sizeof(*survey));
	/* A rule's index can be longer than its name: `rule x{` is 6 bytes, its index and quotes at most 7 more. */
	survey->clean = arena_alloc(2 * size + 64);
	if (!survey->clean) {
		walk_give_up(&walk, "out of memory");
		return;
	}
	walk.out = survey->clean;
	if (take_top(&walk)) {
		walk_copy_until(&walk, size);
		seal(&walk);
	}
	*walk.out = '\0';
}
