/* SPDX-License-Identifier: MIT
 * unreachable_test.c - rules that can never match are found, and no rule that could match is called one. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/decide.h"
#include "bindguard/load.h"
#include "launcher/unreachable.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ALL_FACTS 511u
#define POLICIES 1500
#define REQUESTS 200
#define MANY BG_RULES_MAX
#define RULES 6

/** struct pair - the keys of two rules, and whether the second can never match. */
struct pair {
	const char *first;
	const char *second;
	bool unreachable;
};

static const struct pair pairs[] = {
	/* everything, and the same */
	{"", "", true},
	{"", "program = vite port = 80 address = wildcard", true},
	{"port = 80", "port = 80", true},
	{"port = 80", "", false},
	/* calls */
	{"call = bind", "", true},
	{"call = connect", "", false},
	{"", "call = connect", false},
	{"", "call = {bind, connect}", false},
	{"call = {connect, bind}", "call = connect port = 80", true},
	{"call = connect", "call = connect address = loopback", false},
	{"call = connect", "call = connect address = 127.0.0.1", false},
	{"call = connect address = {any, loopback}", "call = connect address = loopback", true},
	/* addresses */
	{"address = any", "address = 10.0.0.0/8", true},
	{"address = wildcard", "address = {wildcard}", true},
	{"address = wildcard", "address = 0.0.0.0", true},
	{"address = wildcard", "address = {0.0.0.0, ::}", true},
	{"address = wildcard", "address = {0.0.0.0, ::1}", false},
	{"address = {0.0.0.0, ::}", "address = wildcard", true},
	{"address = 0.0.0.0", "address = wildcard", false},
	{"address = {wildcard, loopback}", "address = loopback", true},
	{"address = loopback", "address = 127.0.0.53", true},
	{"address = loopback", "address = ::1", true},
	{"address = loopback", "address = ::/127", false},
	{"address = {loopback, wildcard}", "address = ::/127", true},
	{"address = {127.0.0.0/8, ::1}", "address = loopback", true},
	{"address = 127.0.0.0/8", "address = loopback", false},
	{"address = 127.0.0.0/8", "address = loopback family = ipv4", true},
	{"address = 10.0.0.0/8", "address = 10.1.0.0/16", true},
	{"address = 10.1.0.0/16", "address = 10.0.0.0/8", false},
	{"address = 10.0.0.0/8", "address = {10.1.0.0/16, 10.2.3.4}", true},
	{"address = 10.0.0.0/8", "address = {10.1.0.0/16, 11.2.3.4}", false},
	{"address = {10.0.0.0/9, 10.128.0.0/9}", "address = 10.0.0.0/8", true},
	{"address = {10.0.0.0/9, 10.128.0.0/10, 10.192.0.0/10}", "address = 10.0.0.0/8", true},
	{"address = {10.0.0.0/9, 10.128.0.0/10, 10.192.0.0/11}", "address = 10.0.0.0/8", false},
	{"address = {0.0.0.0/1, 128.0.0.0/1, ::/1, 8000::/1}", "", true},
	{"address = {0.0.0.0/1, 128.0.0.0/1, ::/1}", "", false},
	{"address = 0.0.0.0/0", "address = wildcard", false},
	{"address = ::/0", "address = 0.0.0.0", false},
	{"address = ::ffff:0:0/96", "address = 10.0.0.0/8", true},
	/* families */
	{"family = ipv4", "address = 10.0.0.0/8", true},
	{"family = ipv4", "address = wildcard", false},
	{"family = {ipv4, ipv6}", "address = wildcard", true},
	{"family = ipv4", "family = ipv4 address = wildcard", true},
	{"address = wildcard family = ipv6", "address = wildcard", false},
	{"port = 1", "family = ipv6 address = 10.0.0.0/8", true},
	{"port = 1", "family = ipv4 address = {2001:db8::/32, ::1}", true},
	{"port = 1", "family = ipv4 address = {2001:db8::/32, loopback}", false},
	/* ports */
	{"port = 1-100", "port = {1, 50-60, 100}", true},
	{"port = 1-100", "port = 100-101", false},
	{"port = {51-100, 1-50}", "port = 40-60", true},
	{"port = {52-100, 1-50}", "port = 40-60", false},
	{"port = {0-40000, 30000-65535}", "", true},
	{"port = 1-65535", "", false},
	/* protocols */
	{"protocol = {tcp, udp}", "protocol = udp", true},
	{"protocol = tcp", "protocol = {tcp, udp}", false},
	{"protocol = {tcp, udp, udplite, sctp, dccp, raw}", "", false},
	{"address = wildcard", "address = wildcard protocol = tcp", true},
	{"address = wildcard", "address = wildcard protocol = raw", false},
	{"address = wildcard", "address = wildcard protocol = raw port = 1-255", false},
	{"address = wildcard", "address = wildcard protocol = {udp, raw}", false},
	{"address = wildcard protocol = {tcp, raw}", "address = wildcard protocol = raw port = 0-255", true},
	/* programs and command lines */
	{"program = vite", "program = vite port = 80", true},
	{"program = vite", "program = {vite, node}", false},
	{"program = {vite, node}", "program = node", true},
	{"program = vite", "port = 80", false},
	{"program = \"*\"", "port = 80", true},
	{"program = \"*\"", "program = \"/usr/bin/*\"", true},
	{"program = \"/*\"", "port = 80", false},
	{"program = \"node*\"", "program = nodejs", true},
	{"program = \"node*\"", "program = /usr/bin/nodejs", true},
	{"program = \"node*\"", "program = /opt/node/bin/vite", false},
	{"program = \"/usr/bin/*\"", "program = /usr/bin/node", true},
	{"program = \"/usr/bin/*\"", "program = node", false},
	{"program = \"node*\"", "program = \"nodej*\"", false},
	{"program = \"[ab]\"", "program = \"[ab]\"", true},
	{"program = \"a?\"", "program = \"a[b]\"", false},
	{"command = \"*vite*\"", "command = \"*vite*\" program = node", true},
	{"command = \"*vite*\"", "command = \"node vite dev\"", true},
	{"command = \"*vite*\"", "program = node", false},
	{"command = \"/bin/x\"", "command = \"x\"", false},
	{"command = \"x\"", "command = \"/bin/x\"", false},
	{"command = \"**\"", "", true},
	/* all factors have to be covered */
	{"program = vite port = 1-100", "program = vite port = 101", false},
	{"program = vite protocol = tcp port = 1-100 address = wildcard",
	 "program = vite protocol = tcp port = 7 address = 0.0.0.0 command = \"*x*\"", true},
};

