/* SPDX-License-Identifier: MIT
 * survey.h - where everything stands in a configuration text: sections, keys and values, each with its line. Cold. */
#ifndef BINDGUARD_LOAD_SURVEY_H
#define BINDGUARD_LOAD_SURVEY_H

#include "bindguard/diag.h"
#include "bindguard/policy.h"

/** enum section - where a statement stands. */
enum section { SECTION_TOP, SECTION_LOG, SECTION_RULE, SECTIONS };

/** enum key - all keys, `log` and `rule` among them, in the order of sections. */
enum key {
	KEY_MODE,
	KEY_LOG,
	KEY_RULE,
	KEY_LOG_TO,
	KEY_LOG_FORMAT,
	KEY_LOG_EVENTS,
	KEY_PROGRAM,
	KEY_COMMAND,
	KEY_PROTOCOL,
	KEY_FAMILY,
	KEY_ADDRESS,
	KEY_PORT,
	KEY_ACTION,
	KEY_TO,
	KEY_TO_PORT,
	KEY_INTERFACE,
	KEY_ERROR,
	KEYS, /* their number, and none of them */
};

/**
 * struct statement - `key = value` or `key = {value, ...}`.
 * @section: where it stands
 * @rule: index of its rule, in a rule
 * @key: its key
 * @line: of the key
 * @first: index of its first value in survey->values
 * @count: number of values
 * @value_lines: line of each value, once the survey is over
 * @values: the values as libconfuse reads them, once parse_values() has run
 */
struct statement {
	enum section section;
	unsigned rule;
	enum key key;
	unsigned line;
	unsigned first;
	unsigned count;
	const unsigned *value_lines;
	const char *const *values;
};

/** struct rule_head - name and line of a rule. @hash: names_hash() of the name. */
struct rule_head {
	char name[BG_NAME_MAX + 1];
	uint32_t hash;
	unsigned line;
};

/**
 * struct survey - the statements in order; all of it lives in the arena.
 * @values, @value_lines: of all statements, one behind the other
 * @statement_room, @rule_room, @value_room: elements that there is memory for
 * @used: set of the keys that some section has, as bits; KEY_LOG and KEY_RULE where there is such a section
 * @clean: the text for libconfuse: without what is unknown or doubled, comments, and the rules' names; terminated
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
	unsigned used;
	char *clean;
	bool failed;
};

void survey_take(struct survey *survey, const char *text, size_t size, struct bg_diags *diags);
enum key survey_first_key(enum section section);
enum key survey_find_key(enum section section, const char *text, size_t length);
const char *survey_key_name(enum key key);
bool survey_is_key_name(const char *text);
void survey_name_keys(enum section section, char *text, size_t size);

bool parse_values(struct survey *survey, struct bg_diags *diags);
void parse_end(void);

#endif
