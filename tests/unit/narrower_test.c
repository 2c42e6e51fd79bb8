/* SPDX-License-Identifier: MIT
 * narrower_test.c - a rule made narrower than an earlier one is unreachable, whatever its keys. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "launcher/unreachable.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS 3000

/** struct pair - a value, and one that it covers. */
struct pair {
	const char *wide;
	const char *narrow;
};

static const struct pair programs[] = {
	{"a", "a"},
	{"a*", "ab"},
	{"*", "x"},
	{"*", "x*"},
	{"**", "/bin/[xy]"},
	{"*/a", "/bin/a"},
	{"a", "/bin/a"},
	{"[ab]c", "bc"},
	{"*[ab]", "xa"},
	{"a?", "ab"},
	{"a\\\\b", "ab"},
	{"ab\\\\*", "ab\\\\*"},
	{"[ab", "[ab"},
	{"x[ab", "x[ab"},
	{"?b", "/usr/bin/ab"},
	{"/*/n*e", "/b/node"},
	{"no[d]e", "node"},
	{"a*", "a*"},
	{"[]]", "]"},
	{"*node", "/usr/bin/node"},
};
static const struct pair commands[] = {
	{"*", "*x*"}, {"*vite*", "node vite dev"}, {"*vite*", "*vite*"}, {"node *", "node /x"}, {"a[b ]", "a "},
	{"**", "x"},
};
static const struct pair addresses[] = {
	{"any", "10.0.0.1"},
	{"any", "wildcard"},
	{"wildcard", "0.0.0.0"},
	{"loopback", "127.1.2.3"},
	{"10.0.0.0/8", "10.1.2.0/24"},
	{"10.0.0.0/9", "10.127.0.1"},
	{"0.0.0.0/0", "192.0.2.1"},
	{"10.0.0.1", "10.0.0.1"},
	{"2001:db8::/33", "2001:db8:7fff::1"},
	{"2001:db8::/65", "2001:db8::7fff:0:0:1"},
	{"::/0", "::1"},
	{"::ffff:0:0/96", "10.0.0.1"},
	{"2001:db8::1", "2001:db8::1"},
};
static const struct pair ports[] = {{"80", "80"}, {"1-100", "50-60"}, {"0-65535", "0"}, {"8000-8999", "8999"}};
static const struct pair protocols[] = {{"tcp", "tcp"}, {"udp", "udp"}};

/** add_key - the key in one rule and in the other: up to three pairs, the narrow ones backwards, and another wide value. */
static void
add_key(char *wide, char *narrow, const char *key, const struct pair *pairs, size_t count)
{
	const struct pair *first = &pairs[(size_t)rand() % count], *second = &pairs[(size_t)rand() % count];
	const struct pair *third = &pairs[(size_t)rand() % count];

	wide += strlen(wide);
	narrow += strlen(narrow);
	switch (rand() % 4) {
	case 0: break;
	case 1: sprintf(narrow, " %s = {\"%s\"}", key, first->narrow); break;
	case 2:
		sprintf(wide, " %s = {\"%s\"}", key, first->wide);
		sprintf(narrow, " %s = {\"%s\"}", key, first->narrow);
		break;
	default:
		sprintf(wide, " %s = {\"%s\", \"%s\", \"%s\"}", key, first->wide, second->wide, third->wide);
		sprintf(narrow, " %s = {\"%s\", \"%s\"}", key, second->narrow, first->narrow);
	}
}

static void
narrower_rule_is_always_unreachable(void **state)
{
	static struct bg_diags diags;

	(void)state;
	srand(20261126);
	for (unsigned i = 0; i < ROUNDS; i++) {
		char wide[512] = "", narrow[512] = "", text[2048];
		struct bg_policy *policy;

		add_key(wide, narrow, "program", programs, LENGTH(programs));
		add_key(wide, narrow, "command", commands, LENGTH(commands));
		add_key(wide, narrow, "address", addresses, LENGTH(addresses));
		add_key(wide, narrow, "port", ports, LENGTH(ports));
		add_key(wide, narrow, "protocol", protocols, LENGTH(protocols));
		snprintf(text, sizeof(text),
			 "rule \"other\" { program = other port = 7 action = deny }\n"
			 "rule \"wide\" { action = allow%s }\nrule \"narrow\" { action = deny%s }\n",
			 wide, narrow);
		memset(&diags, 0, sizeof(diags));
		policy = bg_load_text(text, strlen(text), &diags);
		if (!policy)
			fail_msg("%s%u: %s", text, diags.items[0].line, diags.items[0].text);
		if (unreachable_behind(policy, 2) != 1)
			fail_msg("%sexpected: narrow is unreachable behind wide", text);
		free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(narrower_rule_is_always_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
