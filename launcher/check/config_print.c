/* SPDX-License-Identifier: MIT
 * config_print.c - prints a policy as the configuration that it is: what is printed loads again, and prints the same.
 * Runs in the launcher only. */
#include "launcher/check/config_print.h"

#include <stdio.h>
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/from.h"
#include "bindguard/policy_words.h"
#include "bindguard/words.h"

/** COMMENT_COLUMN - where comments begin, if the line leaves room. */
#define COMMENT_COLUMN 40

/** print_comment - end a line of @width characters with a comment; none where @comment is "". */
static void
print_comment(int width, const char *comment)
{
	if (*comment)
		printf("%*s# %s", width < COMMENT_COLUMN ? COMMENT_COLUMN - width : 1, "", comment);
	putchar('\n');
}

/**
 * print_string - @text as a string of the configuration. Only the quote and the backslash are escaped (load/scan.c);
 * in double quotes ${ would be a mistake, so such a text gets single ones. Return: characters printed.
 */
static int
print_string(const char *text)
{
	char quote = strstr(text, "${") ? '\'' : '"';
	int width = 2;

	putchar(quote);
	for (; *text; text++, width++) {
		if (*text == quote || *text == '\\') {
			putchar('\\');
			width++;
		}
		putchar(*text);
	}
	putchar(quote);
	return width;
}

/** separate - between the values of a list. */
static void
separate(uint32_t *written)
{
	if ((*written)++)
		fputs(", ", stdout);
}

/** print_bits - `key = {"word", ...}` for a set of bits; nothing for none. */
static void
print_bits(const char *key, unsigned bits, const char *(*word)(unsigned bit))
{
	uint32_t written = 0;

	if (!bits)
		return;
	printf("    %-9s = {", key);
	for (unsigned bit = 1; bit <= bits; bit <<= 1)
		if (bits & bit) {
			separate(&written);
			print_string(word(bit));
		}
	puts("}");
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

/** call_word - the word of one enum bg_rule_call. */
static const char *
call_word(unsigned bit)
{
	return bit == BG_RULE_BIND ? "bind" : "connect";
}

/** print_globs - `program` or `command`. */
static void
print_globs(const char *key, const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_span *globs = bg_policy_at(policy, span);
	uint32_t written = 0;

	if (!span.count)
		return;
	printf("    %-9s = {", key);
	for (uint32_t i = 0; i < span.count; i++) {
		separate(&written);
		print_string(bg_policy_string(policy, globs[i]));
	}
	puts("}");
}

/** print_addresses - `address`: its words, then its addresses and blocks. */
static void
print_addresses(const struct bg_policy *policy, const struct bg_rule *rule)
{
	static const char *const words[] = {"wildcard", "loopback", "any"};
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);
	char text[BG_ADDR_TEXT_MAX];
	uint32_t written = 0;

	if (!rule->classes && !rule->prefixes.count)
		return;
	fputs("    address   = {", stdout);
	for (unsigned i = 0; i < 3; i++)
		if (rule->classes >> i & 1) {
			separate(&written);
			print_string(words[i]);
		}
	for (uint32_t i = 0; i < rule->prefixes.count; i++) {
		bg_addr_format(&prefixes[i].addr, text);
		separate(&written);
		if (prefixes[i].bits == (prefixes[i].addr.family == BG_IPV4 ? 32 : 128))
			printf("\"%s\"", text);
		else
			printf("\"%s/%u\"", text, prefixes[i].bits);
	}
	puts("}");
}

/** print_ports - `port`. */
static void
print_ports(const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_port_range *ranges = bg_policy_at(policy, span);
	uint32_t written = 0;

	if (!span.count)
		return;
	fputs("    port      = {", stdout);
	for (uint32_t i = 0; i < span.count; i++) {
		separate(&written);
		if (ranges[i].first == ranges[i].last)
			printf("\"%u\"", ranges[i].first);
		else
			printf("\"%u-%u\"", ranges[i].first, ranges[i].last);
	}
	puts("}");
}

/** print_target - `to` and `to_port` of a rewrite. @in_file: the rule as the file has it. */
static void
print_target(const struct bg_rule *rule, const struct bg_rule *in_file)
{
	bool replaced = in_file && in_file->target == BG_TARGET_LOOPBACK && rule->target != BG_TARGET_LOOPBACK;
	int width = printf("    to        = {");
	char text[BG_ADDR_TEXT_MAX];

	if (rule->target == BG_TARGET_LOOPBACK)
		width += print_string("loopback");
	if (rule->target == BG_TARGET_INTERFACE)
		width += print_string(rule->interface);
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4) {
		bg_addr_format(&rule->ipv4, text);
		width += printf("\"%s\"", text);
	}
	if (rule->target == BG_TARGET_ADDRESS && rule->has_ipv6) {
		bg_addr_format(&rule->ipv6, text);
		width += printf("%s\"%s\"", rule->has_ipv4 ? ", " : "", text);
	}
	putchar('}');
	print_comment(width + 1, replaced ? "BINDGUARD_TO, in the place of loopback" : "");
	if (rule->to_port)
		printf("    to_port   = %u\n", rule->to_port);
}

