/* SPDX-License-Identifier: MIT
 * keys_match.c - checks the keys of a rule that say what it matches. Cold. */
#include <string.h>

#include "load/build.h"

static const struct word protocol_words[] = {{"tcp", BG_PROTOCOL_TCP},
					     {"udp", BG_PROTOCOL_UDP},
					     {"udplite", BG_PROTOCOL_UDPLITE},
					     {"sctp", BG_PROTOCOL_SCTP},
					     {"dccp", BG_PROTOCOL_DCCP},
					     {"raw", BG_PROTOCOL_RAW},
					     {NULL, 0}};
static const struct word family_words[] = {{"ipv4", BG_IPV4}, {"ipv6", BG_IPV6}, {NULL, 0}};
static const struct word call_words[] = {{"bind", BG_RULE_BIND}, {"connect", BG_RULE_CONNECT}, {NULL, 0}};
static const struct word address_words[] = {
	{"wildcard", BG_CLASS_WILDCARD}, {"loopback", BG_CLASS_LOOPBACK}, {"any", BG_CLASS_ANY}, {NULL, 0}};

/** add_glob - a pattern; build.c makes an array of them. */
static void
add_glob(struct build *build, const struct value *value, struct bg_span *globs)
{
	size_t length = strlen(value->text);

	if (length == 0)
		bg_diags_add(build->diags, value->line, "%s is empty, expected a pattern", key_name(value->key));
	else if (length > BG_GLOB_MAX)
		bg_diags_add(build->diags, value->line, "%s has %zu bytes, expected at most %d", key_name(value->key),
			     length, BG_GLOB_MAX);
	else
		build_glob(build, globs, value->text);
}

/** add_address - a word, an address or a block. */
static void
add_address(struct build *build, const struct value *value, struct bg_rule *rule)
{
	int word = word_value(address_words, value->text);
	const char *mistake = address_mistake(value->text);
	struct bg_prefix prefix;
	bool host_bits;

	memset(&prefix, 0, sizeof(prefix)); /* its padding is compared, and compiled in */
	if (word >= 0)
		rule->classes |= (uint8_t)word;
	else if (!bg_prefix_parse(value->text, &prefix, &host_bits) && mistake)
		bg_diags_add(build->diags, value->line, "address \"%.60s\" %s", value->text, mistake);
	else if (!bg_prefix_parse(value->text, &prefix, &host_bits))
		bg_diags_add(
			build->diags, value->line,
			"unknown address \"%.60s\", expected wildcard, loopback, any, an address, or a block such as "
			"10.0.0.0/8",
			value->text);
	else if (host_bits)
		bg_diags_add(build->diags, value->line,
			     "\"%.60s\" has bits set behind its prefix length, expected the first address of the block",
			     value->text);
	else
		build_item(build, &rule->prefixes, &prefix, sizeof(prefix), sizeof(uint32_t));
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

/** add_port - a number or a range. */
static void
add_port(struct build *build, const struct value *value, struct bg_rule *rule)
{
	const char *dash = strchr(value->text, '-');
	size_t length = dash ? (size_t)(dash - value->text) : strlen(value->text);
	long first = parse_port(value->text, length);
	long last = dash ? parse_port(dash + 1, strlen(dash + 1)) : first;
	const char *mistake = port_mistake(first, last);
	struct bg_port_range range = {.first = (uint16_t)first, .last = (uint16_t)last};

	if (mistake)
		bg_diags_add(build->diags, value->line, "port \"%.60s\": %s", value->text, mistake);
	else
		build_item(build, &rule->ports, &range, sizeof(range), sizeof(uint16_t));
}

/** keys_match - a value that says what @rule matches. */
void
keys_match(struct build *build, struct bg_rule *rule, const struct value *value)
{
	if (!value->text) {
		bg_diags_add(build->diags, value->key_line, "%s is empty, expected at least one value",
			     key_name(value->key));
		return;
	}
	switch (value->key) {
	case KEY_PROGRAM: add_glob(build, value, &rule->programs); break;
	case KEY_COMMAND: add_glob(build, value, &rule->commands); break;
	case KEY_PROTOCOL: build_word(build, value, protocol_words, &rule->protocols); break;
	case KEY_FAMILY: build_word(build, value, family_words, &rule->families); break;
	case KEY_ADDRESS: add_address(build, value, rule); break;
	case KEY_PORT: add_port(build, value, rule); break;
	case KEY_CALL: build_word(build, value, call_words, &rule->calls); break;
	default: break;
	}
}
