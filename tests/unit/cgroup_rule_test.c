/* SPDX-License-Identifier: MIT
 * cgroup_rule_test.c - what the engine `cgroup` cannot hold is refused with the reason, and all else is held; globs as tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/cgroup_rule.h"
#include "bindguard/load.h"

#define NINE_PORTS "{\"1\", \"3\", \"5\", \"7\", \"9\", \"11\", \"13\", \"15\", \"17\"}"
#define NINE_ADDRESSES                                                                                                 \
	"{\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\", \"10.0.0.4\", \"10.0.0.5\", \"10.0.0.6\", \"10.0.0.7\", "          \
	"\"10.0.0.8\", \"10.0.0.9\"}"
#define X20 "xxxxxxxxxxxxxxxxxxxx"

/** load - a configuration that must be good. */
static struct bg_policy *
load(const char *text)
{
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy = bg_load_text(text, strlen(text), &diags);

	if (!policy)
		fail_msg("%.200s: %s", text, diags.items[0].text);
	return policy;
}

/** expect - of the rule number @index: refused, for a reason with @part in it; NULL: held */
static void
expect(const char *text, uint32_t index, const char *part)
{
	struct bg_policy *policy = load(text);
	char why[BG_CGROUP_WHY_MAX];
	bool refused = bg_cgroup_rule_refused(policy, index, why);

	free(policy);
	if (refused != (part != NULL) || !strstr(why, part ? part : "") || (!part && why[0]))
		fail_msg("%.200s: refused %d: %s", text, refused, why);
}

/** rule_that_cannot_be_held_is_refused - for what it asks. */
static void
rule_that_cannot_be_held_is_refused(void **state)
{
	static const struct {
		const char *rule, *part;
	} rows[] = {
		{"command = {\"*x*\"} action = allow", "`command` cannot be read in the kernel"},
		{"program = {\"x\", \"/bin/x\"} action = deny", "a `program` with a / is a path"},
		{"action = limit from = {\"lo\"}", "`limit` needs a filter"},
		{"call = {\"connect\"} action = deny", "`call = {\"connect\"}` is not looked at"},
		{"call = {\"bind\", \"connect\"} action = deny", "`call = {\"connect\"}` is not looked at"},
		{"action = rewrite to = {\"eth0\"}", "`to` an interface needs the address"},
		{"protocol = {\"raw\", \"tcp\"} action = deny", "raw and SCTP sockets bind without asking"},
		{"protocol = {\"sctp\"} action = deny", "raw and SCTP sockets bind without asking"},
		{"port = " NINE_PORTS " action = deny", "8 values of `port`"},
		{"address = " NINE_ADDRESSES " action = deny", "8 addresses of `address`"},
		{"program = {\"x\", \"" X20 X20 X20 "xxxx\"} action = deny", "63 characters of a `program`"},
		{"program = {\"" X20 X20 X20 "xxx\", \"[a-z]?\\\\*\"} action = deny", NULL},
		{"call = {\"connect\"} action = allow", NULL},
		{"protocol = {\"raw\"} action = allow", NULL},
		{"protocol = {\"tcp\", \"udp\"} address = {\"wildcard\"} action = rewrite to = {\"loopback\"}", NULL},
		{"action = rewrite to = {\"192.0.2.1\"} port = {\"80\"}", NULL},
		{"action = confine interface = \"eth0\"", NULL},
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "rule \"r\" { %s }", rows[i].rule);
		expect(text, 0, rows[i].part);
	}
}

