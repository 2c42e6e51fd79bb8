/* SPDX-License-Identifier: MIT
 * mistakes_test.c - every mistake that a configuration can hold, with its line and its message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"

#define R(keys) "\nrule \"r\" {\n" keys "\n}\n"
#define REWRITE(keys) R("action = rewrite\n" keys)

/** struct mistake - text, the line of its one mistake, and what the message must hold. */
static const struct mistake {
	const char *text;
	unsigned line;
	const char *message;
} mistakes[] = {
	/* words and keys */
	{"mode = enforc\n", 1, "unknown mode \"enforc\", expected one of: enforce, observe, off"},
	{"\nmode = {observe, off}\n", 2, "mode has 2 values, expected one"},
	{"mode = observe\nmode = off\n", 2, "mode is set twice, first in line 1"},
	{"colour = red\n", 1, "unknown key \"colour\", expected one of: mode, log, rule"},
	{"log {\n to = syslogd\n}\n", 2, "log target \"syslogd\", expected stderr, syslog, journal, none or an absolute path"},
	{"log {\n to = \"relative/path\"\n}\n", 2, "expected stderr, syslog, journal, none or an absolute path"},
	{"log {\n to = \"/var/log/\"\n}\n", 2, "is a folder, expected a file"},
	{"log {\n format = xml }\n", 2, "unknown format \"xml\", expected one of: text, json"},
	{"log {\n events = some }\n", 2, "unknown events \"some\", expected one of: all, notable"},
	{"log {\n level = 3 }\n", 2, "unknown key \"level\", expected one of: to, format, events"},
	{"log { to = none }\nlog { format = json }\n", 2, "log is defined twice"},
	{R("adress = {\"wildcard\"}\naction = allow"), 3, "unknown key \"adress\", expected one of: program, command"},
	{R("action = allow\nport = {1}\nport = {2}"), 5, "port is set twice, first in line 4"},
	{R("action = permit"), 3, "unknown action \"permit\", expected one of: allow, rewrite, confine, deny"},
	{R("action = {allow, deny}"), 3, "action has 2 values, expected one"},
	{R("port = {1}"), 2, "rule \"r\" has no action, expected action ="},
	{R("protocol = {\"tpc\"}\naction = allow"), 3, "unknown protocol \"tpc\", expected one of: tcp, udp, udplite, sctp"},
	{R("protocol = {\"tcp\",\n\"x\"}\naction = allow"), 4, "unknown protocol \"x\""},
	{R("family = {\"inet\"}\naction = allow"), 3, "unknown family \"inet\", expected one of: ipv4, ipv6"},
	{R("protocol = {}\naction = allow"), 3, "protocol is empty, expected at least one value"},
	{R("program = {\"\"}\naction = allow"), 3, "program is empty, expected a pattern"},
	/* names */
	{R("action = allow") R("action = allow"), 6, "rule \"r\" was already defined in line 2, expected another name"},
	{"rule \"\" { action = allow }", 1, "rule has an empty name"},
	{"rule \"0123456789012345678901234567890123456789012345678901234567890123456789\" { action = allow }", 1,
	 "rule name has 70 bytes, expected at most 64"},
	{"rule { action = allow }", 1, "rule has no name, expected rule \"name\" {"},
	/* ports */
	{R("port = {}\naction = allow"), 3, "port is empty"},
	{R("port = {http}\naction = allow"), 3, "port \"http\": expected a number or a range such as 8000-8999"},
	{R("port = {65536}\naction = allow"), 3, "port \"65536\": expected at most 65535"},
	{R("port = {99999999999999999999}\naction = allow"), 3, "expected at most 65535"},
	{R("port = {80-70}\naction = allow"), 3, "port \"80-70\": is reversed, expected the smaller port first"},
	{R("port = {80-}\naction = allow"), 3, "port \"80-\": expected a number or a range"},
	{R("port = {-80}\naction = allow"), 3, "port \"-80\": expected a number or a range"},
	{R("port = {\"\"}\naction = allow"), 3, "port \"\": expected a number or a range"},
	{R("port = {80,\n\n81, 70000}\naction = allow"), 5, "port \"70000\": expected at most 65535"},
	/* addresses */
	{R("address = {\"everything\"}\naction = allow"), 3, "unknown address \"everything\", expected wildcard, loopback, any"},
	{R("address = {\"10.0.0.0/33\"}\naction = allow"), 3, "unknown address \"10.0.0.0/33\""},
	{R("address = {\"10.0.0.0/\"}\naction = allow"), 3, "unknown address \"10.0.0.0/\""},
	{R("address = {\"10.0.0.0/08\"}\naction = allow"), 3, "unknown address"},
	{R("address = {\"10.0.0.256\"}\naction = allow"), 3, "unknown address"},
	{R("address = {\"fe80::/129\"}\naction = allow"), 3, "unknown address"},
	{R("address = {\"10.0.0.1/8\"}\naction = allow"), 3, "\"10.0.0.1/8\" has bits set behind its prefix length"},
	{R("address = {\"fd00::1/64\"}\naction = allow"), 3, "has bits set behind its prefix length"},
	/* targets */
	{REWRITE(""), 2, "rule \"r\" rewrites without a target, expected to = {\"loopback\"}"},
	{REWRITE("to = {}"), 4, "no target"},
	{REWRITE("to = {\"a b\"}"), 4, "target \"a b\", expected loopback, an address or an interface's name"},
	{REWRITE("to = {\"an-interface-name-too-long\"}"), 4, "expected loopback, an address or an interface's name"},
	{REWRITE("to = {\"0.0.0.0\"}"), 4, "is the wildcard, expected an address of this machine"},
	{REWRITE("to = {\"::\"}"), 4, "is the wildcard"},
	{REWRITE("to = {\"224.0.0.1\"}"), 4, "is a multicast or broadcast address"},
	{REWRITE("to = {\"255.255.255.255\"}"), 4, "is a multicast or broadcast address"},
	{REWRITE("to = {\"ff02::1\"}"), 4, "is a multicast or broadcast address"},
	{REWRITE("to = {\"::ffff:1.2.3.4\"}"), 4, "is a mapped address, expected it as IPv4"},
	{REWRITE("to = {\"fe80::1\"}"), 4, "is link-local, expected a global address or the interface's name"},
	{REWRITE("to = {\"1.2.3.4\", \"1.2.3.5\"}"), 4, "is a second address of its family"},
	{REWRITE("to = {\"fd00::1\", \"fd00::2\"}"), 4, "is a second address of its family"},
	{REWRITE("to = {\"loopback\", \"1.2.3.4\"}"), 4, "several targets"},
	{REWRITE("to = {\"eth0\", \"eth1\"}"), 4, "several targets"},
	{REWRITE("to = {\"1.2.3.4\", \"eth0\"}"), 4, "several targets"},
	{REWRITE("to = {\"loopback\"}\nport = {1}\nto_port = 0"), 6, "to_port \"0\", expected a port of 1 to 65535"},
	{REWRITE("to = {\"loopback\"}\nport = {1}\nto_port = 65536"), 6, "to_port \"65536\", expected a port"},
	{REWRITE("to = {\"loopback\"}\nport = {1}\nto_port = 8x"), 6, "to_port \"8x\", expected a port"},
	{REWRITE("to = {\"loopback\"}\nto_port = 80"), 5, "has to_port, expected a port key without 0 beside it"},
	{REWRITE("to = {\"loopback\"}\nport = {0-9}\nto_port = 80"), 6, "expected a port key without 0 beside it"},
	/* keys that the action does not use */
	{R("action = allow\nto = {\"loopback\"}"), 4, "to is used by action rewrite only"},
	{R("action = deny\nport = {1}\nto_port = 80"), 5, "to_port is used by action rewrite only"},
	{REWRITE("to = {\"loopback\"}\ninterface = lo"), 5, "interface is used by action confine only"},
	{R("action = confine\nerror = EPERM"), 4, "error is used by action deny only"},
	{R("action = deny\nerror = ENONSENSE"), 4, "unknown error \"ENONSENSE\", expected an errno name such as EACCES"},
	{R("action = confine\ninterface = \"a/b\""), 4, "interface \"a/b\", expected a name of 1 to 15 bytes"},
	{R("action = confine\ninterface = \"\""), 4, "interface \"\", expected a name"},
	{R("action = confine\ninterface = sixteen-bytes-xx"), 4, "expected a name of 1 to 15 bytes"},
	/* shape */
	{"rule \"r\" {\naction = allow\n", 2, "section is not closed, expected } (opened in line 1)"},
	{"rule \"r\" {\nrule \"s\" { action = allow }\n}\n", 2, "rule inside a section, expected } before it"},
	{"mode = observe\n}\n", 2, "} closes nothing"},
	{"mode observe\n", 1, "expected = behind mode"},
	{"mode =\n", 1, "mode has no value"},
	{R("port = {1, 2\naction = allow"), 4, "list is not closed, expected , or }"},
	{R("port += {1}\naction = allow"), 3, "+= is not known here, expected ="},
	{"log {\n to = \"/x\n}\n", 2, "string is not closed"},
	{"/* comment\n", 1, "comment is not closed"},
	{"\n= 3\n", 2, "expected mode, log or rule"},
	{"log {\n to = \"/tmp/${HOME}\"\n}\n", 2, "${ in a string: the environment is not read"},
	{"\nmode = \"obs\001\"\n", 2, "byte 0x01, expected text"},
	{"rule r action = allow", 1, "expected { behind the rule's name"},
};

