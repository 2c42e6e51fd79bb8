/* SPDX-License-Identifier: MIT
 * check_print_test.c - `bindguard check` prints the rules as understood, and they are understood again; what comes
 * from defaults and environment is told. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "launcher/capture.h"
#include "net/conf.h"

/** same_span - two arrays of @size bytes an element hold the same. */
static bool
same_span(const struct bg_policy *a, struct bg_span in_a, const struct bg_policy *b, struct bg_span in_b, size_t size)
{
	return in_a.count == in_b.count && memcmp(bg_policy_at(a, in_a), bg_policy_at(b, in_b), in_a.count * size) == 0;
}

/** same_globs - two arrays of strings hold the same. */
static bool
same_globs(const struct bg_policy *a, struct bg_span in_a, const struct bg_policy *b, struct bg_span in_b)
{
	const struct bg_span *globs_a = bg_policy_at(a, in_a), *globs_b = bg_policy_at(b, in_b);

	for (uint32_t i = 0; i < in_a.count && in_a.count == in_b.count; i++)
		if (strcmp(bg_policy_string(a, globs_a[i]), bg_policy_string(b, globs_b[i])) != 0)
			return false;
	return in_a.count == in_b.count;
}

/** same_rule - two rules say the same; their lines may differ. */
static bool
same_rule(const struct bg_policy *a, const struct bg_rule *in_a, const struct bg_policy *b, const struct bg_rule *in_b)
{
	return strcmp(bg_policy_string(a, in_a->name), bg_policy_string(b, in_b->name)) == 0 &&
	       same_globs(a, in_a->programs, b, in_b->programs) && same_globs(a, in_a->commands, b, in_b->commands) &&
	       same_span(a, in_a->prefixes, b, in_b->prefixes, sizeof(struct bg_prefix)) &&
	       same_span(a, in_a->ports, b, in_b->ports, sizeof(struct bg_port_range)) &&
	       in_a->protocols == in_b->protocols && in_a->families == in_b->families &&
	       in_a->classes == in_b->classes && in_a->action == in_b->action && in_a->target == in_b->target &&
	       in_a->has_ipv4 == in_b->has_ipv4 && in_a->has_ipv6 == in_b->has_ipv6 && in_a->to_port == in_b->to_port &&
	       in_a->error == in_b->error && memcmp(&in_a->ipv4, &in_b->ipv4, sizeof(in_a->ipv4)) == 0 &&
	       memcmp(&in_a->ipv6, &in_b->ipv6, sizeof(in_a->ipv6)) == 0 &&
	       strcmp(in_a->interface, in_b->interface) == 0;
}

/** expect_same - two policies say the same. */
static void
expect_same(const struct bg_policy *a, const struct bg_policy *b)
{
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->log_to, b->log_to);
	assert_int_equal(a->log_format, b->log_format);
	assert_int_equal(a->log_events, b->log_events);
	assert_string_equal(bg_policy_string(a, a->log_path), bg_policy_string(b, b->log_path));
	assert_int_equal(a->rule_count, b->rule_count);
	for (uint32_t i = 0; i < a->rule_count; i++)
		if (!same_rule(a, &a->rules[i], b, &b->rules[i]))
			fail_msg("rule %s differs", bg_policy_string(a, a->rules[i].name));
}

/** load - the file at @path, which must be good. */
static struct bg_policy *
load(const char *path)
{
	static char text[BG_FILE_MAX];
	static struct bg_diags diags;
	FILE *file = fopen(path, "re");
	struct bg_policy *policy;
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	memset(&diags, 0, sizeof(diags));
	policy = bg_load_text(text, size, &diags);
	if (!policy)
		fail_msg("%s:%u: %s\n%.*s", path, diags.items[0].line, diags.items[0].text, (int)size, text);
	return policy;
}

/** print - `check` @path into the file @name. Return: the new file's path. */
static const char *
print(const char *path, const char *name)
{
	const struct capture *run = capture_check("", path);

	for (const char *line = run->err; *line; line += strcspn(line, "\n") + 1)
		if (run->status != 0 || !memmem(line, strcspn(line, "\n"), ": warning: ", 11))
			fail_msg("%s: status %d\n%s", path, run->status, run->err);
	assert_int_equal(run->status, 0);
	return capture_file(name, run->out, strlen(run->out));
}

/** expect_round_trip - what is printed says the same as the file, and printed again is the same but for its own name. */
static void
expect_round_trip(const char *path)
{
	struct bg_policy *original = load(path), *printed;
	const char *once = print(path, "once.conf"), *twice;
	char first[4096], *behind;
	const struct capture *run;

	printed = load(once);
	expect_same(original, printed);
	twice = print(once, "twice.conf");
	run = capture_check("", once);
	behind = strchr(run->out, '\n');
	snprintf(first, sizeof(first), "%s", behind);
	behind = strchr(capture_check("", twice)->out, '\n');
	assert_string_equal(first, behind);
	free(printed);
	free(original);
}

