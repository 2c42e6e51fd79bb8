/* SPDX-License-Identifier: MIT
 * load_test.c - what becomes of the rules of a file, and what the environment changes. On cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "unit/loaded.h"

/** load_text - @text must load without a word. */
static struct bg_policy *
load_text(const char *text)
{
	static struct bg_diags diags;
	struct bg_policy *policy;

	memset(&diags, 0, sizeof(diags));
	policy = bg_load_text(text, strlen(text), &diags);
	for (unsigned i = 0; i < diags.count; i++)
		print_error("%u: %s\n", diags.items[i].line, diags.items[i].text);
	assert_int_equal(diags.count, 0);
	assert_non_null(policy);
	return policy;
}

static void
rule_with_every_key_is_laid_out(void **state)
{
	struct bg_policy *policy = load_text("mode = observe # why not\r\n"
					     "log { to = '/var/log/a b' format = json events = all }\n"
					     "rule \"a\\\"b\" {\n"
					     "  program  = {python3, \"/opt/*/[a-z]\\\\*\"} // two\n"
					     "  command  = {\"*vite*\", # the server\n"
					     "              /* and */ '*next dev*',}\n"
					     "  protocol = {tcp, sctp}\n  family = ipv6\n"
					     "  address  = {wildcard, any, 10.0.0.0/8, 2001:db8::1, ::ffff:192.0.2.1}\n"
					     "  port     = {80, 8000-8999}\n  action = rewrite\n"
					     "  to       = {192.0.2.1, 2001:db8::1}\n  to_port = 9000\n}\n");
	const struct bg_rule *rule = &policy->rules[0];
	const struct bg_span *globs = bg_policy_at(policy, rule->programs);
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);
	const struct bg_port_range *ports = bg_policy_at(policy, rule->ports);

	(void)state;
	assert_int_equal(policy->mode, BG_MODE_OBSERVE);
	assert_int_equal(policy->log_to, BG_LOG_FILE);
	assert_string_equal(bg_policy_string(policy, policy->log_path), "/var/log/a b");
	assert_int_equal(policy->log_format, BG_LOG_JSON);
	assert_int_equal(policy->log_events, BG_LOG_ALL);
	assert_false(policy->lockdown || policy->port_zero);
	assert_int_equal(policy->rule_count, 1);
	assert_string_equal(bg_policy_string(policy, rule->name), "a\"b");
	assert_int_equal(rule->line, 3);
	assert_int_equal(rule->programs.count, 2);
	assert_string_equal(bg_policy_string(policy, globs[1]), "/opt/*/[a-z]\\*");
	assert_int_equal(rule->commands.count, 2);
	globs = bg_policy_at(policy, rule->commands);
	assert_string_equal(bg_policy_string(policy, globs[1]), "*next dev*");
	assert_int_equal(rule->protocols, BG_PROTOCOL_TCP | BG_PROTOCOL_SCTP);
	assert_int_equal(rule->families, BG_IPV6);
	assert_int_equal(rule->classes, BG_CLASS_WILDCARD | BG_CLASS_ANY);
	assert_int_equal(rule->prefixes.count, 3);
	assert_int_equal(prefixes[0].bits, 8);
	assert_int_equal(prefixes[1].bits, 128);
	assert_int_equal(prefixes[2].addr.family, BG_IPV4);
	assert_int_equal(prefixes[2].bits, 32);
	assert_int_equal(rule->ports.count, 2);
	assert_int_equal(ports[0].last, 80);
	assert_int_equal(ports[1].last, 8999);
	assert_int_equal(rule->target, BG_TARGET_ADDRESS);
	assert_true(rule->has_ipv4 && rule->has_ipv6);
	assert_int_equal(rule->ipv4.bytes[0], 192);
	assert_int_equal(rule->to_port, 9000);
	free(policy);
}

