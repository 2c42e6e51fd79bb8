/* SPDX-License-Identifier: MIT
 * keys.h - the one table of what a configuration may hold: sections, their keys, and which of these take a list. Cold. */
#ifndef BINDGUARD_LOAD_KEYS_H
#define BINDGUARD_LOAD_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct bg_from;
struct bg_rule;
struct build;
struct value;

/** enum section - where a key stands. */
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
	KEY_CALL,
	KEY_ACTION,
	KEY_TO,
	KEY_TO_PORT,
	KEY_INTERFACE,
	KEY_FROM,
	KEY_ERROR,
	KEYS, /* their number, and none of them */
};

enum key key_first(enum section section);
enum key key_find(enum section section, const char *name);
const char *key_name(enum key key);
bool key_takes_list(enum key key);
void key_list_names(enum section section, char *text, size_t size);

bool from_parse(const char *value, struct bg_from *from, char *why, size_t why_size);
bool target_add(struct bg_rule *rule, const char *value, unsigned nth, char *why, size_t why_size);

void keys_log(struct build *build, const struct value *value);
void keys_match(struct build *build, struct bg_rule *rule, const struct value *value);
void keys_action(struct build *build, struct bg_rule *rule, const struct value *value);
void keys_from(struct build *build, struct bg_rule *rule, const struct value *value);
void keys_call_check(struct build *build, struct bg_rule *rule);
void keys_finish(struct build *build, struct bg_rule *rule);

#endif