/** is_replaced - does @rule do something else than the file's own rule @in_file? NULL: unknown. */
static bool
is_replaced(const struct bg_rule *rule, const struct bg_rule *in_file)
{
	return in_file && in_file->action != rule->action;
}

/** print_from - `from` of a limit. @in_file: the rule as the file has it. */
static void
print_from(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_rule *in_file)
{
	const struct bg_from *from = bg_policy_at(policy, rule->from);
	uint32_t written = 0;
	int width;

	width = printf("    from      = {");
	for (uint32_t i = 0; i < rule->from.count; i++) {
		char text[BG_ADDR_TEXT_MAX];
		struct bg_line line = {.text = text, .size = sizeof(text) - 1};

		bg_from_append(&line, &from[i], BG_ESCAPE_TEXT);
		text[line.length] = '\0';
		separate(&written);
		width += print_string(from[i].kind == BG_FROM_INTERFACE ? from[i].interface : text) + (i ? 2 : 0);
	}
	putchar('}');
	print_comment(width + 1, is_replaced(rule, in_file) ? "BINDGUARD_FROM, in the place of loopback" : "");
}

/** print_rule - one rule. @in_file: as the file has it, without the environment; NULL: unknown. */
static void
print_rule(const struct bg_policy *policy, const struct bg_rule *rule, const struct bg_rule *in_file)
{
	char line[32];
	int width;

	snprintf(line, sizeof(line), "line %u", rule->line);
	width = printf("\nrule ") - 1;
	width += print_string(bg_policy_string(policy, rule->name));
	width += printf(" {");
	print_comment(width, line);
	print_globs("program", policy, rule->programs);
	print_globs("command", policy, rule->commands);
	print_bits("protocol", rule->protocols, protocol_word);
	print_bits("family", rule->families, family_word);
	print_addresses(policy, rule);
	print_ports(policy, rule->ports);
	if (rule->calls != BG_RULE_BIND)
		print_bits("call", rule->calls, call_word);
	printf("    action    = %s\n", bg_action_word((enum bg_action)rule->action));
	if (rule->action == BG_ACTION_REWRITE)
		print_target(rule, in_file);
	if (rule->action == BG_ACTION_CONFINE) {
		width = printf("    interface = ");
		width += print_string(rule->interface);
		print_comment(width, is_replaced(rule, in_file) ? "BINDGUARD_CONFINE, in the place of loopback" : "");
	}
	if (rule->action == BG_ACTION_LIMIT)
		print_from(policy, rule, in_file);
	if (rule->action == BG_ACTION_DENY)
		printf("    error     = %s\n", bg_errno_name(rule->error));
	puts("}");
}

/** print_log - the `log` section, with the variables of the environment that it comes from. */
static void
print_log(const struct bg_policy *policy, const struct bg_settings *settings)
{
	int width;

	puts("\nlog {");
	width = printf("    to     = ");
	if (policy->log_to == BG_LOG_FILE)
		width += print_string(bg_policy_string(policy, policy->log_path));
	else
		width += printf("%s", bg_log_to_word((enum bg_log_to)policy->log_to));
	print_comment(width, settings->log ? "BINDGUARD_LOG" : "");
	width = printf("    format = %s", bg_log_format_word((enum bg_log_format)policy->log_format));
	print_comment(width, settings->log_format ? "BINDGUARD_LOG_FORMAT" : "");
	width = printf("    events = %s", bg_log_events_word((enum bg_log_events)policy->log_events));
	print_comment(width, settings->log_events ? "BINDGUARD_LOG_EVENTS" : "");
	puts("}");
}

/**
 * config_print - @config, which has no mistakes, as configuration text on standard output. Defaults are filled in, and
 * what the environment lays over the file is there in the file's place; comments tell it.
 */
void
config_print(const struct config *config)
{
	const struct bg_policy *policy = config->loaded.policy, *in_file;
	struct bg_settings settings = {.config = config->settings.config,
				       .xdg_config_home = config->settings.xdg_config_home,
				       .home = config->settings.home};
	static struct bg_loaded loaded;
	char source[CONFIG_TEXT_MAX];

	/* Only the file as it is by itself tells which targets are BINDGUARD_TO's. */
	bg_load(&settings, NULL, &loaded);
	in_file = !config->settings.pin && loaded.policy->rule_count == policy->rule_count ? loaded.policy : NULL;
	config_explain_source(config, source);
	printf("# %s\n", source);
	puts("# As understood: with the defaults, and with what the environment says.\n");
	print_comment(printf("mode = %s", bg_mode_word((enum bg_mode)policy->mode)),
		      config->settings.mode ? "BINDGUARD_MODE" : "");
	print_log(policy, &config->settings);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		print_rule(policy, &policy->rules[i], in_file ? &in_file->rules[i] : NULL);
	bg_loaded_free(&loaded);
}
