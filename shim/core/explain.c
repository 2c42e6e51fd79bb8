/* SPDX-License-Identifier: MIT
 * explain.c - renders a match, a rule's action and a change as text, from the data that bg_decide() worked on. Pure. */
#include "bindguard/explain.h"

#include <string.h>

#include "bindguard/event.h"
#include "core/line.h"

/** VALUES_MOST - values of a list that are shown. NAME_MOST - bytes of one glob or name; COMMAND_MOST of a command line. */
#define VALUES_MOST 8u
#define NAME_MOST 128
#define COMMAND_MOST 512

/** begin - an empty text in @text, with room for its terminator. */
static struct bg_line
begin(char text[BG_EXPLAIN_MAX])
{
	return (struct bg_line){.text = text, .size = BG_EXPLAIN_MAX - 1};
}

/** finish - terminate @line's text. Return: its length. */
static size_t
finish(const struct bg_line *line)
{
	line->text[line->length] = '\0';
	return line->length;
}

/** comma - between two of the values that are shown. */
static void
comma(struct bg_line *line, uint32_t i)
{
	if (i)
		bg_line_text(line, ", ");
}

/** rest - behind the values shown of a list of @count: how many are not. */
static void
rest(struct bg_line *line, uint32_t count)
{
	if (count <= VALUES_MOST)
		return;
	bg_line_text(line, " and ");
	bg_line_number(line, count - VALUES_MOST);
	bg_line_text(line, " more");
}

/** shown - how many of @count values are shown. */
static uint32_t
shown(uint32_t count)
{
	return count < VALUES_MOST ? count : VALUES_MOST;
}

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

	for (uint32_t i = 0; i < shown(span.count); i++) {
		comma(line, i);
		append_quoted(line, bg_policy_string(policy, globs[i]), NAME_MOST);
	}
	rest(line, span.count);
}

/** append_words - those of @count words, in order, whose bit is set in @bits. */
static void
append_words(struct bg_line *line, unsigned bits, const char *(*word)(unsigned bit), unsigned count)
{
	uint32_t written = 0;

	for (unsigned i = 0; i < count; i++)
		if (bits >> i & 1) {
			comma(line, written++);
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

/** append_addr - an address without its scope; one asked for or bound in the form @form. */
static void
append_addr(struct bg_line *line, const struct bg_addr *addr, enum bg_form form)
{
	char text[BG_ADDR_TEXT_MAX];
	struct bg_addr bare = *addr;

	bare.scope_id = 0;
	if (form == BG_FORM_MAPPED && addr->family == BG_IPV4)
		bg_line_text(line, "::ffff:");
	bg_addr_format(&bare, text);
	bg_line_text(line, text);
}

/** append_addresses - the values of `address`: words, addresses and blocks. */
static void
append_addresses(struct bg_line *line, const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);

	append_words(line, rule->classes, class_word, 2);
	for (uint32_t i = 0; i < shown(rule->prefixes.count); i++) {
		comma(line, i + rule->classes);
		append_addr(line, &prefixes[i].addr, BG_FORM_IPV6);
		if (prefixes[i].bits < (prefixes[i].addr.family == BG_IPV4 ? 32 : 128)) {
			bg_line_char(line, '/');
			bg_line_number(line, prefixes[i].bits);
		}
	}
	rest(line, rule->prefixes.count);
}

/** append_ports - the values of `port`. */
static void
append_ports(struct bg_line *line, const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, span);

	for (uint32_t i = 0; i < shown(span.count); i++) {
		comma(line, i);
		bg_line_number(line, ranges[i].first);
		if (ranges[i].last == ranges[i].first)
			continue;
		bg_line_char(line, '-');
		bg_line_number(line, ranges[i].last);
	}
	rest(line, span.count);
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
		append_addr(line, &request->asked.addr, request->form);
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
	struct bg_line line = begin(text);

	if (is_unknown(request, match))
		bg_line_text(&line, match == BG_MATCH_NO_PROGRAM ? "depends on the program, which is not known"
								 : "depends on the command line, which is not known");
	else
		bg_line_text(&line, bg_match_text(match));
	if (bg_match_key(match) && match != BG_MATCH_NO_PORTS_USED) {
		bg_line_text(&line, ": ");
		append_values(&line, policy, rule, request, match);
	}
	return finish(&line);
}

/** append_target - where a rewrite goes. */
static void
append_target(struct bg_line *line, const struct bg_rule *rule)
{
	bg_line_text(line, " to ");
	if (rule->target == BG_TARGET_LOOPBACK)
		bg_line_text(line, "loopback");
	if (rule->target == BG_TARGET_INTERFACE) {
		bg_line_text(line, "the address of ");
		bg_line_escaped(line, rule->interface, NAME_MOST, BG_ESCAPE_TEXT);
	}
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4)
		append_addr(line, &rule->ipv4, BG_FORM_IPV4);
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4 && rule->has_ipv6)
		bg_line_text(line, " or ");
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv6)
		append_addr(line, &rule->ipv6, BG_FORM_IPV6);
	if (rule->to_port) {
		bg_line_text(line, ", port ");
		bg_line_number(line, rule->to_port);
	}
}

size_t
bg_rule_format(const struct bg_rule *rule, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = begin(text);

	bg_line_text(&line, bg_action_word((enum bg_action)rule->action));
	if (rule->action == BG_ACTION_REWRITE)
		append_target(&line, rule);
	if (rule->action == BG_ACTION_CONFINE) {
		bg_line_text(&line, " to ");
		bg_line_escaped(&line, rule->interface, NAME_MOST, BG_ESCAPE_TEXT);
	}
	if (rule->action == BG_ACTION_DENY) {
		bg_line_text(&line, " with ");
		bg_line_text(&line, bg_errno_name(rule->error));
	}
	return finish(&line);
}

size_t
bg_change_format(const struct bg_change *change, enum bg_call call, const char *scope, char text[BG_EXPLAIN_MAX])
{
	struct bg_line line = begin(text);
	bool bracketed = change->to.addr.family == BG_IPV6 || change->form == BG_FORM_MAPPED;

	if (change->interface[0]) {
		bg_line_text(&line, "SO_BINDTODEVICE ");
		bg_line_escaped(&line, change->interface, NAME_MOST, BG_ESCAPE_TEXT);
		bg_line_text(&line, ", then ");
	}
	if (call == BG_CALL_LISTEN) {
		bg_line_text(&line, "listen");
		return finish(&line);
	}
	bg_line_text(&line, bracketed ? "bind([" : "bind(");
	append_addr(&line, &change->to.addr, change->form);
	bg_line_text(&line, *scope ? "%" : "");
	bg_line_escaped(&line, scope, NAME_MOST, BG_ESCAPE_TEXT);
	bg_line_text(&line, bracketed ? "]:" : ":");
	bg_line_number(&line, change->to.port);
	bg_line_char(&line, ')');
	return finish(&line);
}
