/* SPDX-License-Identifier: MIT
 * survey.h - where everything stands in a configuration text: sections, keys and values, each with its line. Cold. */
#ifndef BINDGUARD_LOAD_SURVEY_H
#define BINDGUARD_LOAD_SURVEY_H

#include "bindguard/diag.h"
#include "bindguard/policy.h"

/** enum section - where a statement stands. */
enum section { SECTION_TOP, SECTION_LOG, SECTION_RULE };

/**
 * struct statement - `key = value` or `key = {value, ...}`.
 * @section: where it stands
 * @rule: index of its rule, in a rule
 * @key: its key, one of the known ones
 * @line: of the key
 * @first: index of its first value in survey->values
 * @count: number of values
 * @value_lines: line of each value, once the survey is over
 * @values: the values as libconfuse reads them, once parse_values() has run
 */
struct statement {
	enum section section;
	unsigned rule;
	const char *key;
	unsigned line;
	unsigned first;
	unsigned count;
	const unsigned *value_lines;
	const char *const *values;
};

/** struct rule_head - name and line of a rule. */
struct rule_head {
	char name[BG_NAME_MAX + 1];
	unsigned line;
};

/**
 * struct survey - the statements in order; all of it lives in the arena.
 * @values, @value_lines: of all statements, one behind the other
 * @statement_room, @rule_room, @value_room: elements that there is memory for
 * @clean: the text for libconfuse: what is unknown is blanked, rules are titled by their index; terminated
 * @failed: memory ran out, or the text is too broken to go on
 */
struct survey {
	struct statement *statements;
	size_t statement_count, statement_room;
	struct rule_head *rules;
	size_t rule_count, rule_room;
	const char **values;
	unsigned *value_lines;
	size_t value_count, value_room;
	char *clean;
	bool failed;
};

void survey_take(struct survey *survey, char *text, size_t size, struct bg_diags *diags);
const char *survey_known_key(enum section section, const char *key);
void survey_name_keys(enum section section, char *text, size_t size);

bool parse_values(struct survey *survey, struct bg_diags *diags);
void parse_end(void);

#endif
