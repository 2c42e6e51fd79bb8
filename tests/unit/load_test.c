/* SPDX-License-Identifier: MIT
 * load_test.c - which file counts, what becomes of its rules, and what the environment changes. On cmocka. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"

#define SYSTEM_FILE BG_SYSCONFDIR "/bindguard.conf"
#define PLAIN "rule \"servers\" { address = wildcard action = rewrite to = loopback }\n"

static struct bg_loaded loaded;
static char folder[] = "/tmp/bindguard-load-XXXXXX";
static char path[256];

/** in_folder - a path in the test's folder; the last one made. */
static const char *
in_folder(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/** write_file - a file in the test's folder. Return: its path. */
static const char *
write_file(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(in_folder(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fclose(file);
	return path;
}

/** command_asked - how often the command line was asked for by the last load_as(). */
static unsigned command_asked;

/** give_command - struct bg_names: @context itself. */
static const char *
give_command(void *context)
{
	command_asked++;
	return context;
}

/** load_as - bg_load() for a program with these names; NULL: the command line cannot be read. */
static void
load_as(const struct bg_settings *settings, const char *exe, const char *command)
{
	char text[64];
	struct bg_names names = {.exe = exe, .command = give_command, .context = NULL};

	if (command) {
		snprintf(text, sizeof(text), "%s", command);
		names.context = text;
	}
	command_asked = 0;
	bg_load(settings, &names, &loaded);
}

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

/** expect_lockdown - @settings lead to lockdown; the first message has @part. */
static void
expect_lockdown(const struct bg_settings *settings, const char *part)
{
	bg_load(settings, NULL, &loaded);
	assert_ptr_equal(loaded.policy, bg_policy_lockdown);
	assert_false(loaded.owned);
	assert_true(loaded.diags.count > 0);
	if (!strstr(loaded.diags.items[0].text, part))
		fail_msg("expected \"%s\", got \"%s\"", part, loaded.diags.items[0].text);
	bg_loaded_free(&loaded);
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
file_is_found_where_the_specification_says(void **state)
{
	struct bg_settings settings = {.config = ""};
	char home[128];
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;

	(void)state;
	load_as(&settings, "/bin/x", "x");
	assert_ptr_equal(loaded.policy, bg_policy_default);
	assert_int_equal(command_asked, 0);
	assert_false(loaded.owned);
	snprintf(home, sizeof(home), "%s", folder);
	settings = (struct bg_settings){.home = home, .xdg_config_home = "relative"};
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
	bg_loaded_free(&loaded);
	assert_int_equal(mkdir(in_folder(".config"), 0700), 0);
	assert_int_equal(mkdir(in_folder(".config/bindguard"), 0700), 0);
	write_file(".config/bindguard/bindguard.conf", PLAIN, strlen(PLAIN));
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, BG_SOURCE_USER);
	assert_string_equal(loaded.path, path);
	assert_true(loaded.owned);
	bg_loaded_free(&loaded);
	settings.xdg_config_home = "/nonexistent";
	bg_load(&settings, NULL, &loaded);
	assert_int_not_equal(loaded.source, BG_SOURCE_USER);
	bg_loaded_free(&loaded);
	settings.config = write_file("other.conf", PLAIN, strlen(PLAIN));
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, BG_SOURCE_ENVIRONMENT);
	bg_loaded_free(&loaded);
}

/** folder_without_a_file_is_passed_over - it is a file, is not searchable, is relative or too long; a loop of links is there. */
static void
folder_without_a_file_is_passed_over(void **state)
{
	static char longest[BG_PATH_MAX];
	struct bg_settings settings = {.config = NULL};
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;
	char xdg[256];
	const char *const folders[] = {xdg, longest, "relative"};

	(void)state;
	write_file("plain", "x", 1);
	snprintf(xdg, sizeof(xdg), "%s", in_folder("plain"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		settings.xdg_config_home = folders[i];
		bg_load(&settings, NULL, &loaded);
		assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
		assert_int_equal(loaded.diags.count, 0);
		bg_loaded_free(&loaded);
	}
	assert_int_equal(mkdir(in_folder("mine"), 0700), 0);
	assert_int_equal(mkdir(in_folder("mine/bindguard"), 0700), 0);
	assert_int_equal(symlink("bindguard.conf", in_folder("mine/bindguard/bindguard.conf")), 0);
	snprintf(xdg, sizeof(xdg), "%s", in_folder("mine"));
	settings.xdg_config_home = xdg;
	expect_lockdown(&settings, "ELOOP");
	if (geteuid() == 0) { /* a daemon that has dropped root's privileges still has root's HOME */
		assert_int_equal(seteuid(65534), 0);
		bg_load(&settings, NULL, &loaded);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
		bg_loaded_free(&loaded);
	}
	unlink(in_folder("plain"));
	unlink(in_folder("mine/bindguard/bindguard.conf"));
	rmdir(in_folder("mine/bindguard"));
	rmdir(in_folder("mine"));
}

static void
file_that_cannot_be_read_means_lockdown(void **state)
{
	char *big = calloc(1, BG_FILE_MAX + 1), *name = calloc(1, 2 * BG_PATH_MAX);
	struct bg_settings settings = {.config = in_folder("missing")};

	(void)state;
	assert_non_null(big);
	assert_non_null(name);
	expect_lockdown(&settings, "ENOENT");
	assert_true(loaded.unreadable);
	settings.config = folder;
	expect_lockdown(&settings, "directory");
	settings.config = in_folder("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_lockdown(&settings, "FIFO");
	settings.config = "/dev/zero";
	expect_lockdown(&settings, "device");
	memset(big, '\n', BG_FILE_MAX + 1);
	settings.config = write_file("big", big, BG_FILE_MAX + 1);
	expect_lockdown(&settings, "expected at most 1048576");
	assert_true(loaded.unreadable);
	settings.config = "/proc/self/status"; /* regular, and holds more than its size says */
	expect_lockdown(&settings, "changed while it was read");
	settings.config = write_file("binary",
				     "\x7f"
				     "ELF\0\1",
				     6);
	expect_lockdown(&settings, "expected text");
	assert_false(loaded.unreadable);
	for (size_t i = 0; i + 2 < 2 * BG_PATH_MAX; i += 2)
		memcpy(name + i, "/.", 2);
	settings.config = name;
	expect_lockdown(&settings, "expected at most 4095");
	settings.config = write_file("secret", PLAIN, strlen(PLAIN));
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0)
		expect_lockdown(&settings, "EACCES");
	free(big);
	free(name);
}

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
	load_as(&settings, "/bin/x", NULL);
	assert_int_equal(command_asked, 0);
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

	(void)state;
	expect_lockdown(&settings, "BINDGUARD_MODE");
	settings = (struct bg_settings){.config = "", .log = "log.txt"};
	expect_lockdown(&settings, "BINDGUARD_LOG: ");
	settings = (struct bg_settings){.config = "", .log = "/tmp/a\nb"};
	expect_lockdown(&settings, "BINDGUARD_LOG: log path has a control character");
	settings = (struct bg_settings){.config = "", .log_format = "xml"};
	expect_lockdown(&settings, "expected one of: text, json");
	settings = (struct bg_settings){.config = "", .log_events = "none"};
	expect_lockdown(&settings, "expected one of: all, notable");
	settings = (struct bg_settings){.config = ""};
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		settings.to = targets[i];
		expect_lockdown(&settings, "BINDGUARD_TO");
	}
	settings.config = write_file("allow.conf", allow, sizeof(allow) - 1);
	settings.to = "wg0";
	expect_lockdown(&settings, "no rule says to = {\"loopback\"}");
}

/** struct log - the log section of a policy. */
struct log {
	enum bg_log_to to;
	enum bg_log_format format;
	enum bg_log_events events;
};

/** expect_lockdown_log - lockdown by its own rules, mode and target, with this log. */
static void
expect_lockdown_log(const struct bg_settings *settings, struct log log)
{
	size_t rules = bg_policy_lockdown->rule_count * sizeof(struct bg_rule);

	load_as(settings, "/usr/bin/node", "node");
	assert_true(loaded.owned && loaded.policy->lockdown);
	assert_true(bg_diags_mistakes(&loaded.diags) > 0);
	assert_int_equal(loaded.policy->log_to, log.to);
	assert_int_equal(loaded.policy->log_format, log.format);
	assert_int_equal(loaded.policy->log_events, log.events);
	assert_int_equal(loaded.policy->mode, BG_MODE_ENFORCE);
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
	const char *config = write_file("broken.conf", text, sizeof(text) - 1);
	struct bg_settings settings = {.config = config, .log = "journal"};

	(void)state;
	expect_lockdown_log(&settings, (struct log){BG_LOG_JOURNAL, BG_LOG_TEXT, BG_LOG_NOTABLE});
	settings.log = "/tmp/binds.log";
	settings.log_format = "json";
	settings.log_events = "all";
	expect_lockdown_log(&settings, (struct log){BG_LOG_FILE, BG_LOG_JSON, BG_LOG_ALL});
	/* One that makes no sense leaves the others; mode and target are lockdown's. */
	settings.log = "journal.txt";
	settings.mode = "observe";
	settings.to = "wg0";
	expect_lockdown_log(&settings, (struct log){BG_LOG_STDERR, BG_LOG_JSON, BG_LOG_ALL});
	settings = (struct bg_settings){.config = "", .log = "syslog", .to = "rubbish/"};
	expect_lockdown_log(&settings, (struct log){BG_LOG_SYSLOG, BG_LOG_TEXT, BG_LOG_NOTABLE});
	settings = (struct bg_settings){.config = in_folder("none.conf"), .log = "none", .log_format = "xml"};
	expect_lockdown_log(&settings, (struct log){BG_LOG_NONE, BG_LOG_TEXT, BG_LOG_NOTABLE});
}

static void
rules_of_other_programs_are_dropped(void **state)
{
	static const char text[] =
		"rule a { program = vite action = allow }\nrule b { command = \"*next*\" action = allow }\n"
		"rule c { program = \"/usr/*/node\" action = rewrite to = loopback }\n";
	struct bg_settings settings = {.config = write_file("programs.conf", text, sizeof(text) - 1), .to = "wg0"};

	(void)state;
	load_as(&settings, "/usr/bin/node", "node next dev");
	assert_int_equal(command_asked, 1);
	assert_int_equal(loaded.policy->rule_count, 2);
	assert_string_equal(bg_policy_string(loaded.policy, loaded.policy->rules[0].name), "b");
	bg_loaded_free(&loaded);
	load_as(&settings, "/bin/cat", "cat");
	assert_int_equal(loaded.policy->rule_count, 0);
	assert_int_equal(loaded.diags.count, 0);
	bg_loaded_free(&loaded);
	load_as(&settings, "/bin/cat", NULL);
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

/** make_folder, remove_folder - the files of this program live and go with it. */
static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {".config/bindguard/bindguard.conf",
					    ".config/bindguard",
					    ".config",
					    "other.conf",
					    "fifo",
					    "big",
					    "binary",
					    "secret",
					    "allow.conf",
					    "broken.conf",
					    "programs.conf"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in_folder(names[i]));
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_with_every_key_is_laid_out),
		cmocka_unit_test(absent_keys_have_their_defaults),
		cmocka_unit_test(port_zero_is_noted_for_what_listens),
		cmocka_unit_test(file_is_found_where_the_specification_says),
		cmocka_unit_test(folder_without_a_file_is_passed_over),
		cmocka_unit_test(file_that_cannot_be_read_means_lockdown),
		cmocka_unit_test(environment_is_laid_over_the_policy),
		cmocka_unit_test(environment_with_rubbish_means_lockdown),
		cmocka_unit_test(lockdown_logs_where_the_environment_says),
		cmocka_unit_test(rules_of_other_programs_are_dropped),
		cmocka_unit_test(compiled_in_lockdown_is_marked),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