static void
rules_printed_load_again_and_print_the_same(void **state)
{
	static const char nasty[] =
		"mode = observe\nlog { to = '/var/log/a \"b\" # ${x}' events = all format = json }\n"
		"rule \"a \\\"b\\\" \\\\ # {}\" {\n program = {'\"', \"'\", \"\\\\*\", '${HOME}\\'\\\\', \"#\", "
		"\"//\", "
		"\"/*x*/\", \"\tblank \", \"\xc3\xa4\xff\"}\n command = \"*$*\"\n protocol = {raw, tcp, dccp, sctp, "
		"udplite, udp}\n family = ipv6 address = {loopback, ::/0, 2001:db8::/33, ::1, any}\n port = {0, 1-2, "
		"65535}\n action = allow }\n"
		"rule b { address = {::ffff:10.0.0.0/104, 192.0.2.1, 0.0.0.0/0} action = deny error = EAGAIN }\n"
		"rule c { port = 7 action = confine interface = 'wg\"0\\\\' }\n"
		"rule d { port = 1-65535 action = rewrite to = {2001:db8::1, 192.0.2.1} to_port = 80 }\n"
		"rule e { command = x action = rewrite to = wg-0.1 }\nrule '${x}' { program = x action = rewrite to "
		"= loopback "
		"}\n";
	char pattern[256];
	glob_t found;

	(void)state;
	expect_round_trip(capture_file("nasty.conf", nasty, strlen(nasty)));
	expect_round_trip(capture_file("empty.conf", "", 0));
	snprintf(pattern, sizeof(pattern), "%s/conf/{,examples/}*.conf", conf_folder());
	assert_int_equal(glob(pattern, GLOB_BRACE, NULL, &found), 0);
	assert_true(found.gl_pathc >= 8);
	for (size_t i = 0; i < found.gl_pathc; i++)
		expect_round_trip(found.gl_pathv[i]);
	capture_figure("%zu files printed, loaded and printed again", found.gl_pathc + 2);
	globfree(&found);
}

static void
defaults_are_filled_in(void **state)
{
	static const char text[] = "rule a { port = 1 action = confine }\nrule b { action = deny }\n";
	const struct capture *run = capture_check("", capture_file("defaults.conf", text, strlen(text)));

	(void)state;
	capture_expect(run->out, "\nmode = enforce\n");
	capture_expect(run->out, "\n    to     = stderr\n    format = text\n    events = notable\n");
	capture_expect(run->out, "    interface = \"lo\"\n");
	capture_expect(run->out, "    error     = EACCES\n");
	capture_expect(run->out, "\nrule \"b\" {                              # line 2\n");
}

static void
environment_is_laid_over_and_told(void **state)
{
	static const char text[] = "log { to = none }\nrule a { port = 1 action = rewrite to = loopback }\n"
				   "rule b { action = rewrite to = 192.0.2.9 }\n";
	const char *path = capture_file("over.conf", text, strlen(text));
	const struct capture *run =
		capture_check("BINDGUARD_MODE=observe BINDGUARD_TO=192.0.2.1,2001:db8::1 BINDGUARD_LOG=/x/y "
			      "BINDGUARD_LOG_FORMAT=json BINDGUARD_LOG_EVENTS=all",
			      path);

	(void)state;
	assert_int_equal(run->status, 0);
	capture_expect(run->out, "\nmode = observe                          # BINDGUARD_MODE\n");
	capture_expect(run->out, "\n    to     = \"/x/y\"                     # BINDGUARD_LOG\n");
	capture_expect(run->out, "\n    format = json                       # BINDGUARD_LOG_FORMAT\n");
	capture_expect(run->out, "\n    events = all                        # BINDGUARD_LOG_EVENTS\n");
	capture_expect(run->out, "{\"192.0.2.1\", \"2001:db8::1\"} # BINDGUARD_TO, in the place of loopback\n");
	capture_expect(run->out, "{\"192.0.2.9\"}\n");
	run = capture_check("BINDGUARD_CONFINE=a,b", path);
	capture_expect(run->out, "interface = \"a,b\"");
	run = capture_check("BINDGUARD_MODE=on BINDGUARD_LOG=a/b", path);
	assert_int_equal(run->status, 1);
	capture_expect(run->err,
		       "environment: unknown BINDGUARD_MODE \"on\", expected one of: enforce, observe, off\n");
	capture_expect(run->err, "environment: BINDGUARD_LOG: log target \"a/b\", expected stderr,");
	run = capture_check("BINDGUARD_MODE=observe BINDGUARD_LOG=a/b", path);
	capture_expect(run->err,
		       "bindguard: 1 mistake; meanwhile BINDGUARD_MODE=observe, nothing is changed; `bindguard "
		       "run` starts nothing\n");
	run = capture_check("BINDGUARD_MODE=off BINDGUARD_LOG=a/b", path);
	capture_expect(run->err,
		       "meanwhile BINDGUARD_MODE=off, programs are not guarded; `bindguard run` starts nothing\n");
}

static void
name_of_a_file_cannot_forge_a_line(void **state)
{
	static const char text[] = "mode = on\n";
	const struct capture *run = capture_check("", capture_file("a\nb\033[31m.conf", text, strlen(text)));

	(void)state;
	assert_int_equal(run->status, 1);
	capture_expect(run->err, "/a\\x0ab\\x1b[31m.conf:1: unknown mode");
	run = capture_check("", capture_file("c\nmode = on.conf", "", 0));
	assert_int_equal(run->status, 0);
	free(load(capture_file("again.conf", run->out, strlen(run->out))));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_printed_load_again_and_print_the_same),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(environment_is_laid_over_and_told),
		cmocka_unit_test(name_of_a_file_cannot_forge_a_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