/** first_mistake - the first of @diags that is no warning. */
static const struct bg_diag *
first_mistake(const struct bg_diags *diags)
{
	for (unsigned i = 0; i < diags->count; i++)
		if (!diags->items[i].warning)
			return &diags->items[i];
	return NULL;
}

/** mistake_any_is_told_with_its_line - and makes no policy. */
static void
mistake_any_is_told_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *row = &mistakes[i];
		struct bg_diags diags = {.count = 0};
		struct bg_policy *policy = bg_load_text(row->text, strlen(row->text), &diags);
		const struct bg_diag *diag = first_mistake(&diags);

		if (policy || !diag)
			fail_msg("no mistake was found in: %s", row->text);
		if (diag->line != row->line || !strstr(diag->text, row->message) || bg_diags_mistakes(&diags) != 1)
			fail_msg("in: %s\ngot %u mistakes, the first in line %u: %s\nexpected line %u: %s", row->text,
				 bg_diags_mistakes(&diags), diag->line, diag->text, row->line, row->message);
	}
}

/** mistakes_many_are_all_told - in the order of their lines. */
static void
mistakes_many_are_all_told(void **state)
{
	static const char text[] = "mode = wrong\n"
				   "rule \"a\" {\n"
				   "  adress = {\"wildcard\"}\n"
				   "  port = {90-80}\n"
				   "  action = deny\n"
				   "  error = EFOO\n"
				   "}\n"
				   "rule \"a\" { action = rewrite }\n"
				   "log { to = nowhere }\n";
	static const unsigned lines[] = {1, 3, 4, 6, 8, 8, 9};
	struct bg_diags diags = {.count = 0};

	(void)state;
	assert_null(bg_load_text(text, strlen(text), &diags));
	assert_int_equal(diags.count, sizeof(lines) / sizeof(lines[0]));
	for (unsigned i = 0; i < diags.count; i++)
		assert_int_equal(diags.items[i].line, lines[i]);
}

