/* SPDX-License-Identifier: MIT
 * many_test.c - files of many rules: all are read, each keeps its own keys, and a doubled name is found. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bindguard/decide.h"
#include "bindguard/decision.h"
#include "bindguard/load.h"
#include "load/arena.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX BG_FILE_MAX
#define MOVES_MAX 20u
#define CPU_SECONDS_MAX 8
#define SIXTEEN "a=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\na=1\n"
#define MISTAKES SIXTEEN SIXTEEN SIXTEEN SIXTEEN

static struct bg_diags diags;
static char text[TEXT_MAX];

/** load - the first @size bytes of @text, its mistakes in @diags. */
static struct bg_policy *
load(size_t size)
{
	memset(&diags, 0, sizeof(diags));
	return bg_load_text(text, size, &diags);
}

/** expect_mistake - mistake @i is in @line and has @part in its words. */
static void
expect_mistake(unsigned i, unsigned line, const char *part)
{
	assert_true(i < diags.count);
	if (diags.items[i].line != line || !strstr(diags.items[i].text, part))
		fail_msg("expected %u: %s, got %u: %s", line, part, diags.items[i].line, diags.items[i].text);
}

/** rule_for - which rule decides a TCP bind of 0.0.0.0 and @port. */
static uint32_t
rule_for(const struct bg_policy *policy, uint16_t port)
{
	struct bg_request request = {.call = BG_CALL_BIND,
				     .known = ~0u,
				     .form = BG_FORM_IPV4,
				     .domain_fits = true,
				     .protocol = BG_PROTOCOL_TCP,
				     .exe = "/bin/x",
				     .command = "x"};
	struct bg_verdict verdict;

	request.asked.addr.family = BG_IPV4;
	request.asked.port = port;
	bg_decide(policy, &request, &verdict);
	assert_int_equal(verdict.needs, 0);
	return verdict.rule;
}

static void
rules_up_to_the_limit_are_read_and_the_last_decides(void **state)
{
	struct bg_policy *policy;
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < BG_RULES_MAX; i++)
		used += (size_t)sprintf(text + used, "rule \"r%u\" {\nprogram = {\"x\", '*'} port = \"%u\" %s }\n", i,
					i + 1, i % 2 ? "error = EPERM action = deny" : "action = allow");
	policy = load(used);
	assert_non_null(policy);
	assert_int_equal(policy->rule_count, BG_RULES_MAX);
	for (unsigned i = 0; i < BG_RULES_MAX; i++) {
		const struct bg_rule *rule = &policy->rules[i];
		const struct bg_port_range *ports = bg_policy_at(policy, rule->ports);

		assert_int_equal(rule->line, 2 * i + 1);
		assert_int_equal(ports[0].first, i + 1);
		assert_int_equal(rule->programs.count, 2);
		assert_int_equal(rule->action, i % 2 ? BG_ACTION_DENY : BG_ACTION_ALLOW);
	}
	assert_int_equal(rule_for(policy, BG_RULES_MAX), BG_RULES_MAX - 1);
	assert_int_equal(rule_for(policy, 1), 0);
	assert_int_equal(rule_for(policy, BG_RULES_MAX + 1), BG_NO_RULE);
	free(policy);
}

static void
doubled_name_far_away_is_told_with_the_line_of_the_first(void **state)
{
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < BG_RULES_MAX - 2; i++)
		used += (size_t)sprintf(text + used, "rule n%u { action = allow }\n", i);
	used += (size_t)sprintf(text + used, "rule \"n17\" { action = allow }\nrule 'n17' { action = deny }\n");
	assert_null(load(used));
	assert_int_equal(diags.count, 2);
	expect_mistake(0, BG_RULES_MAX - 1, "rule \"n17\" was already defined in line 18, expected another name");
	expect_mistake(1, BG_RULES_MAX, "rule \"n17\" was already defined in line 18, expected another name");
}