/** rules_too_many_are_refused - the first that finds no room, and not those before. */
static void
rules_too_many_are_refused(void **state)
{
	char *text = calloc(1, 1 << 20);
	size_t size = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i <= BG_KERNEL_RULES_MAX; i++)
		size += (size_t)sprintf(text + size, "rule \"%d\" { port = {\"%d\"} action = deny }\n", i, i);
	expect(text, BG_KERNEL_RULES_MAX - 1, NULL);
	expect(text, BG_KERNEL_RULES_MAX, "256 rules");
	size = 0;
	for (int i = 0; i <= BG_CGROUP_GLOBS_MAX; i++)
		size += (size_t)sprintf(text + size, "rule \"%d\" { program = {\"p%d\"} action = deny }\n", i, i);
	expect(text, BG_CGROUP_GLOBS_MAX - 1, NULL);
	expect(text, BG_CGROUP_GLOBS_MAX, "128 values of `program`");
	size = 0;
	for (int i = 0; i < 70; i++) {
		size += (size_t)sprintf(text + size, "rule \"%d\" { command = {\"", i);
		memset(text + size, 'x', 1000);
		size += 1000;
		size += (size_t)sprintf(text + size, "\"} action = deny }\n");
	}
	expect(text, 0, "64 KiB");
	free(text);
}

/** glob_becomes_tokens - a set, or a star, for each element. */
static void
glob_becomes_tokens(void **state)
{
	static const struct {
		const char *glob, *kinds; /* . a set, * a star */
	} rows[] = {
		{"", ""},      {"a*b", ".*."}, {"[a-c]?", ".."}, {"[]a]x", ".."}, {"[!]]", "."},
		{"[^a]", "."}, {"[ab", "..."}, {"\\*\\", ".."},	 {"**", "**"},	  {"[a-", "..."},
		{"[", "."},    {"[!", ".."},   {"[a-]", "."},
	};
	struct bg_token tokens[BG_CGROUP_TOKENS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t count = strlen(rows[i].kinds);

		assert_int_equal(bg_cgroup_rule_tokens(rows[i].glob, NULL), count + 1);
		assert_int_equal(bg_cgroup_rule_tokens(rows[i].glob, tokens), count + 1);
		assert_int_equal(tokens[count].kind, BG_TOKEN_END);
		for (size_t k = 0; k < count; k++)
			assert_int_equal(tokens[k].kind, rows[i].kinds[k] == '*' ? BG_TOKEN_STAR : BG_TOKEN_SET);
	}
	bg_cgroup_rule_tokens("[a-c]", tokens);
	assert_int_equal(tokens[0].set['a' >> 3], 0xe); /* bits 1 to 3 of byte 12: a, b and c */
	assert_int_equal(tokens[0].set['B' >> 3], 0);
	bg_cgroup_rule_tokens("[x", tokens);
	assert_int_equal(tokens[0].set['[' >> 3], 1 << ('[' & 7));
}

/** glob_too_long_is_cut - and told so by the count. */
static void
glob_too_long_is_cut(void **state)
{
	struct bg_token tokens[BG_CGROUP_TOKENS_MAX + 1];
	char glob[BG_GLOB_MAX + 1];

	(void)state;
	memset(glob, 'x', 200);
	glob[200] = '\0';
	memset(tokens, 0x7e, sizeof(tokens));
	assert_int_equal(bg_cgroup_rule_tokens(glob, tokens), 201);
	assert_int_equal(tokens[BG_CGROUP_TOKENS_MAX - 1].kind, BG_TOKEN_SET);
	assert_int_equal(tokens[BG_CGROUP_TOKENS_MAX].kind, 0x7e);
	/* One element of as many bytes as a glob can have. */
	memset(glob, 'b', sizeof(glob) - 1);
	glob[0] = '[';
	glob[sizeof(glob) - 2] = ']';
	glob[sizeof(glob) - 1] = '\0';
	assert_int_equal(bg_cgroup_rule_tokens(glob, tokens), 2);
	assert_int_equal(tokens[0].set['b' >> 3], 1 << ('b' & 7));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_that_cannot_be_held_is_refused),
		cmocka_unit_test(rules_too_many_are_refused),
		cmocka_unit_test(glob_becomes_tokens),
		cmocka_unit_test(glob_too_long_is_cut),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