/** file_too_large_is_told - limits are stated, nothing is cut. */
static void
file_too_large_is_told(void **state)
{
	char *text = calloc(1, BG_FILE_MAX + 2);
	struct bg_diags diags = {.count = 0};

	(void)state;
	memset(text, '\n', BG_FILE_MAX + 1);
	assert_null(bg_load_text(text, BG_FILE_MAX + 1, &diags));
	assert_non_null(strstr(diags.items[0].text, "expected at most 1048576"));
	free(text);
}

/** lists_and_rules_too_many_are_told - the limits of policy.h. */
static void
lists_and_rules_too_many_are_told(void **state)
{
	char *text = malloc(BG_FILE_MAX);
	struct bg_diags diags = {.count = 0};
	size_t used = 0;

	(void)state;
	used = (size_t)sprintf(text, "rule \"r\" { action = allow port = {1");
	for (int i = 0; i < BG_VALUES_MAX; i++)
		used += (size_t)sprintf(text + used, ",%d", i);
	used += (size_t)sprintf(text + used, "} }");
	assert_null(bg_load_text(text, used, &diags));
	assert_non_null(strstr(diags.items[0].text, "too many values, expected at most 1024"));
	free(text);
}

/** text_random_never_crashes - cut and scrambled configurations; sanitizers watch. */
static void
text_random_never_crashes(void **state)
{
	static const char seed_text[] = "mode = observe\nlog { to = \"/x\" }\nrule \"a\" { port = {1, 2-3} to = {lo} "
					"action = rewrite } # end\n/* c */ // d\n";
	static const char letters[] = "{}()=,+\"'\\#/*$ \n\tar1-.";
	uint64_t random = 88172645463325252u;
	char text[sizeof(seed_text)];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct bg_diags diags = {.count = 0};
		size_t size = sizeof(text) - 1;

		memcpy(text, seed_text, sizeof(text));
		for (int edits = 0; edits < 1 + round % 6; edits++) {
			random ^= random << 13, random ^= random >> 7, random ^= random << 17;
			text[random % size] = letters[(random >> 32) % (sizeof(letters) - 1)];
			if ((random >> 50) % 8 == 0)
				size = 1 + (random >> 20) % size;
		}
		struct bg_policy *policy = bg_load_text(text, size, &diags);

		assert_true((policy != NULL) == (bg_diags_mistakes(&diags) == 0));
		free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistake_any_is_told_with_its_line), cmocka_unit_test(mistakes_many_are_all_told),
		cmocka_unit_test(file_too_large_is_told),	     cmocka_unit_test(lists_and_rules_too_many_are_told),
		cmocka_unit_test(text_random_never_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