static void
absent_keys_have_their_defaults(void **state)
{
	struct bg_policy *policy = load_text("rule a { port = 1 action = confine }\nrule b { port = 2 action = deny }\n"
					     "rule c { action = rewrite to = wg0 }\n");

	(void)state;
	assert_int_equal(policy->mode, BG_MODE_ENFORCE);
	assert_int_equal(policy->log_to, BG_LOG_STDERR);
	assert_int_equal(policy->log_format, BG_LOG_TEXT);
	assert_int_equal(policy->log_events, BG_LOG_NOTABLE);
	assert_string_equal(policy->rules[0].interface, "lo");
	assert_int_equal(policy->rules[1].error, EACCES);
	assert_int_equal(policy->rules[2].target, BG_TARGET_INTERFACE);
	assert_string_equal(policy->rules[2].interface, "wg0");
	assert_int_equal(policy->rules[2].protocols | policy->rules[2].families | policy->rules[2].classes, 0);
	free(policy);
	policy = load_text("");
	assert_int_equal(policy->rule_count, 0);
	free(policy);
	policy = load_text("#");
	free(policy);
	policy = load_text("mode = off # ${");
	free(policy);
	policy = load_text("mode = off /* } */ // }");
	free(policy);
}

static void
port_zero_is_noted_for_what_listens(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} rows[] = {{"rule a { port = 0 action = allow }", true},
		    {"rule a { port = {80, 0-10} protocol = tcp action = allow }", true},
		    {"rule a { port = 0 protocol = {udp, dccp} action = allow }", true},
		    {"rule a { port = 0 protocol = {udp, raw} action = allow }", false},
		    {"rule a { port = 1-65535 action = allow }", false},
		    {"rule a { action = allow }", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bg_policy *policy = load_text(rows[i].text);

		assert_int_equal(policy->port_zero, rows[i].expected);
		free(policy);
	}
}

static void
mistake_says_where_it_is(void **state)
{
	static const char broken[] = "\nmode = on\n";
	static const struct {
		struct bg_settings settings;
		const char *variable;
		const char *before; /* the variable's name in the text */
		unsigned line;
	} rows[] = {
		{{.config = "", .mode = "on"}, "BINDGUARD_MODE", "unknown ", 0},
		{{.config = "", .log_format = "xml"}, "BINDGUARD_LOG_FORMAT", "unknown ", 0},
		{{.config = "", .log_events = "none"}, "BINDGUARD_LOG_EVENTS", "unknown ", 0},
		{{.config = "", .log = "log.txt"}, "BINDGUARD_LOG", "", 0},
		{{.config = "", .to = "a b"}, "BINDGUARD_TO", "", 0},
		{{.config = "", .from = "a b"}, "BINDGUARD_FROM", "", 0},
		{{.config = "", .confine = "a b"}, "BINDGUARD_CONFINE", "", 0},
		{{.config = "", .unreadable = true}, "", "", 0},
		{{.config = "/BINDGUARD_MODE"}, NULL, "", 0},
		{{.config = loaded_path}, NULL, "", 2},
	};

	(void)state;
	loaded_write("broken.conf", broken, sizeof(broken) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bg_diag *diag = &loaded.diags.items[0];

		bg_load(&rows[i].settings, NULL, &loaded);
		assert_int_equal(loaded.diags.count, 1);
		assert_int_equal(diag->line, rows[i].line);
		assert_int_equal(diag->variable == NULL, rows[i].variable == NULL);
		if (rows[i].variable) {
			assert_string_equal(diag->variable, rows[i].variable);
			assert_int_equal(diag->name_at, strlen(rows[i].before));
			assert_memory_equal(diag->text, rows[i].before, diag->name_at);
			assert_memory_equal(diag->text + diag->name_at, diag->variable, strlen(diag->variable));
		}
		bg_loaded_free(&loaded);
	}
}

/** struct log - the log section of a policy. */
struct log {
	enum bg_log_to to;
	enum bg_log_format format;
	enum bg_log_events events;
};

/** expect_lockdown_log - lockdown by its own rules and target, with this log and the mode of the environment. */
static void
expect_lockdown_log(const struct bg_settings *settings, struct log log)
{
	size_t rules = bg_policy_lockdown->rule_count * sizeof(struct bg_rule);

	loaded_load(settings, "/usr/bin/node", "node");
	assert_true(loaded.owned && loaded.policy->lockdown);
	assert_true(bg_diags_mistakes(&loaded.diags) > 0);
	assert_int_equal(loaded.policy->log_to, log.to);
	assert_int_equal(loaded.policy->log_format, log.format);
	assert_int_equal(loaded.policy->log_events, log.events);
	assert_int_equal(loaded.policy->mode, settings->mode ? BG_MODE_OBSERVE : BG_MODE_ENFORCE);
	assert_int_equal(loaded.policy->rule_count, bg_policy_lockdown->rule_count);
	assert_memory_equal(loaded.policy->rules, bg_policy_lockdown->rules, rules);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->rules[2].name), "lockdown");
	if (log.to == BG_LOG_FILE)
		assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->log_path), settings->log);
	bg_loaded_free(&loaded);
}

