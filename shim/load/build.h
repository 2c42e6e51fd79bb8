/* SPDX-License-Identifier: MIT
 * build.h - a policy under construction: values go in as they are read, one flat block comes out. Cold. */
#ifndef BINDGUARD_LOAD_BUILD_H
#define BINDGUARD_LOAD_BUILD_H

#include "bindguard/diag.h"
#include "bindguard/policy.h"
#include "load/keys.h"
#include "load/vocabulary.h"

/**
 * struct value - a value, as it is read.
 * @key, @key_line: whose it is
 * @line: its own
 * @nth: which one of its key, from 1 on
 * @text: NULL: the list is empty
 */
struct value {
	enum key key;
	unsigned key_line;
	unsigned line;
	unsigned nth;
	const char *text;
};

/**
 * struct build - the policy so far; all of it lives in the arena.
 * @policy: all but the rules
 * @rules, @rule_count: the last one is being filled
 * @data, @used: arrays and strings; offsets count from here until build_end()
 * @diags: where mistakes go
 * @given: the line of each key of the current section, and of `log`; 0 where it was not set
 * @globs: the array that the current key's globs become when it ends; NULL: it has none
 * @spoiled: an earlier value of the current `to` was wrong
 */
struct build {
	struct bg_policy *policy;
	struct bg_rule *rules;
	uint32_t rule_count;
	char *data;
	size_t used;
	struct bg_diags *diags;
	unsigned given[KEYS];
	struct bg_span *globs;
	bool spoiled;
};

bool build_begin(struct build *build, struct bg_diags *diags);
bool build_rule(struct build *build, const char *name, unsigned line);
void build_value(struct build *build, const struct value *value);
void build_rule_end(struct build *build);
struct bg_policy *build_end(struct build *build);

void build_item(struct build *build, struct bg_span *array, const void *item, size_t size, size_t align);
void build_glob(struct build *build, struct bg_span *array, const char *glob);
struct bg_span build_string(struct build *build, const char *text);
const void *build_at(const struct build *build, struct bg_span span);
void build_word(struct build *build, const struct value *value, const struct word *words, uint8_t *field);
bool build_only_value(struct build *build, const struct value *value);

#endif