/** load - @text must be a good configuration. */
static struct bg_policy *
load(const char *text)
{
	static struct bg_diags diags;
	struct bg_policy *policy;

	memset(&diags, 0, sizeof(diags));
	policy = bg_load_text(text, strlen(text), &diags);
	if (!policy)
		fail_msg("%s\n%u: %s", text, diags.items[0].line, diags.items[0].text);
	return policy;
}

static void
pair_is_judged_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		char text[512];
		struct bg_policy *policy;
		uint32_t behind;

		snprintf(text, sizeof(text), "rule a { action = allow %s }\nrule b { action = deny %s }\n",
			 pairs[i].first, pairs[i].second);
		policy = load(text);
		assert_int_equal(unreachable_behind(policy, 0), BG_NO_RULE);
		behind = unreachable_behind(policy, 1);
		if ((behind != BG_NO_RULE) != pairs[i].unreachable)
			fail_msg("%s: expected %s", text, pairs[i].unreachable ? "unreachable" : "reachable");
		free(policy);
	}
}

static void
contradictory_rule_is_unreachable_by_itself(void **state)
{
	struct bg_policy *policy = load("rule a { action = deny }\nrule b { family = ipv6 address = 10.0.0.1 action = "
					"deny }\nrule c { action = deny }");

	(void)state;
	assert_int_equal(unreachable_behind(policy, 1), 1);
	assert_int_equal(unreachable_behind(policy, 2), 0);
	free(policy);
}

/** pick - one of the @count strings. */
static const char *
pick(const char *const *values, size_t count)
{
	return values[(size_t)rand() % count];
}

/** add_key - with a chance of one in two, `key = {one to three values}`. */
static size_t
add_key(char *text, size_t size, const char *key, const char *const *values, size_t count)
{
	size_t used;
	int more = rand() % 3;

	if (rand() % 2)
		return 0;
	used = (size_t)snprintf(text, size, " %s = {\"%s\"", key, pick(values, count));
	while (more-- > 0)
		used += (size_t)snprintf(text + used, size - used, ", \"%s\"", pick(values, count));
	return used + (size_t)snprintf(text + used, size - used, "}");
}

static const char *const programs[] = {"a", "ab", "a*", "*", "/bin/a", "/bin/*", "*/a", "[ab]", "?"};
static const char *const commands[] = {"a", "a b", "a*", "*b*", "*", "?*"};
static const char *const protocols[] = {"tcp", "udp", "raw", "sctp", "dccp", "udplite"};
static const char *const families[] = {"ipv4", "ipv6"};
static const char *const addresses[] = {
	"wildcard",    "loopback",    "any",	  "0.0.0.0",   "::",   "127.0.0.1", "127.0.0.0/8", "10.0.0.0/30",
	"10.0.0.0/31", "10.0.0.2/31", "10.0.0.3", "0.0.0.0/0", "::/0", "::/127",    "::1",	   "::2"};
