/* SPDX-License-Identifier: MIT
 * build.c - lays out a policy while its text is read: rules here, arrays and strings there; together at the end. Cold. */
#include "load/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/arena.h"

/** build_begin - an empty policy. Return: false where memory is short. */
bool
build_begin(struct build *build, struct bg_diags *diags)
{
	*build = (struct build){.policy = arena_alloc(sizeof(struct bg_policy)), .diags = diags};
	if (build->policy)
		build->policy->log_path = build_string(build, "");
	return build->policy && build->data;
}

/** append - @size bytes behind the others. Where memory is short nothing is: parse() sees that, and nothing is used. */
static struct bg_span
append(struct build *build, const void *bytes, size_t size, size_t align)
{
	size_t offset = (build->used + align - 1) & ~(align - 1);
	char *grown = arena_realloc(build->data, offset + size);

	if (!grown)
		return (struct bg_span){0};
	build->data = grown;
	build->used = offset + size;
	memcpy(grown + offset, bytes, size);
	return (struct bg_span){.offset = (uint32_t)offset};
}

/** build_item - one more item of @array, which nothing else may come between. */
void
build_item(struct build *build, struct bg_span *array, const void *item, size_t size, size_t align)
{
	struct bg_span span = append(build, item, size, align);

	if (span.offset && array->count++ == 0) /* 0 is log_path, or where memory is short */
		array->offset = span.offset;
}

/** build_string - @text and its terminator; the span counts without it. */
struct bg_span
build_string(struct build *build, const char *text)
{
	struct bg_span span = append(build, text, strlen(text) + 1, 1);

	span.count = (uint32_t)strlen(text);
	return span;
}

/** build_at - an array or a string that was put there; until the next one is. */
const void *
build_at(const struct build *build, struct bg_span span)
{
	return build->data + span.offset;
}

/** check_name - the rule's name: bounded, printable, not used before. @whole: as it is written */
static void
check_name(struct build *build, const struct bg_rule *rule, const char *whole)
{
	const char *name = build_at(build, rule->name);
	uint32_t first = 0;

	while (first < build->rule_count && strcmp(build_at(build, build->rules[first].name), name) != 0)
		first++;
	if (!*name)
		bg_diags_add(build->diags, rule->line, "rule has an empty name, expected rule \"name\" {");
	if (strlen(whole) > BG_NAME_MAX)
		bg_diags_add(build->diags, rule->line, "rule name has %zu bytes, expected at most %d", strlen(whole),
			     BG_NAME_MAX);
	if (strchr(name, '\t')) /* there are no others: check_text(), scan.c */
		bg_diags_add(build->diags, rule->line, "rule name has a control character, expected printable text");
	if (*name && first < build->rule_count)
		bg_diags_add(build->diags, rule->line,
			     "rule \"%s\" was already defined in line %u, expected another name", name,
			     build->rules[first].line);
}

/** build_rule - a rule begins in @line. Return: false where memory is short. */
bool
build_rule(struct build *build, const char *name, unsigned line)
{
	struct bg_rule *rules = arena_realloc(build->rules, (build->rule_count + 1) * sizeof(*rules));
	char cut[BG_NAME_MAX + 1];

	if (!rules)
		return false;
	build->rules = rules;
	rules += build->rule_count;
	snprintf(cut, sizeof(cut), "%s", name);
	rules->line = line;
	rules->name = build_string(build, cut);
	check_name(build, rules, name);
	build->rule_count++;
	memset(build->given + KEY_PROGRAM, 0, (KEYS - KEY_PROGRAM) * sizeof(build->given[0]));
	return true;
}

/** build_glob - one more glob of @array: the strings of a key come one behind the other, until end_globs(). */
void
build_glob(struct build *build, struct bg_span *array, const char *glob)
{
	struct bg_span string = build_string(build, glob);

	if (string.offset && array->count++ == 0)
		array->offset = string.offset;
	build->globs = array;
}

/** end_globs - the globs of the last key become an array, behind their strings. */
static void
end_globs(struct build *build)
{
	struct bg_span *array = build->globs, strings = array ? *array : (struct bg_span){0};

	if (array)
		array->count = 0;
	for (uint32_t i = 0; i < strings.count; i++) {
		struct bg_span glob = {.offset = strings.offset};

		glob.count = (uint32_t)strlen(build_at(build, glob));
		strings.offset += glob.count + 1;
		build_item(build, array, &glob, sizeof(glob), sizeof(uint32_t));
	}
	build->globs = NULL;
}

/** build_word - @field, or one bit of it, becomes what the value, one of @words, stands for. */
void
build_word(struct build *build, const struct value *value, const struct word *words, uint8_t *field)
{
	int word = word_check(build->diags, value->line, key_name(value->key), words, value->text);

	if (word >= 0)
		*field |= (uint8_t)word;
}

/** build_only_value - is @value the one that its key has, so far? A second one is told, and others count for nothing. */
bool
build_only_value(struct build *build, const struct value *value)
{
	if (value->nth != 1 && value->nth <= 2)
		bg_diags_add(build->diags, value->key_line, "%s has %s, expected one", key_name(value->key),
			     value->nth ? "several values" : "no value");
	return value->nth == 1;
}

/** build_value - @value was read. */
void
build_value(struct build *build, const struct value *value)
{
	struct bg_rule *rule;

	if (value->nth == 1)
		build->spoiled = false;
	if (value->key < KEY_PROGRAM) {
		keys_log(build, value);
		return;
	}
	rule = &build->rules[build->rule_count - 1];
	if (value->nth <= 1)
		end_globs(build);
	if (value->key < KEY_ACTION)
		keys_match(build, rule, value);
	else
		keys_action(build, rule, value);
}

/** build_rule_end - all keys of the rule were read. */
void
build_rule_end(struct build *build)
{
	end_globs(build);
	keys_finish(build, &build->rules[build->rule_count - 1]);
}

/** shift - the arrays and strings of @rule are @bytes further behind, now that the rules stand before them. */
static void
shift(struct bg_policy *policy, struct bg_rule *rule, uint32_t bytes)
{
	struct bg_span *spans[] = {&rule->name,	    &rule->programs, &rule->commands,
				   &rule->prefixes, &rule->ports,    &rule->from};

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		spans[i]->offset += bytes;
	for (size_t i = 1; i <= 2; i++) {
		struct bg_span *globs = (struct bg_span *)(void *)((char *)policy + spans[i]->offset);

		for (uint32_t j = 0; j < spans[i]->count; j++)
			globs[j].offset += bytes;
	}
}

/** build_end - all was read, and memory was not short. Return: the policy, to be freed; NULL where it is now. */
struct bg_policy *
build_end(struct build *build)
{
	size_t size = build->rule_count * sizeof(struct bg_rule), at = sizeof(struct bg_policy) + size;
	struct bg_policy *policy = calloc(1, (at + build->used + 7) & ~(size_t)7);

	if (!policy)
		return NULL;
	*policy = *build->policy;
	policy->size = (uint32_t)((at + build->used + 7) & ~(size_t)7);
	policy->rule_count = build->rule_count;
	policy->log_path.offset += (uint32_t)at;
	if (size)
		memcpy(policy->rules, build->rules, size);
	memcpy((char *)policy + at, build->data, build->used);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		shift(policy, &policy->rules[i], (uint32_t)at);
	return policy;
}