static void
lockdown_logs_where_the_environment_says(void **state)
{
	static const char text[] = "mode = maybe\nlog { to = none events = notable }\n";
	const char *config = loaded_write("broken.conf", text, sizeof(text) - 1);
	struct bg_settings settings = {.config = config, .log = "journal"};

	(void)state;
	expect_lockdown_log(&settings, (struct log){BG_LOG_JOURNAL, BG_LOG_TEXT, BG_LOG_NOTABLE});
	settings.log = "/tmp/binds.log";
	settings.log_format = "json";
	settings.log_events = "all";
	expect_lockdown_log(&settings, (struct log){BG_LOG_FILE, BG_LOG_JSON, BG_LOG_ALL});
	/* One that makes no sense leaves the others; the mode holds, the target is lockdown's. */
	settings.log = "journal.txt";
	settings.mode = "observe";
	settings.to = "wg0";
	expect_lockdown_log(&settings, (struct log){BG_LOG_STDERR, BG_LOG_JSON, BG_LOG_ALL});
	settings = (struct bg_settings){.config = "", .log = "syslog", .to = "rubbish/"};
	expect_lockdown_log(&settings, (struct log){BG_LOG_SYSLOG, BG_LOG_TEXT, BG_LOG_NOTABLE});
	settings = (struct bg_settings){.config = loaded_in_folder("none.conf"), .log = "none", .log_format = "xml"};
	expect_lockdown_log(&settings, (struct log){BG_LOG_NONE, BG_LOG_TEXT, BG_LOG_NOTABLE});
}

static void
rules_of_other_programs_are_dropped(void **state)
{
	static const char text[] =
		"rule a { program = vite action = allow }\nrule b { command = \"*next*\" action = allow }\n"
		"rule c { program = \"/usr/*/node\" action = rewrite to = loopback }\n";
	struct bg_settings settings = {.config = loaded_write("programs.conf", text, sizeof(text) - 1), .to = "wg0"};

	(void)state;
	loaded_load(&settings, "/usr/bin/node", "node next dev");
	assert_int_equal(loaded_command_asked, 1);
	assert_int_equal(loaded.policy->rule_count, 2);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->rules[0].name), "b");
	bg_loaded_free(&loaded);
	loaded_load(&settings, "/bin/cat", "cat");
	assert_int_equal(loaded.policy->rule_count, 0);
	assert_int_equal(loaded.diags.count, 0);
	bg_loaded_free(&loaded);
	loaded_load(&settings, "/bin/cat", NULL);
	assert_true(loaded.policy->lockdown);
	assert_non_null(strstr(loaded.diags.items[0].text, "/proc/self/cmdline"));
	bg_loaded_free(&loaded);
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.policy->rule_count, 3);
	bg_loaded_free(&loaded);
}

static void
compiled_in_lockdown_is_marked(void **state)
{
	(void)state;
	assert_true(bg_policy_lockdown->lockdown);
	assert_false(bg_policy_default->lockdown);
	assert_int_equal(bg_policy_lockdown->rule_count, 3);
	assert_int_equal((uintptr_t)bg_policy_default % 8, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_with_every_key_is_laid_out),
		cmocka_unit_test(absent_keys_have_their_defaults),
		cmocka_unit_test(port_zero_is_noted_for_what_listens),
		cmocka_unit_test(mistake_says_where_it_is),
		cmocka_unit_test(lockdown_logs_where_the_environment_says),
		cmocka_unit_test(rules_of_other_programs_are_dropped),
		cmocka_unit_test(compiled_in_lockdown_is_marked),
	};

	return cmocka_run_group_tests(tests, loaded_make_folder, loaded_remove_folder);
}
