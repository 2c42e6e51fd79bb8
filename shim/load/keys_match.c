/* SPDX-License-Identifier: MIT
 * keys_match.c - checks the keys of a rule that say what it matches. Cold. */
#include <stdio.h>
#include <string.h>

#include "load/arena.h"
#include "load/build.h"

static const struct word protocol_words[] = {{"tcp", BG_PROTOCOL_TCP},
					     {"udp", BG_PROTOCOL_UDP},
					     {"udplite", BG_PROTOCOL_UDPLITE},
					     {"sctp", BG_PROTOCOL_SCTP},
					     {"dccp", BG_PROTOCOL_DCCP},
					     {"raw", BG_PROTOCOL_RAW},
					     {NULL, 0}};
static const struct word family_words[] = {{"ipv4", BG_IPV4}, {"ipv6", BG_IPV6}, {NULL, 0}};
static const struct word address_words[] = {
	{"wildcard", BG_CLASS_WILDCARD}, {"loopback", BG_CLASS_LOOPBACK}, {"any", BG_CLASS_ANY}, {NULL, 0}};

/** set_words - a set of words as bits. */
static void
set_words(struct build *build, const struct statement *statement, const struct word *words, uint8_t *bits)
{
	int value;

	for (unsigned i = 0; i < statement->count; i++)
		if (word_check(build->diags, statement->value_lines[i], survey_key_name(statement->key), words,
			       statement->values[i], &value))
			*bits |= (uint8_t)value;
}

/** set_globs - patterns, as an array of strings. */
static void
set_globs(struct build *build, const struct statement *statement, struct bg_span *globs)
{
	struct bg_span *items = arena_alloc((statement->count + 1u) * sizeof(*items));

	for (unsigned i = 0; i < statement->count; i++) {
		size_t length = strlen(statement->values[i]);

		if (length == 0)
			bg_diags_add(build->diags, statement->value_lines[i], "%s is empty, expected a pattern",
				     survey_key_name(statement->key));
		else if (length > BG_GLOB_MAX)
			bg_diags_add(build->diags, statement->value_lines[i], "%s has %zu bytes, expected at most %d",
				     survey_key_name(statement->key), length, BG_GLOB_MAX);
		else if (items)
			items[i] = build_string(build, statement->values[i]);
	}
	if (items)
		*globs = build_array(build, items, sizeof(*items), statement->count, sizeof(uint32_t));
	else
		bg_diags_add(build->diags, statement->line, "out of memory");
}

/** set_address - one value of `address`: a word, an address or a block. Return: whether @prefix was filled. */
static bool
set_address(struct build *build, struct bg_rule *rule, const struct statement *statement, unsigned i,
	    struct bg_prefix *prefix)
{
	const char *value = statement->values[i];
	int word = word_value(address_words, value);
	bool host_bits;

	if (word >= 0) {
		rule->classes |= (uint8_t)word;
	} else if (!bg_prefix_parse(value, prefix, &host_bits)) {
		bg_diags_add(
			build->diags, statement->value_lines[i],
			"unknown address \"%.60s\", expected wildcard, loopback, any, an address, or a block such as "
			"10.0.0.0/8",
			value);
	} else if (host_bits) {
		bg_diags_add(build->diags, statement->value_lines[i],
			     "\"%.60s\" has bits set behind its prefix length, expected the first address of the block",
			     value);
	} else {
		return true;
	}
	return false;
}

/** set_addresses - the `address` key. */
static void
set_addresses(struct build *build, struct bg_rule *rule, const struct statement *statement)
{
	struct bg_prefix *prefixes = arena_alloc((statement->count + 1u) * sizeof(*prefixes));
	uint32_t count = 0;

	if (!prefixes) {
		bg_diags_add(build->diags, statement->line, "out of memory");
		return;
	}
	for (unsigned i = 0; i < statement->count; i++)
		count += set_address(build, rule, statement, i, &prefixes[count]);
	rule->prefixes = build_array(build, prefixes, sizeof(*prefixes), count, sizeof(uint32_t));
}

/** parse_port - decimal digits as a number; too many are more than any port. Return: -1 where @text is no number. */
static long
parse_port(const char *text, size_t length)
{
	long port = 0;

	if (length == 0)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		port = port > 99999 ? port : port * 10 + (text[i] - '0');
	}
	return port;
}

/** port_mistake - what is wrong with the range @first..@last, NULL for nothing. */
static const char *
port_mistake(long first, long last)
{
	if (first < 0 || last < 0)
		return "expected a number or a range such as 8000-8999";
	if (first > 65535 || last > 65535)
		return "expected at most 65535";
	return first > last ? "is reversed, expected the smaller port first" : NULL;
}

/** set_ports - the `port` key. */
static void
set_ports(struct build *build, struct bg_rule *rule, const struct statement *statement)
{
	struct bg_port_range *ranges = arena_alloc((statement->count + 1u) * sizeof(*ranges));

	for (unsigned i = 0; i < statement->count; i++) {
		const char *value = statement->values[i];
		const char *dash = strchr(value, '-');
		size_t length = dash ? (size_t)(dash - value) : strlen(value);
		long first = parse_port(value, length);
		long last = dash ? parse_port(dash + 1, strlen(dash + 1)) : first;
		const char *mistake = port_mistake(first, last);

		if (mistake)
			bg_diags_add(build->diags, statement->value_lines[i], "port \"%.60s\": %s", value, mistake);
		else if (ranges)
			ranges[i] = (struct bg_port_range){.first = (uint16_t)first, .last = (uint16_t)last};
	}
	if (ranges)
		rule->ports = build_array(build, ranges, sizeof(*ranges), statement->count, sizeof(uint16_t));
	else
		bg_diags_add(build->diags, statement->line, "out of memory");
}

/** keys_match - one statement of a rule, if it says what the rule matches. */
void
keys_match(struct build *build, struct bg_rule *rule, const struct statement *statement)
{
	if (statement->key >= KEY_ACTION)
		return;
	if (statement->count == 0) {
		bg_diags_add(build->diags, statement->line, "%s is empty, expected at least one value",
			     survey_key_name(statement->key));
		return;
	}
	switch (statement->key) {
	case KEY_PROGRAM: set_globs(build, statement, &rule->programs); break;
	case KEY_COMMAND: set_globs(build, statement, &rule->commands); break;
	case KEY_PROTOCOL: set_words(build, statement, protocol_words, &rule->protocols); break;
	case KEY_FAMILY: set_words(build, statement, family_words, &rule->families); break;
	case KEY_ADDRESS: set_addresses(build, rule, statement); break;
	case KEY_PORT: set_ports(build, rule, statement); break;
	default: break;
	}
}