static const char *const ports[] = {"0", "1", "2", "0-1", "1-2", "2-3", "4-65535", "0-65535", "0-3"};

/** random_policy - up to RULES rules of values that meet often. */
static struct bg_policy *
random_policy(void)
{
	static char text[8192];
	size_t used = 0, rules = 1 + (size_t)rand() % RULES;

	for (size_t i = 0; i < rules; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "rule \"%zu\" { action = deny", i);
		used += add_key(text + used, sizeof(text) - used, "program", programs, LENGTH(programs));
		used += add_key(text + used, sizeof(text) - used, "command", commands, LENGTH(commands));
		used += add_key(text + used, sizeof(text) - used, "protocol", protocols, LENGTH(protocols));
		used += add_key(text + used, sizeof(text) - used, "family", families, LENGTH(families));
		used += add_key(text + used, sizeof(text) - used, "address", addresses, LENGTH(addresses));
		used += add_key(text + used, sizeof(text) - used, "port", ports, LENGTH(ports));
		used += (size_t)snprintf(text + used, sizeof(text) - used, " }\n");
	}
	return load(text);
}

/** random_request - a call that random_policy()'s rules speak of. */
static struct bg_request
random_request(void)
{
	static const char *const exes[] = {"/bin/a", "/bin/ab", "/opt/a", "/bin/b", "a", ""};
	static const char *const lines[] = {"a", "a b", "b", "ab", "c", ""};
	static const char *const asked[] = {"0.0.0.0",	"127.0.0.1", "127.9.9.9", "10.0.0.0",
					    "10.0.0.1", "10.0.0.2",  "10.0.0.3",  "10.0.0.4",
					    "::",	"::1",	     "::2",	  "2001:db8::1"};
	struct bg_request request = {.call = rand() % 2 ? BG_CALL_BIND : BG_CALL_LISTEN, .known = ALL_FACTS};
	bool plain;

	assert_true(bg_addr_parse(pick(asked, LENGTH(asked)), &request.asked.addr));
	request.asked.port = (uint16_t)(rand() % 6);
	plain = request.asked.addr.family == BG_IPV4;
	request.form = !plain ? BG_FORM_IPV6 : rand() % 2 ? BG_FORM_IPV4 : BG_FORM_MAPPED;
	request.domain_fits = true;
	request.protocol = (enum bg_protocol)(1 << rand() % 7);
	request.port_was_zero = rand() % 2;
	request.exe = pick(exes, LENGTH(exes));
	request.command = pick(lines, LENGTH(lines));
	return request;
}

static void
unreachable_rule_decides_no_random_call(void **state)
{
	unsigned flagged = 0, rules = 0, decided = 0;

	(void)state;
	srand(20261124);
	for (unsigned p = 0; p < POLICIES; p++) {
		struct bg_policy *policy = random_policy();
		bool unreachable[RULES];

		for (uint32_t i = 0; i < policy->rule_count; i++) {
			unreachable[i] = unreachable_behind(policy, i) != BG_NO_RULE;
			flagged += unreachable[i];
			rules++;
		}
		for (unsigned r = 0; r < REQUESTS; r++) {
			struct bg_request request = random_request();
			struct bg_verdict verdict;

			bg_decide(policy, &request, &verdict);
			assert_int_equal(verdict.needs, 0);
			if (verdict.rule == BG_NO_RULE)
				continue;
			decided++;
			if (unreachable[verdict.rule])
				fail_msg("policy %u: rule %s called unreachable decides", p,
					 bg_policy_string(policy, policy->rules[verdict.rule].name));
		}
		free(policy);
	}
	print_message("# figure: %u rules, %u unreachable, %u calls decided by the others\n", rules, flagged, decided);
	assert_true(flagged > 200 && rules - flagged > 200 && decided > 50000);
}

static void
rule_is_compared_with_every_earlier_one(void **state)
{
	char *text = malloc(MANY * 64);
	struct bg_policy *policy;
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < MANY; i++)
		used += (size_t)sprintf(text + used, "rule %u { port = %u action = deny }\n", i, i % (MANY - 100));
	policy = load(text);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		assert_int_equal(unreachable_behind(policy, i), i < MANY - 100 ? BG_NO_RULE : i - (MANY - 100));
	free(policy);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pair_is_judged_as_the_table_says),
		cmocka_unit_test(contradictory_rule_is_unreachable_by_itself),
		cmocka_unit_test(unreachable_rule_decides_no_random_call),
		cmocka_unit_test(rule_is_compared_with_every_earlier_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
