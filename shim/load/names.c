/* SPDX-License-Identifier: MIT
 * names.c - a hash table of the rules' names. Cold. Whoever writes a file of which all names collide makes reading it
 * slow, for himself. */
#include "load/names.h"

#include <string.h>

#include "load/arena.h"

#define FIRST_ROOM 64u

/** names_hash - FNV-1a: short names, no table, no secret. */
uint32_t
names_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

/** slot_of - where a rule with the name of @head is, or would be. There is always a free slot. */
static uint32_t *
slot_of(const struct names *names, const struct rule_head *rules, const struct rule_head *head)
{
	size_t at = head->hash & (names->room - 1);

	while (names->slots[at]) {
		const struct rule_head *other = &rules[names->slots[at] - 1];

		if (other->hash == head->hash && strcmp(other->name, head->name) == 0)
			break;
		at = (at + 1) & (names->room - 1);
	}
	return &names->slots[at];
}

/** names_find - the rule among @rules that has the name of @head, NULL where there is none. */
const struct rule_head *
names_find(const struct names *names, const struct rule_head *rules, const struct rule_head *head)
{
	const uint32_t *slot = names->room ? slot_of(names, rules, head) : NULL;

	return slot && *slot ? &rules[*slot - 1] : NULL;
}

/** widen - twice the room. Return: false where memory is short; @names is then as it was. */
static bool
widen(struct names *names, const struct rule_head *rules)
{
	struct names wide = {.room = names->room ? 2 * names->room : FIRST_ROOM, .count = names->count};

	wide.slots = arena_alloc(wide.room * sizeof(*wide.slots));
	if (!wide.slots)
		return false;
	for (size_t i = 0; i < names->room; i++)
		if (names->slots[i])
			*slot_of(&wide, rules, &rules[names->slots[i] - 1]) = names->slots[i];
	*names = wide;
	return true;
}

/** names_add - note the name of rules[@rule]; one that is there already stays the first. Return: false, memory is short. */
bool
names_add(struct names *names, const struct rule_head *rules, size_t rule)
{
	uint32_t *slot;

	if (2 * (names->count + 1) > names->room && !widen(names, rules))
		return false;
	slot = slot_of(names, rules, &rules[rule]);
	if (!*slot) {
		*slot = (uint32_t)rule + 1;
		names->count++;
	}
	return true;
}
