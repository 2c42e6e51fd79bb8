/* SPDX-License-Identifier: MIT
 * load_environment_test.c - the variables of the environment over a file's policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "unit/loaded.h"

static void
environment_is_laid_over_the_policy(void **state)
{
	struct bg_settings settings = {.config = "",
				       .mode = "observe",
				       .to = "192.0.2.1,2001:db8::1",
				       .log = "/var/log/x",
				       .log_format = "json",
				       .log_events = "all"};
	const struct bg_rule *rule;

	(void)state;
	loaded_load(&settings, "/bin/x", NULL);
	assert_int_equal(loaded_command_asked, 0);
	assert_true(loaded.owned);
	assert_int_equal(loaded.policy->mode, BG_MODE_OBSERVE);
	assert_int_equal(loaded.policy->log_to, BG_LOG_FILE);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->log_path), "/var/log/x");
	assert_int_equal(loaded.policy->log_format, BG_LOG_JSON);
	assert_int_equal(loaded.policy->log_events, BG_LOG_ALL);
	rule = &loaded.policy->rules[1];
	assert_int_equal(rule->target, BG_TARGET_ADDRESS);
	assert_true(rule->has_ipv4 && rule->has_ipv6);
	bg_loaded_free(&loaded);
	settings = (struct bg_settings){.config = "", .to = "wg0"};
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.policy->rules[1].target, BG_TARGET_INTERFACE);
	assert_string_equal(loaded.policy->rules[1].interface, "wg0");
	assert_int_equal(bg_policy_default->rules[1].target, BG_TARGET_LOOPBACK);
	bg_loaded_free(&loaded);
}

static void
environment_says_from_where_and_by_which_device(void **state)
{
	static const char two[] =
		"rule a { action = rewrite to = loopback port = 80 }\nrule b { action = limit from = eth0 }\n"
		"rule c { action = rewrite to = 192.0.2.1 }\nrule d { action = rewrite to = loopback }\n";
	static const char comma[] = "rule a { action = confine interface = \"a,b\" }\n";
	struct bg_settings settings = {.config = loaded_write("allow.conf", two, sizeof(two) - 1),
				       .from = "machine,wg0,10.0.0.0/8,2001:db8::1",
				       .log = "/var/log/x"};
	const struct bg_rule *rules;
	const struct bg_from *from;

	(void)state;
	loaded_load(&settings, "/bin/x", NULL);
	rules = loaded.policy->rules;
	from = bg_policy_at(loaded.policy, rules[0].from);
	assert_int_equal(rules[0].action, BG_ACTION_LIMIT);
	assert_int_equal(rules[0].from.count, 4);
	assert_int_equal(from[0].kind, BG_FROM_MACHINE);
	assert_string_equal(from[1].interface, "wg0");
	assert_int_equal(from[2].prefix.bits, 8);
	assert_int_equal(from[3].prefix.addr.family, BG_IPV6);
	assert_int_equal(rules[3].action, BG_ACTION_LIMIT);
	assert_int_equal(rules[3].from.offset, rules[0].from.offset);
	from = bg_policy_at(loaded.policy, rules[1].from);
	assert_int_equal(rules[1].from.count, 1);
	assert_string_equal(from->interface, "eth0");
	assert_int_equal(rules[2].action, BG_ACTION_REWRITE);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->log_path), "/var/log/x");
	bg_loaded_free(&loaded);
	settings.from = NULL;
	settings.confine = "wg0";
	loaded_load(&settings, "/bin/x", NULL);
	assert_int_equal(loaded.policy->rules[0].action, BG_ACTION_CONFINE);
	assert_string_equal(loaded.policy->rules[3].interface, "wg0");
	bg_loaded_free(&loaded);
	settings.confine = "a,b"; /* a name to the kernel, dev_valid_name(), as it is in a file */
	loaded_load(&settings, "/bin/x", NULL);
	assert_string_equal(loaded.policy->rules[3].interface, "a,b");
	bg_loaded_free(&loaded);
	settings = (struct bg_settings){.config = loaded_write("other.conf", comma, sizeof(comma) - 1)};
	loaded_load(&settings, "/bin/x", NULL);
	assert_string_equal(loaded.policy->rules[0].interface, "a,b");
	bg_loaded_free(&loaded);
}

