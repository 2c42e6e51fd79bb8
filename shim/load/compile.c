/* SPDX-License-Identifier: MIT
 * compile.c - configuration text to a policy: survey, parse, check, lay out. Cold. */
#include <stdlib.h>
#include <string.h>

#include "bindguard/load.h"
#include "load/arena.h"
#include "load/build.h"

#define STEP 16
#define LISTENING (BG_PROTOCOL_TCP | BG_PROTOCOL_SCTP | BG_PROTOCOL_DCCP)

/**
 * build_array - append @count items of @size bytes to the block. room() has seen to it that they fit; were it wrong, nothing
 * is written beyond the block, and the file is refused.
 * Return: where they are.
 */
struct bg_span
build_array(struct build *build, const void *items, size_t size, uint32_t count, size_t align)
{
	size_t offset = (build->used + align - 1) & ~(align - 1);
	struct bg_span span = {.offset = (uint32_t)offset, .count = count};

	if (offset > build->room || size * count > build->room - offset) {
		bg_diags_add(build->diags, 0, "needs more memory than was counted, expected none of this: a defect");
		return (struct bg_span){0};
	}
	memcpy((char *)build->policy + offset, items, size * count);
	build->used = offset + size * count;
	return span;
}

/** build_string - append @text and its terminator; the span counts without it. */
struct bg_span
build_string(struct build *build, const char *text)
{
	struct bg_span span = build_array(build, text, strlen(text) + 1, 1, 1);

	span.count = (uint32_t)strlen(text);
	return span;
}

/** value_size - bytes of an element of the array that the values of @key become, 0 where they become none. */
static size_t
value_size(enum key key)
{
	switch (key) {
	case KEY_PROGRAM:
	case KEY_COMMAND: return sizeof(struct bg_span);
	case KEY_ADDRESS: return sizeof(struct bg_prefix);
	case KEY_PORT: return sizeof(struct bg_port_range);
	default: return 0;
	}
}

/** room - bytes that the policy of @survey can need at most; 8 for each array to be aligned. */
static size_t
room(const struct survey *survey)
{
	size_t size = sizeof(struct bg_policy) + 64;

	for (size_t i = 0; i < survey->rule_count; i++)
		size += sizeof(struct bg_rule) + strlen(survey->rules[i].name) + 1;
	for (size_t i = 0; i < survey->statement_count; i++) {
		const struct statement *statement = &survey->statements[i];

		size += 8 + statement->count * value_size(statement->key);
		if (statement->key != KEY_PROGRAM && statement->key != KEY_COMMAND && statement->key != KEY_LOG_TO)
			continue;
		for (unsigned v = 0; v < statement->count; v++)
			size += strlen(statement->values[v]) + 1;
	}
	return size;
}

/** fill_rules - the rules' names, then every statement, then what only the whole rule can tell. */
static void
fill_rules(struct build *build, const struct survey *survey)
{
	struct bg_rule *rules = build->policy->rules;

	for (size_t i = 0; i < survey->rule_count; i++) {
		rules[i].line = survey->rules[i].line;
		rules[i].name = build_string(build, survey->rules[i].name);
	}
	for (size_t i = 0; i < survey->statement_count; i++) {
		const struct statement *statement = &survey->statements[i];

		if (statement->section != SECTION_RULE) {
			keys_log(build, statement);
			continue;
		}
		keys_match(build, &rules[statement->rule], statement);
		keys_action(build, &rules[statement->rule], statement);
	}
	for (size_t i = 0; i < survey->rule_count; i++)
		keys_finish(build, &rules[i], build->given[i]);
}

/** names_port_zero - can the rule match a socket that listens, and does it speak of port 0? */
static bool
names_port_zero(const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, rule->ports);

	if (rule->protocols && !(rule->protocols & LISTENING))
		return false;
	for (uint32_t i = 0; i < rule->ports.count; i++)
		if (ranges[i].first == 0)
			return true;
	return false;
}

