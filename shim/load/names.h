/* SPDX-License-Identifier: MIT
 * names.h - the names of the rules that were seen, to find a doubled one without asking all of them. Cold. */
#ifndef BINDGUARD_LOAD_NAMES_H
#define BINDGUARD_LOAD_NAMES_H

#include "load/survey.h"

/**
 * struct names - a hash table with open addressing; lives in the arena.
 * @slots: index of a rule and 1; 0 is free
 * @room: elements of @slots, a power of two and at least twice @count; 0 before the first name
 * @count: slots in use
 */
struct names {
	uint32_t *slots;
	size_t room;
	size_t count;
};

uint32_t names_hash(const char *name);
const struct rule_head *names_find(const struct names *names, const struct rule_head *rules,
				   const struct rule_head *head);
bool names_add(struct names *names, const struct rule_head *rules, size_t rule);

#endif
