/* SPDX-License-Identifier: MIT
 * explain_test.c - decisions in words: why a rule does not match, what it does, what the kernel is asked for. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/explain.h"
#include "bindguard/load.h"
#include "bindguard/rule.h"
#include "bindguard/words.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** load - @keys in a rule. */
static struct bg_policy *
load(const char *keys)
{
	static struct bg_diags diags;
	static char text[256 * 1024];
	struct bg_policy *policy;

	memset(&diags, 0, sizeof(diags));
	snprintf(text, sizeof(text), "rule r { %s }", keys);
	policy = bg_load_text(text, strlen(text), &diags);
	if (!policy)
		fail_msg("%s\n%s", text, diags.items[0].text);
	return policy;
}

/** request_of - TCP from nginx, to @address and @port; every fact is known. */
static struct bg_request
request_of(const char *address, uint16_t port)
{
	struct bg_request request = {.known = 127, .domain_fits = true, .protocol = BG_PROTOCOL_TCP};

	assert_true(bg_addr_parse(address, &request.asked.addr));
	request.form = request.asked.addr.family == BG_IPV4 ? BG_FORM_IPV4 : BG_FORM_IPV6;
	if (bg_addr_is_mapped(&request.asked.addr)) {
		request.form = BG_FORM_MAPPED;
		request.asked.addr = bg_addr_unmap(&request.asked.addr);
	}
	request.asked.port = port;
	request.exe = "/usr/sbin/nginx";
	request.command = "nginx -g \"daemon off;\"";
	return request;
}

/** explain - the text for the one rule of @policy. */
static const char *
explain(const struct bg_policy *policy, const struct bg_request *request, enum bg_match *match)
{
	static char text[BG_EXPLAIN_MAX];
	unsigned needs = 0;
	size_t length;

	*match = bg_rule_match(policy, &policy->rules[0], request, &needs);
	memset(text, 'x', sizeof(text));
	length = bg_match_format(policy, &policy->rules[0], request, *match, text);
	assert_int_equal(strlen(text), length);
	return text;
}