/** build_policy - @survey with its values to a policy; NULL where memory is short. Mistakes may have been added. */
static struct bg_policy *
build_policy(const struct survey *survey, struct bg_diags *diags)
{
	size_t size = room(survey);
	struct bg_policy *policy = calloc(1, size);
	unsigned(*given)[GIVEN_KEYS] = arena_alloc((survey->rule_count + 1) * sizeof(*given));
	struct build build = {.policy = policy, .room = size, .given = given, .diags = diags};

	if (!policy || !given) {
		bg_diags_add(diags, 0, "out of memory");
		free(policy);
		return NULL;
	}
	build.used = sizeof(*policy) + survey->rule_count * sizeof(struct bg_rule);
	policy->rule_count = (uint32_t)survey->rule_count;
	policy->log_path = build_string(&build, "");
	fill_rules(&build, survey);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		policy->port_zero |= names_port_zero(policy, &policy->rules[i]);
	policy->size = (uint32_t)((build.used + 7) & ~(size_t)7);
	return policy;
}

/** line_of - the line that @at lies in. */
static unsigned
line_of(const char *text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/** is_odd - is @c no character of a text? Without branches, for first_odd(). */
static unsigned char
is_odd(unsigned char c)
{
	return (unsigned char)(((c < ' ') & (c != '\n') & (c != '\t') & (c != '\r')) | (c == 0x7f));
}

/** first_odd - offset of the first character that is none of a text, @size for none. STEP bytes at once become vectors. */
static size_t
first_odd(const char *text, size_t size)
{
	size_t at = 0;

	for (; at + STEP <= size; at += STEP) {
		unsigned char odd = 0;

		for (size_t i = 0; i < STEP; i++)
			odd |= is_odd((unsigned char)text[at + i]);
		if (odd)
			break;
	}
	while (at < size && !is_odd((unsigned char)text[at]))
		at++;
	return at;
}

/**
 * first_bare_return - offset of the first carriage return without a line feed behind it, @size for none. Only a line feed ends
 * a line: a comment would go on to the end of such a file, and no rule would be left.
 */
static size_t
first_bare_return(const char *text, size_t size)
{
	const char *at = text, *end = text + size;

	while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
		if (++at == end || *at != '\n')
			return (size_t)(at - 1 - text);
	}
	return size;
}

/** is_utf16 - does it begin with a byte order mark of UTF-16, either way round? */
static bool
is_utf16(const char *text, size_t size)
{
	return size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
}

/** check_text - is it text at all? Return: false, and told, where not. */
static bool
check_text(const char *text, size_t size, struct bg_diags *diags)
{
	size_t odd, bare;

	if (size > BG_FILE_MAX) {
		bg_diags_add(diags, 0, "has %zu bytes, expected at most %d", size, BG_FILE_MAX);
		return false;
	}
	if (is_utf16(text, size)) {
		bg_diags_add(diags, 1, "is UTF-16, expected ASCII or UTF-8");
		return false;
	}
	odd = first_odd(text, size);
	if (odd < size)
		bg_diags_add(diags, line_of(text, odd), "byte 0x%02x, expected text", (unsigned char)text[odd]);
	bare = first_bare_return(text, size);
	if (bare < size)
		bg_diags_add(diags, line_of(text, bare),
			     "carriage return without a line feed, expected lines that end in a line feed");
	return odd == size && bare == size;
}

/** skip_mark - tell a byte order mark in front. Return: its size, 0 where there is none. */
static size_t
skip_mark(const char *text, size_t size, struct bg_diags *diags)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (size < strlen(mark) || memcmp(text, mark, strlen(mark)) != 0)
		return 0;
	bg_diags_add(diags, 1, "begins with a byte order mark (U+FEFF), expected UTF-8 without one");
	return strlen(mark);
}

struct bg_policy *
bg_load_text(const char *text, size_t size, struct bg_diags *diags)
{
	unsigned before = bg_diags_mistakes(diags);
	struct bg_policy *policy = NULL;
	size_t mark = skip_mark(text, size, diags);
	struct survey survey;
	char *copy;

	text += mark;
	size -= mark;
	if (!check_text(text, size, diags))
		return NULL;
	copy = arena_copy(text, size);
	if (!copy) {
		bg_diags_add(diags, 0, "out of memory");
		arena_release();
		return NULL;
	}
	survey_take(&survey, copy, size, diags);
	if (!survey.failed && parse_values(&survey, diags))
		policy = build_policy(&survey, diags);
	parse_end();
	arena_release();
	if (policy && bg_diags_mistakes(diags) == before)
		return policy;
	free(policy);
	return NULL;
}
