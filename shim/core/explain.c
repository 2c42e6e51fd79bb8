/* SPDX-License-Identifier: MIT
 * explain.c - renders a match as text, from the data that bg_decide() worked on. Pure. */
#include "bindguard/explain.h"

#include <string.h>

#include "bindguard/words.h"
#include "core/explain_part.h"

/** COMMAND_MOST - bytes of a command line that are shown. */
#define COMMAND_MOST 512

/** append_quoted - a name in quotes. */
static void
append_quoted(struct bg_line *line, const char *name, size_t most)
{
	bg_line_char(line, '"');
	bg_line_escaped(line, name, most, BG_ESCAPE_TEXT);
	bg_line_char(line, '"');
}

/** append_globs - the values of `program` or `command`. */
static void
append_globs(struct bg_line *line, const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_span *globs = bg_policy_at(policy, span);

	for (uint32_t i = 0; i < explain_shown(span.count); i++) {
		explain_comma(line, i);
		append_quoted(line, bg_policy_string(policy, globs[i]), EXPLAIN_NAME_MOST);
	}
	explain_rest(line, span.count);
}

/** append_words - those of @count words, in order, whose bit is set in @bits. */
static void
append_words(struct bg_line *line, unsigned bits, const char *(*word)(unsigned bit), unsigned count)
{
	uint32_t written = 0;

	for (unsigned i = 0; i < count; i++)
		if (bits >> i & 1) {
			explain_comma(line, written++);
			bg_line_text(line, word(1u << i));
		}
}

/** protocol_word - the word of one enum bg_protocol. */
static const char *
protocol_word(unsigned bit)
{
	return bg_protocol_word((enum bg_protocol)bit);
}

/** family_word - the word of one enum bg_family. */
static const char *
family_word(unsigned bit)
{
	return bit == BG_IPV4 ? "ipv4" : "ipv6";
}

/** class_word - the word of one enum bg_addr_class, of those that can be for another address: `any` is not. */
static const char *
class_word(unsigned bit)
{
	return bit == BG_CLASS_WILDCARD ? "wildcard" : "loopback";
}

/** append_addresses - the values of `address`: words, addresses and blocks. */
static void
append_addresses(struct bg_line *line, const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);

	append_words(line, rule->classes, class_word, 2);
	for (uint32_t i = 0; i < explain_shown(rule->prefixes.count); i++) {
		explain_comma(line, i + rule->classes);
		explain_addr(line, &prefixes[i].addr, BG_FORM_IPV6);
		if (prefixes[i].bits < (prefixes[i].addr.family == BG_IPV4 ? 32 : 128)) {
			bg_line_char(line, '/');
			bg_line_number(line, prefixes[i].bits);
		}
	}
	explain_rest(line, rule->prefixes.count);
}

/** append_ports - the values of `port`. */
static void
append_ports(struct bg_line *line, const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, span);

	for (uint32_t i = 0; i < explain_shown(span.count); i++) {
		explain_comma(line, i);
		bg_line_number(line, ranges[i].first);
		if (ranges[i].last == ranges[i].first)
			continue;
		bg_line_char(line, '-');
		bg_line_number(line, ranges[i].last);
	}
	explain_rest(line, span.count);
}

/** is_unknown - the key asks for the program or its command line, of which @request has none. */
static bool
is_unknown(const struct bg_request *request, enum bg_match match)
{
	const char *value = match == BG_MATCH_NO_PROGRAM ? request->exe : request->command;

	return (match == BG_MATCH_NO_PROGRAM || match == BG_MATCH_NO_COMMAND) && (!value || !*value);
}

/** append_instead - behind the values of a key: what the request has of a name; nothing where it has none. */
static void
append_instead(struct bg_line *line, const char *name)
{
	if (!name || !*name)
		return;
	bg_line_text(line, ", not ");
	append_quoted(line, name, COMMAND_MOST);
}

/** append_values - what the key that does not match is set to, and what the request has instead. */
static void
append_values(struct bg_line *line, const struct bg_policy *policy, const struct bg_rule *rule,
	      const struct bg_request *request, enum bg_match match)
{
	switch (match) {
	case BG_MATCH_NO_CALL:
		bg_line_text(line, rule->calls == BG_RULE_CONNECT ? "connect, not bind" : "bind, not connect");
		break;
	case BG_MATCH_NO_PROGRAM:
		append_globs(line, policy, rule->programs);
		append_instead(line, request->exe);
		break;
	case BG_MATCH_NO_COMMAND:
		append_globs(line, policy, rule->commands);
		append_instead(line, request->command);
		break;
	case BG_MATCH_NO_FAMILY:
		append_words(line, rule->families, family_word, 2);
		bg_line_text(line, ", not ");
		bg_line_text(line, family_word(request->asked.addr.family));
		break;
	case BG_MATCH_NO_ADDRESS:
		append_addresses(line, policy, rule);
		bg_line_text(line, ", not ");
		explain_addr(line, &request->asked.addr, request->form);
		break;
	case BG_MATCH_NO_PORT:
		append_ports(line, policy, rule->ports);
		bg_line_text(line, ", not ");
		bg_line_number(line, request->asked.port);
		break;
	default: /* of those that have values */
		append_words(line, rule->protocols, protocol_word, 6);
		bg_line_text(line, ", not ");
		bg_line_text(line, bg_protocol_word(request->protocol));
	}
}

size_t
bg_match_format(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_request *request,
		enum bg_match match, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = explain_begin(text);

	if (is_unknown(request, match))
		bg_line_text(&line, match == BG_MATCH_NO_PROGRAM ? "depends on the program, which is not known"
								 : "depends on the command line, which is not known");
	else
		bg_line_text(&line, bg_match_text(match));
	if (bg_match_key(match) && match != BG_MATCH_NO_PORTS_USED && match != BG_MATCH_NOT_ELSEWHERE) {
		bg_line_text(&line, ": ");
		append_values(&line, policy, rule, request, match);
	}
	return explain_finish(&line);
}