static void
environment_pins_to_a_device(void **state)
{
	static const char name[BG_IFNAME_MAX] = "wg0"; /* all of it is compared, also what is behind its end */
	static const char text[] =
		"mode = observe\nlog { to = \"/var/log/y\" format = json }\nrule a { action = allow }\n";
	struct bg_settings settings = {.config = loaded_write("allow.conf", text, sizeof(text) - 1), .pin = "wg0"};
	unsigned confined = 0;

	(void)state;
	loaded_load(&settings, "/bin/x", NULL);
	assert_int_equal(loaded.policy->mode, BG_MODE_OBSERVE);
	assert_int_equal(loaded.policy->log_format, BG_LOG_JSON);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->log_path), "/var/log/y");
	assert_int_equal(loaded.policy->rule_count, bg_policy_pin->rule_count);
	assert_true(loaded.policy->outgoing);
	for (uint32_t i = 0; i < loaded.policy->rule_count; i++) {
		if (loaded.policy->rules[i].action != BG_ACTION_CONFINE)
			continue;
		assert_memory_equal(loaded.policy->rules[i].interface, name, sizeof(name));
		confined++;
	}
	assert_int_equal(confined, 2);
	bg_loaded_free(&loaded);
	settings.pin = "lo";
	loaded_expect_lockdown(&settings, "BINDGUARD_PIN: interface \"lo\" leads to no other host");
	settings.pin = "a b";
	loaded_expect_lockdown(&settings, "BINDGUARD_PIN: interface \"a b\" has a blank");
	settings.pin = "wg0";
	settings.from = "machine";
	loaded_expect_lockdown(&settings, "BINDGUARD_FROM: BINDGUARD_PIN is set, too, expected one of them");
}

static void
environment_with_rubbish_means_lockdown(void **state)
{
	static const char allow[] = "rule a { action = allow }";
	struct bg_settings settings = {.config = "", .mode = "on"};
	static const char *const targets[] = {
		"192.0.2.1,192.0.2.2",
		"a,b",
		"0.0.0.0",
		"fe80::1",
		"",
		"192.0.2.1,",
		"192.0.2.300",
		"1.2.3.4,::1,lo",
		"a b",
		".",
		"..",
		"a:b",
		("2001:0db8:0000:0000:0000:0000:0000:0001,2001:0db8:0000:0000:0000:0000:0000:0002,"
		 "2001:0db8:0000:0000:0000:0000:0000:0003,192.0.2.1")};

	static const char *const places[] = {"", "machine,", "a b", "10.0.0.1/8", "0.0.0.0", "localhost", ",lo", "wg*"};
	static const char port[] = "rule r { port = 80 action = rewrite to = loopback to_port = 81 }";
	char sixty_five[65 * 2 + 1] = "";

	(void)state;
	for (int i = 0; i < 65; i++)
		strcat(sixty_five, i ? ",x" : "x");
	loaded_expect_lockdown(&settings, "BINDGUARD_MODE");
	settings = (struct bg_settings){.config = "", .log = "log.txt"};
	loaded_expect_lockdown(&settings, "BINDGUARD_LOG: ");
	settings = (struct bg_settings){.config = "", .log = "/tmp/a\nb"};
	loaded_expect_lockdown(&settings, "BINDGUARD_LOG: log path has a control character");
	settings = (struct bg_settings){.config = "", .log_format = "xml"};
	loaded_expect_lockdown(&settings, "expected one of: text, json");
	settings = (struct bg_settings){.config = "", .log_events = "none"};
	loaded_expect_lockdown(&settings, "expected one of: all, notable");
	settings = (struct bg_settings){.config = ""};
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		settings.to = targets[i];
		loaded_expect_lockdown(&settings, "BINDGUARD_TO");
	}
	settings.to = NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		settings.from = places[i];
		loaded_expect_lockdown(&settings, "BINDGUARD_FROM: ");
		settings.from = NULL;
		if (strchr(places[i], ','))
			continue; /* an interface's name may have one */
		settings.confine = places[i];
		loaded_expect_lockdown(&settings, "BINDGUARD_CONFINE: ");
		settings.confine = NULL;
	}
	settings.from = sixty_five;
	loaded_expect_lockdown(&settings, "BINDGUARD_FROM: more than 64 places");
	settings.confine = "wg0";
	loaded_expect_lockdown(&settings, "BINDGUARD_FROM: BINDGUARD_CONFINE is set, too, expected one of them");
	settings.to = "lo";
	settings.confine = NULL;
	loaded_expect_lockdown(&settings, "BINDGUARD_TO: BINDGUARD_FROM is set, too, expected one of them");
	settings =
		(struct bg_settings){.config = loaded_write("allow.conf", port, sizeof(port) - 1), .from = "machine"};
	loaded_expect_lockdown(&settings, "BINDGUARD_FROM: rule \"r\" has to_port");
	settings.from = NULL;
	settings.config = loaded_write("allow.conf", allow, sizeof(allow) - 1);
	settings.confine = "wg0";
	loaded_expect_lockdown(&settings, "BINDGUARD_CONFINE is set but no rule says to = {\"loopback\"}");
	settings.confine = NULL;
	settings.to = "wg0";
	loaded_expect_lockdown(&settings, "no rule says to = {\"loopback\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_is_laid_over_the_policy),
		cmocka_unit_test(environment_says_from_where_and_by_which_device),
		cmocka_unit_test(environment_pins_to_a_device),
		cmocka_unit_test(environment_with_rubbish_means_lockdown),
	};

	return cmocka_run_group_tests(tests, loaded_make_folder, loaded_remove_folder);
}