static void
rule_that_does_not_match_is_told_with_both_values(void **state)
{
	static const struct {
		const char *keys, *address;
		uint16_t port;
		const char *key, *expected;
	} rows[] = {
		{"program = {vite, \"/opt/*\"}", "0.0.0.0", 80, "program",
		 "is for another program: \"vite\", \"/opt/*\", not \"/usr/sbin/nginx\""},
		{"command = \"*vite*\"", "0.0.0.0", 80, "command",
		 "is for another command line: \"*vite*\", not \"nginx -g \\x22daemon off;\\x22\""},
		{"family = ipv6", "0.0.0.0", 80, "family", "is for the other address family: ipv6, not ipv4"},
		{"family = ipv6", "::ffff:0.0.0.0", 80, "family", "is for the other address family: ipv6, not ipv4"},
		{"family = ipv4", "::", 80, "family", "is for the other address family: ipv4, not ipv6"},
		{"address = {wildcard, 10.0.0.0/8, 2001:db8::1}", "127.0.0.1", 80, "address",
		 "is for another address: wildcard, 10.0.0.0/8, 2001:db8::1, not 127.0.0.1"},
		{"address = {loopback, wildcard}", "::ffff:10.0.0.1", 80, "address",
		 "is for another address: wildcard, loopback, not ::ffff:10.0.0.1"},
		{"address = 192.0.2.0/24", "::", 80, "address", "is for another address: 192.0.2.0/24, not ::"},
		{"port = {8080, 9000-9099}", "0.0.0.0", 80, "port", "is for another port: 8080, 9000-9099, not 80"},
		{"protocol = {udp, raw}", "0.0.0.0", 80, "protocol", "is for another protocol: udp, raw, not tcp"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char keys[256];
		struct bg_policy *policy;
		struct bg_request request = request_of(rows[i].address, rows[i].port);
		enum bg_match match;

		snprintf(keys, sizeof(keys), "%s action = allow", rows[i].keys);
		policy = load(keys);
		assert_string_equal(explain(policy, &request, &match), rows[i].expected);
		assert_string_equal(bg_match_key(match), rows[i].key);
		free(policy);
	}
}

static void
program_that_is_not_known_is_told(void **state)
{
	struct bg_policy *program = load("program = vite action = allow"),
			 *any = load("program = \"*\" action = allow");
	struct bg_policy *command = load("command = \"*vite*\" action = allow");
	struct bg_request request = request_of("0.0.0.0", 80);
	char text[BG_EXPLAIN_MAX];
	enum bg_match match;

	(void)state;
	request.exe = request.command = "";
	assert_string_equal(explain(program, &request, &match), "depends on the program, which is not known: \"vite\"");
	assert_int_equal(match, BG_MATCH_NO_PROGRAM);
	assert_string_equal(explain(command, &request, &match),
			    "depends on the command line, which is not known: \"*vite*\"");
	assert_int_equal(match, BG_MATCH_NO_COMMAND);
	assert_string_equal(explain(any, &request, &match), "matches");
	/* NULL is a program that the rules were narrowed to: whoever asks all the same gets an answer. */
	request.exe = request.command = NULL;
	bg_match_format(program, &program->rules[0], &request, BG_MATCH_NO_PROGRAM, text);
	assert_string_equal(text, "depends on the program, which is not known: \"vite\"");
	bg_match_format(command, &command->rules[0], &request, BG_MATCH_NO_COMMAND, text);
	assert_string_equal(text, "depends on the command line, which is not known: \"*vite*\"");
	free(program);
	free(command);
	free(any);
}

static void
raw_socket_left_alone_is_told(void **state)
{
	struct bg_policy *policy = load("address = wildcard action = deny");
	struct bg_request request = request_of("0.0.0.0", 0);
	enum bg_match match;

	(void)state;
	request.protocol = BG_PROTOCOL_RAW;
	assert_string_equal(explain(policy, &request, &match),
			    "leaves raw and ping sockets alone, as it does not name them");
	assert_string_equal(bg_match_key(match), "protocol");
	free(policy);
}

static void
long_lists_are_cut_and_fit(void **state)
{
	char *keys = malloc(250 * 1024);
	struct bg_request request = request_of("0.0.0.0", 80);
	struct bg_policy *policy;
	enum bg_match match;
	size_t used;

	(void)state;
	assert_non_null(keys);
	used = (size_t)sprintf(keys, "action = allow port = {");
	for (unsigned i = 0; i < 1000; i++)
		used += (size_t)sprintf(keys + used, "%s%u", i ? "," : "", 10000 + i);
	strcpy(keys + used, "}");
	policy = load(keys);
	assert_string_equal(explain(policy, &request, &match),
			    "is for another port: 10000, 10001, 10002, 10003, 10004, 10005, 10006, 10007 and 992 more, "
			    "not 80");
	free(policy);
	/* Quotes and backslashes take four characters each: the longest names that there can be. */
	used = (size_t)sprintf(keys, "action = allow program = {");
	for (unsigned i = 0; i < 20; i++) {
		used += (size_t)sprintf(keys + used, "%s\"", i ? "," : "");
		for (unsigned c = 0; c < BG_GLOB_MAX; c++)
			used += (size_t)sprintf(keys + used, "\\\"");
		used += (size_t)sprintf(keys + used, "\"");
	}
	strcpy(keys + used, "}");
	policy = load(keys);
	memset(keys, '\n', 8192);
	keys[8191] = '\0';
	request.exe = keys;
	assert_true(strlen(explain(policy, &request, &match)) < BG_EXPLAIN_MAX - 1);
	assert_non_null(strstr(explain(policy, &request, &match), " and 12 more, not \"\\x0a"));
	free(policy);
	free(keys);
}

static void
action_is_told_with_its_target(void **state)
{
	static const char *const rows[][2] = {
		{"action = allow", "allow"},
		{"action = deny", "deny with EACCES"},
		{"action = deny error = EADDRINUSE", "deny with EADDRINUSE"},
		{"action = confine", "confine to lo"},
		{"action = confine interface = wg0", "confine to wg0"},
		{"action = rewrite to = loopback", "rewrite to loopback"},
		{"action = rewrite to = wg0", "rewrite to the address of wg0"},
		{"action = rewrite to = 192.0.2.1", "rewrite to 192.0.2.1"},
		{"action = rewrite to = {2001:db8::1, 192.0.2.1}", "rewrite to 192.0.2.1 or 2001:db8::1"},
		{"action = rewrite to = loopback port = 80 to_port = 8080", "rewrite to loopback, port 8080"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bg_policy *policy = load(rows[i][0]);
		char text[BG_EXPLAIN_MAX];

		assert_int_equal(bg_rule_format(policy, &policy->rules[0], text), strlen(rows[i][1]));
		assert_string_equal(text, rows[i][1]);
		free(policy);
	}
}

static void
change_is_told_as_the_calls_that_are_made(void **state)
{
	struct bg_change change = {.to = {.addr = bg_addr_loopback(BG_IPV4), .port = 80}, .form = BG_FORM_IPV4};
	char text[BG_EXPLAIN_MAX];

	(void)state;
	bg_change_format(&change, BG_CALL_BIND, "", text);
	assert_string_equal(text, "bind(127.0.0.1:80)");
	change.form = BG_FORM_MAPPED;
	bg_change_format(&change, BG_CALL_BIND, "", text);
	assert_string_equal(text, "bind([::ffff:127.0.0.1]:80)");
	change.to.addr = bg_addr_wildcard(BG_IPV6);
	bg_change_format(&change, BG_CALL_BIND, "", text);
	assert_string_equal(text, "bind([::]:80)");
	change.form = BG_FORM_IPV6;
	strcpy(change.interface, "lo");
	bg_change_format(&change, BG_CALL_BIND, "", text);
	assert_string_equal(text, "SO_BINDTODEVICE lo, then bind([::]:80)");
	bg_change_format(&change, BG_CALL_LISTEN, "", text);
	assert_string_equal(text, "SO_BINDTODEVICE lo, then listen");
}

static void
words_outside_the_enums_are_marked(void **state)
{
	(void)state;
	assert_string_equal(bg_effect_word(BG_EFFECT_NONE), "none");
	assert_string_equal(bg_effect_word(BG_EFFECT_CHANGE), "change");
	assert_string_equal(bg_effect_word(BG_EFFECT_REFUSE), "refuse");
	assert_string_equal(bg_effect_word(BG_EFFECT_WAIT), "wait");
	assert_string_equal(bg_effect_word((enum bg_effect)99), "?");
	assert_null(bg_match_key(BG_MATCH_YES));
	assert_null(bg_match_key(BG_MATCH_UNKNOWN));
	assert_null(bg_match_key((enum bg_match)99));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_that_does_not_match_is_told_with_both_values),
		cmocka_unit_test(program_that_is_not_known_is_told),
		cmocka_unit_test(raw_socket_left_alone_is_told),
		cmocka_unit_test(long_lists_are_cut_and_fit),
		cmocka_unit_test(action_is_told_with_its_target),
		cmocka_unit_test(change_is_told_as_the_calls_that_are_made),
		cmocka_unit_test(words_outside_the_enums_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