static void
doubled_names_are_each_told_with_their_first(void **state)
{
	static const char *const names[] = {"a", "ab", "b", "A", "a b", "a-b"};
	struct bg_policy *policy;
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		used += (size_t)sprintf(text + used, "rule \"%s\" { action = allow }\n", names[i]);
	policy = load(used);
	assert_non_null(policy);
	assert_int_equal(policy->rule_count, LENGTH(names));
	free(policy);
	for (size_t i = LENGTH(names); i-- > 0;)
		used += (size_t)sprintf(text + used, "rule \"%s\" { action = allow }\n", names[i]);
	assert_null(load(used));
	assert_int_equal(diags.count, LENGTH(names));
	for (unsigned i = 0; i < LENGTH(names); i++) {
		char part[64];

		snprintf(part, sizeof(part), "defined in line %u", (unsigned)LENGTH(names) - i);
		expect_mistake(i, (unsigned)LENGTH(names) + 1 + i, part);
	}
}

static void
empty_names_and_names_cut_to_the_limit_are_told(void **state)
{
	char name[BG_NAME_MAX + 2];
	size_t used = 0;

	(void)state;
	memset(name, 'x', sizeof(name));
	for (unsigned i = 0; i < 2; i++)
		used += (size_t)sprintf(text + used, "rule \"\" { action = allow }\nrule %.*s { action = allow }\n",
					(int)sizeof(name), name);
	assert_null(load(used));
	assert_int_equal(diags.count, 5);
	expect_mistake(0, 1, "empty name");
	expect_mistake(1, 2, "66 bytes, expected at most 64");
	expect_mistake(2, 3, "empty name");
	expect_mistake(3, 4, "66 bytes, expected at most 64");
	expect_mistake(4, 4, "was already defined in line 2");
}

static void
value_reads_the_same_however_it_is_written(void **state)
{
	static const struct {
		const char *written, *read;
	} rows[] = {{"a", "a"},		  {"\"a\"", "a"},	  {"'a'", "a"},
		    {"{ \"a\" }", "a"},	  {"{\n'a'\n}", "a"},	  {"{\"a\",}", "a"},
		    {"\"a b\"", "a b"},	  {"\"a\tb\"", "a\tb"},	  {"\"a#b\"", "a#b"},
		    {"\"//a\"", "//a"},	  {"\"/*a*/\"", "/*a*/"}, {"\"/\"", "/"},
		    {"'a\"b'", "a\"b"},	  {"\"a'b\"", "a'b"},	  {"\"a\\\\b\"", "a\\b"},
		    {"'a\\b'", "a\\b"},	  {"'a\\'b'", "a'b"},	  {"\"{}=,\"", "{}=,"},
		    {"\"$a}\"", "$a}"},	  {"'${a}'", "${a}"},	  {"\"\xc3\xa9\"", "\xc3\xa9"},
		    {"\"rule\"", "rule"}, {"\"*\"", "*"},	  {"\"a\\\"b\"", "a\"b"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t used = (size_t)sprintf(text, "rule r{action=allow command=%s port=1}", rows[i].written);
		struct bg_policy *policy = load(used);
		const struct bg_span *globs;

		if (!policy)
			fail_msg("%s: %s", text, diags.items[0].text);
		globs = bg_policy_at(policy, policy->rules[0].commands);
		assert_int_equal(policy->rules[0].commands.count, 1);
		assert_string_equal(bg_policy_string(policy, globs[0]), rows[i].read);
		assert_int_equal(policy->rules[0].ports.count, 1);
		free(policy);
	}
}

static void
mistakes_that_libconfuse_finds_keep_their_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *part;
	} rows[] = {{"rule r {\n# c\naction = allow /* \n */\n\n port = {80 81} }", 6,
		     "unexpected 81 in a list, expected , or }"},
		    {"rule r { action = allow command = {\"a\"\n\"b\"} }", 2,
		     "unexpected \"b\" in a list, expected , or }"},
		    {"rule r { action = allow command = {a\"b\"c} }", 1, "unexpected \"b\" in a list"},
		    {"rule r { action = allow port = {\n80\n,\n,\n81} }", 4,
		     "unexpected , in a list, expected a value or }"},
		    {"log {\n\n}\nrule r { action = allow\n port = {,} }", 5,
		     "unexpected , in a list, expected a value or }"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_null(load((size_t)sprintf(text, "%s", rows[i].text)));
		assert_int_equal(diags.count, 1);
		expect_mistake(0, rows[i].line, rows[i].part);
	}
	assert_null(load(
		(size_t)sprintf(text, "%s", "nope = {a,\nb}\nmode = off mode\n= {on\n}\nrule r { port =\n{1 2}}")));
	assert_int_equal(diags.count, 3);
	expect_mistake(0, 1, "unknown key \"nope\"");
	expect_mistake(1, 3, "mode is set twice, first in line 3");
	expect_mistake(2, 7, "unexpected 2 in a list");
}

