/* SPDX-License-Identifier: MIT
 * build.h - a policy under construction: checked keys go in, one flat block comes out. Cold. */
#ifndef BINDGUARD_LOAD_BUILD_H
#define BINDGUARD_LOAD_BUILD_H

#include "load/survey.h"

/** enum given - keys whose presence matters to others. */
enum given { GIVEN_ACTION, GIVEN_TO_PORT, GIVEN_INTERFACE, GIVEN_ERROR, GIVEN_TO, GIVEN_PORT, GIVEN_KEYS };

/**
 * struct build - the block being filled.
 * @policy: allocated with room for everything the survey can need
 * @room, @used: its bytes, and those in use
 * @diags: where mistakes go
 * @given: per rule, the line of each enum given key, 0 where it is not set
 */
struct build {
	struct bg_policy *policy;
	size_t room;
	size_t used;
	struct bg_diags *diags;
	unsigned (*given)[GIVEN_KEYS];
};

/** struct word - a word of the configuration and the value it stands for; ends with a NULL text. */
struct word {
	const char *text;
	int value;
};

extern const struct word mode_words[], log_to_words[], log_format_words[], log_events_words[];

struct bg_span build_array(struct build *build, const void *items, size_t size, uint32_t count, size_t align);
struct bg_span build_string(struct build *build, const char *text);
int word_value(const struct word *words, const char *text);
bool word_check(struct bg_diags *diags, unsigned line, const char *key, const struct word *words, const char *text,
		int *value);
const char *interface_mistake(const char *name);
bool target_parse(struct bg_rule *rule, const char *const *values, unsigned count, char *why, size_t why_size);

bool log_path_check(const char *path, char *why, size_t why_size);
void keys_log(struct build *build, const struct statement *statement);
void keys_match(struct build *build, struct bg_rule *rule, const struct statement *statement);
void keys_action(struct build *build, struct bg_rule *rule, const struct statement *statement);
void keys_finish(struct build *build, struct bg_rule *rule, const unsigned given[GIVEN_KEYS]);

#endif