static void
variable_without_an_end_ends_the_reading(void **state)
{
	(void)state;
	assert_null(load((size_t)sprintf(text, "%s",
					 "mode = on\nrule a { action = allow command = {\"x\", \"${x\"} }\n"
					 "rule b { action = allow command = \"}\" }\nrule \"c\" { action = drop }\n")));
	assert_int_equal(diags.count, 2);
	expect_mistake(0, 1, "unknown mode");
	expect_mistake(1, 2, "${ in a string");
	assert_null(load((size_t)sprintf(text, "%s", "rule a { action = allow command = \"${x}\" }\nmode = on\n")));
	assert_int_equal(diags.count, 2);
	expect_mistake(0, 1, "${ in a string");
	expect_mistake(1, 2, "unknown mode");
}

/** expect_soon - @text, filled with @unit behind @head, is read in a few seconds at most: far from what a square takes. */
static void
expect_soon(const char *head, const char *unit)
{
	size_t used = (size_t)sprintf(text, "%s", head);
	clock_t begun = clock();

	while (used + strlen(unit) < TEXT_MAX)
		used += (size_t)sprintf(text + used, "%s", unit);
	assert_null(load(used));
	assert_int_equal(diags.count, BG_DIAGS_MAX);
	assert_true(clock() - begun < CPU_SECONDS_MAX * CLOCKS_PER_SEC);
}

static void
file_full_of_mistakes_is_read_soon(void **state)
{
	(void)state;
	expect_soon("rule r {\n", "a=1\n");
	expect_soon("", "mode=off\n");
	expect_soon("log {\n", "to = {\nnone\n}\n");
	expect_soon("", "rule r {action=allow}\n");
	expect_soon(MISTAKES "x = \"", "${"); /* for each ${ libconfuse looks for a brace */
	expect_soon(MISTAKES "x = \"${", "\n");
	expect_soon(MISTAKES "x = \"", "\n");
	expect_soon(MISTAKES, "# \n");
	expect_soon(MISTAKES "x = ", "x");
	expect_soon(MISTAKES, "/* */");
}

static void
array_that_grows_is_kept_zeroed_and_seldom_moved(void **state)
{
	unsigned char *last = arena_alloc(10);
	unsigned *array = NULL;
	unsigned moves = 0;

	(void)state;
	assert_non_null(last);
	last = arena_realloc(last, 1000);
	assert_non_null(last);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(last[i], 0);
	for (unsigned i = 0; i < BG_RULES_MAX; i++) {
		unsigned *grown = arena_realloc(array, (i + 1) * sizeof(*array));

		assert_non_null(grown);
		assert_non_null(arena_alloc(i % 40));
		moves += grown != array;
		array = grown;
		assert_int_equal(array[i], 0);
		array[i] = ~i;
	}
	for (unsigned i = 0; i < BG_RULES_MAX; i++)
		assert_int_equal(array[i], ~i);
	assert_ptr_equal(arena_realloc(array, 1), array);
	assert_null(arena_realloc(array, SIZE_MAX / 2));
	assert_true(moves < MOVES_MAX);
	arena_release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_up_to_the_limit_are_read_and_the_last_decides),
		cmocka_unit_test(doubled_name_far_away_is_told_with_the_line_of_the_first),
		cmocka_unit_test(doubled_names_are_each_told_with_their_first),
		cmocka_unit_test(empty_names_and_names_cut_to_the_limit_are_told),
		cmocka_unit_test(value_reads_the_same_however_it_is_written),
		cmocka_unit_test(mistakes_that_libconfuse_finds_keep_their_line),
		cmocka_unit_test(variable_without_an_end_ends_the_reading),
		cmocka_unit_test(file_full_of_mistakes_is_read_soon),
		cmocka_unit_test(array_that_grows_is_kept_zeroed_and_seldom_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
