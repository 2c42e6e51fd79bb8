/* SPDX-License-Identifier: MIT
 * check_test.c - `bindguard check`, the built command: which file and why, every mistake at its line, the rules as
 * understood and understood again, and what can never match. */
#include <glob.h>
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
#include "launcher/capture.h"
#include "net/conf.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SYSTEM_FILE BG_SYSCONFDIR "/bindguard.conf"
#define RULE(keys) "rule \"r\" {\n" keys "\n}\n"
#define ALLOW(keys) RULE("action = allow\n" keys)
#define REWRITE(keys) RULE("action = rewrite\n" keys)
#define LOCKDOWN                                                                                                       \
	"in lockdown: wildcard addresses go to loopback, loopback is allowed, others are refused (EACCES); "           \
	"`bindguard "                                                                                                  \
	"run` starts nothing\n"

/** struct mistake - a text, and the line and a part of the message it must give. */
struct mistake {
	const char *text;
	unsigned line;
	const char *part;
};

static const struct mistake mistakes[] = {
	{"mode = \"enforce\n", 1, "string is not closed"},
	{"mode = \"\\x65nforce\"", 1, "unknown escape"},
	{"\n/* no end", 2, "comment is not closed"},
	{"mode = enforce\001", 1, "byte 0x01, expected text"},
	{"\xef\xbb\xbfmode = off", 1, "byte order mark (U+FEFF)"},
	{"# all\rmode = off\r", 1, "carriage return without a line feed"},
	{ALLOW("port = 23,24"), 3, "several values without braces, expected {23, 24}"},
	{REWRITE("to = localhost"), 3, "target \"localhost\" is a host's name, expected loopback"},
	{REWRITE("to = \"*\""), 3, "target \"*\" is a pattern, expected loopback"},
	{ALLOW("program = *"), 3, "unexpected character \"*\", expected quotes"},
	{ALLOW("command = \"${HOME}/x\""), 3, "${ in a string"},
	{"\n\n}", 3, "closes nothing"},
	{"mode = enforce\nmode = off", 2, "mode is set twice, first in line 1"},
	{"modes = enforce", 1, "unknown key \"modes\", expected one of: mode, log, rule"},
	{"log {\nlevel = 3\n}", 2, "expected one of: to, format, events"},
	{"log { }\nlog { }", 2, "log is defined twice"},
	{"rule \"a\" {\naction = allow\n", 2, "not closed, expected } (opened in line 1)"},
	{"rule a { action = allow }\n\nrule 'a' { action = deny }", 3, "already defined in line 1"},
	{ALLOW("ports = 80"), 3, "unknown key \"ports\""},
	{ALLOW("port = 80\nport = 81"), 4, "port is set twice"},
	{"mode = on", 1, "expected one of: enforce, observe, off"},
	{"log {\nto = file\n}", 2, "expected stderr, syslog, journal, none or an absolute path"},
	{"log { to = \"./x\" }", 1, "absolute path"},
	{ALLOW("protocol = {\"tcp\",\n\"icmp\"}"), 4, "expected one of: tcp, udp, udplite, sctp, dccp, raw"},
	{ALLOW("family = ipv5"), 3, "expected one of: ipv4, ipv6"},
	{ALLOW("address = localhost"), 3, "expected wildcard, loopback, any, an address"},
	{ALLOW("address = 10.0.0.0/33"), 3, "unknown address"},
	{ALLOW("address = {10.0.0.0/8,\n10.0.0.1/8}"), 4, "bits set behind its prefix length"},
	{ALLOW("port = http"), 3, "expected a number or a range"},
	{ALLOW("port = 65536"), 3, "expected at most 65535"},
	{ALLOW("port = {80,\n\n90-80}"), 5, "reversed"},
	{"\nrule \"r\" {\nport = 80\n}", 2, "has no action"},
	{RULE("action = drop"), 2, "expected one of: allow, rewrite, confine, deny"},
	{RULE("action = rewrite"), 1, "rewrites without a target"},
	{REWRITE("to = {192.0.2.1, 192.0.2.2}"), 3, "second address of its family"},
	{REWRITE("to = fe80::1"), 3, "expected a global address or the interface's name"},
	{REWRITE("to = loopback\nto_port = 81"), 4, "expected a port key without 0"},
	{ALLOW("to = loopback"), 3, "to is used by action rewrite only"},
	{RULE("action = confine\ninterface = a/b"), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = deny\nerror = ENOPE"), 3, "expected an errno name"},
};

/** check - run `bindguard check 'PATH'`. */
static const struct capture *
check(const char *environment, const char *path)
{
	char arguments[640];

	snprintf(arguments, sizeof(arguments), "check '%s'", path);
	return capture_run(environment, arguments);
}

/** expect_part - @text has @part. */
static void
expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void
mistake_is_told_with_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(mistakes); i++) {
		const char *path = capture_file("mistake.conf", mistakes[i].text, strlen(mistakes[i].text));
		const struct capture *run = check("", path);
		char start[640];

		snprintf(start, sizeof(start), "%s:%u: ", path, mistakes[i].line);
		if (run->status != 1 || strncmp(run->err, start, strlen(start)) != 0 || run->out[0] ||
		    capture_lines(run->err) != 2)
			fail_msg("%s\nstatus %d, expected 1 and %s, got\n%s", mistakes[i].text, run->status, start,
				 run->err);
		expect_part(run->err, mistakes[i].part);
		expect_part(run->err, "\nbindguard: 1 mistake; meanwhile guarded programs run " LOCKDOWN);
	}
	capture_figure("%zu kinds of mistakes, each with its file and line", LENGTH(mistakes));
}

static void
mistakes_of_one_file_are_all_told_in_order(void **state)
{
	static const char text[] =
		"mode = on\ncolour = red\nlog {\n    to = relative\n    level = {1, 2}\n    format = xml\n"
		"}\nrule \"a\" {\n    port = {80, 90-80,\n            70000}\n    prot = tcp\n"
		"    address = 10.0.0.1/8\n    action = rewrite\n}\nrule \"a\" {\n"
		"    action = allow\n    error = EPERM\n    error = ENOENT\n}\n"
		"rule \"b\" { family = ipx }\n";
	static const unsigned lines[] = {1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 15, 17, 18, 20, 20};
	const char *path = capture_file("many.conf", text, strlen(text)), *at;
	const struct capture *run = check("", path);
	char start[640];

	(void)state;
	assert_int_equal(run->status, 1);
	at = run->err;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		snprintf(start, sizeof(start), "%s:%u: ", path, lines[i]);
		if (strncmp(at, start, strlen(start)) != 0)
			fail_msg("mistake %zu: expected %s in\n%s", i, start, run->err);
		at = strchr(at, '\n') + 1;
	}
	expect_part(at, "bindguard: 15 mistakes; meanwhile ");
	assert_int_equal(capture_lines(run->err), LENGTH(lines) + 1);
}

static void
mistakes_without_room_are_counted(void **state)
{
	char text[100 * 16] = "log {\n";
	const struct capture *run;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "nope = 1\n");
	strcat(text, "}");
	run = check("", capture_file("room.conf", text, strlen(text)));
	assert_int_equal(run->status, 1);
	expect_part(run->err, ": and 36 more mistakes, not shown\n");
	expect_part(run->err, "bindguard: 100 mistakes;");
}

/** expect_unreadable - one line that says why @path cannot be read, and exit status 2. */
static void
expect_unreadable(const char *environment, const char *path, const char *part)
{
	const struct capture *run = check(environment, path);

	if (run->status != 2 || capture_lines(run->err) != 1 || run->out[0])
		fail_msg("%s: status %d, expected 2 and one line, got\n%s", path, run->status, run->err);
	expect_part(run->err, path);
	expect_part(run->err, part);
	expect_part(run->err, "meanwhile guarded programs run " LOCKDOWN);
}

static void
file_that_cannot_be_read_is_two(void **state)
{
	char *big = calloc(1, BG_FILE_MAX + 1);
	const char *path;

	(void)state;
	assert_non_null(big);
	memset(big, '\n', BG_FILE_MAX + 1);
	expect_unreadable("", "/nonexistent/bindguard.conf", "ENOENT, expected a regular file");
	expect_unreadable("", capture_path(""), "it is a directory, expected a regular file");
	path = capture_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_unreadable("", path, "a FIFO, expected a regular file");
	expect_unreadable("", "/dev/zero", "it is a device");
	expect_unreadable("", capture_file("big", big, BG_FILE_MAX + 1), "1048577 bytes, expected at most 1048576");
	path = capture_file("secret", "", 0);
	assert_int_equal(chmod(path, 0), 0);
	expect_unreadable(geteuid() ? "" : "setpriv --reuid=65534 --regid=65534 --clear-groups", path, "EACCES");
	free(big);
}

static void
bad_usage_is_one_line_and_two(void **state)
{
	static const char *const rows[][2] = {
		{"check a b", "unexpected \"b\", expected one FILE at most"},
		{"check --colour", "unknown option --colour, expected one of `bindguard check --help`"},
		{"check -x", "unknown option -x"},
		{"check --help=x", "--help takes no argument"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct capture *run = capture_run("", rows[i][0]);

		if (run->status != 2 || run->out[0] || capture_lines(run->err) != 1)
			fail_msg("%s: status %d\n%s", rows[i][0], run->status, run->err);
		expect_part(run->err, rows[i][1]);
	}
}

static void
file_and_why_that_one_is_told(void **state)
{
	static const char text[] = "rule only { action = allow }\n";
	const char *path = capture_file("named.conf", text, strlen(text));
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;
	char environment[640], expected[640];

	(void)state;
	snprintf(expected, sizeof(expected), "# %s (named on the command line)\n", path);
	expect_part(check("BINDGUARD_CONFIG=/nonexistent/a", path)->out, expected);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", path);
	snprintf(expected, sizeof(expected), "# %s (named by BINDGUARD_CONFIG)\n", path);
	expect_part(capture_run(environment, "check")->out, expected);
	expect_part(capture_run("BINDGUARD_CONFIG=", "check")->out, "# built-in (as BINDGUARD_CONFIG is empty)\n");
	expect_part(capture_run(environment, "check ''")->out,
		    "# built-in (as an empty name on the command line says)");
	expect_part(capture_run("", "check")->out,
		    system_file ? "# " SYSTEM_FILE
				  " (the machine's file, as BINDGUARD_CONFIG is not set and there is no "
				  "/nonexistent/.config/bindguard/bindguard.conf)\n"
				: "# built-in (BINDGUARD_CONFIG is not set, and there is neither "
				  "/nonexistent/.config/bindguard/bindguard.conf nor " SYSTEM_FILE ")\n");
	assert_int_equal(mkdir(capture_path("bindguard"), 0755), 0);
	path = capture_file("bindguard/bindguard.conf", text, strlen(text));
	snprintf(environment, sizeof(environment), "XDG_CONFIG_HOME=%s", capture_path(""));
	environment[strlen(environment) - 1] = '\0';
	snprintf(expected, sizeof(expected), "# %s (the user's file, as BINDGUARD_CONFIG is not set)\n", path);
	expect_part(capture_run(environment, "check")->out, expected);
}

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
	const struct capture *run = check("", path);

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
	run = check("", once);
	behind = strchr(run->out, '\n');
	snprintf(first, sizeof(first), "%s", behind);
	behind = strchr(check("", twice)->out, '\n');
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
		"rule e { command = x action = rewrite to = wg-0.1 }\nrule \"${x}\" { program = x action = rewrite to "
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
	const struct capture *run = check("", capture_file("defaults.conf", text, strlen(text)));

	(void)state;
	expect_part(run->out, "\nmode = enforce\n");
	expect_part(run->out, "\n    to     = stderr\n    format = text\n    events = notable\n");
	expect_part(run->out, "    interface = \"lo\"\n");
	expect_part(run->out, "    error     = EACCES\n");
	expect_part(run->out, "\nrule \"b\" {                              # line 2\n");
}

static void
environment_is_laid_over_and_told(void **state)
{
	static const char text[] = "log { to = none }\nrule a { port = 1 action = rewrite to = loopback }\n"
				   "rule b { action = rewrite to = 192.0.2.9 }\n";
	const char *path = capture_file("over.conf", text, strlen(text));
	const struct capture *run =
		check("BINDGUARD_MODE=observe BINDGUARD_TO=192.0.2.1,2001:db8::1 BINDGUARD_LOG=/x/y "
		      "BINDGUARD_LOG_FORMAT=json BINDGUARD_LOG_EVENTS=all",
		      path);

	(void)state;
	assert_int_equal(run->status, 0);
	expect_part(run->out, "\nmode = observe                          # BINDGUARD_MODE\n");
	expect_part(run->out, "\n    to     = \"/x/y\"                     # BINDGUARD_LOG\n");
	expect_part(run->out, "\n    format = json                       # BINDGUARD_LOG_FORMAT\n");
	expect_part(run->out, "\n    events = all                        # BINDGUARD_LOG_EVENTS\n");
	expect_part(run->out, "{\"192.0.2.1\", \"2001:db8::1\"} # BINDGUARD_TO, in the place of loopback\n");
	expect_part(run->out, "{\"192.0.2.9\"}\n");
	run = check("BINDGUARD_MODE=on BINDGUARD_LOG=a/b", path);
	assert_int_equal(run->status, 1);
	expect_part(run->err, "environment: unknown BINDGUARD_MODE \"on\", expected one of: enforce, observe, off\n");
	expect_part(run->err, "environment: BINDGUARD_LOG: log target \"a/b\", expected stderr,");
	run = check("BINDGUARD_MODE=observe BINDGUARD_LOG=a/b", path);
	expect_part(run->err, "bindguard: 1 mistake; meanwhile BINDGUARD_MODE=observe, nothing is changed; `bindguard "
			      "run` starts nothing\n");
	run = check("BINDGUARD_MODE=off BINDGUARD_LOG=a/b", path);
	expect_part(run->err,
		    "meanwhile BINDGUARD_MODE=off, programs are not guarded; `bindguard run` starts nothing\n");
}

static void
rule_that_can_never_match_is_a_warning(void **state)
{
	static const char text[] = "rule a { port = 1-100 action = allow }\n"
				   "rule b { port = {7, 8-9} action = deny }\n"
				   "rule c { port = 101 action = deny }\n"
				   "rule d { family = ipv6 address = 192.0.2.1 action = deny }\n";
	const char *path = capture_file("never.conf", text, strlen(text));
	const struct capture *run = check("", path);
	char expected[2048];

	(void)state;
	assert_int_equal(run->status, 0);
	snprintf(expected, sizeof(expected),
		 "%s:2: warning: rule \"b\" can never match: rule \"a\" in line 1 matches all that it does\n"
		 "%s:4: warning: rule \"d\" can never match: none of its addresses is of its family\n",
		 path, path);
	assert_string_equal(run->err, expected);
	expect_part(run->out, "\nrule \"d\" {");
}

#define OPEN                                                                                                           \
	"FILE: warning: no rule rewrites, confines or denies a wildcard address: servers stay open to the network\n"
#define CLIENTS(line, name, what, then)                                                                                \
	"FILE:" line ": warning: rule \"" name "\" also " what " UDP clients, which bind a wildcard and port 0: " then \
	", expected a rule before it that allows them (\"udp-clients\" of bindguard.conf(5))\n"
#define MOVED(line, name) CLIENTS(line, name, "moves", "they can send to no other host (EINVAL)")
#define UDP_CLIENTS "rule u { protocol = udp address = wildcard port = 0 action = allow }\n"
#define UNTIL(what) what ", servers that are to go there cannot bind\n"

/** struct warned - a configuration without mistakes, and all that is said of it; FILE is its path. */
struct warned {
	const char *text;
	const char *warnings;
};

static const struct warned warned[] = {
	/* nothing is guarded */
	{"", OPEN},
	{"log { }\n", OPEN},
	{"rule a { action = allow }\n", OPEN},
	{"rule a { address = loopback action = rewrite to = 127.0.0.1 }\n", OPEN},
	{"rule a { address = {::1, 192.0.2.0/24} action = deny }\n", OPEN},
	{"mode = off\n", "FILE: warning: mode is off: nothing is guarded\n"},
	{"mode = off rule a { action = deny }\n", "FILE: warning: mode is off: nothing is guarded\n"},
	{"mode = observe\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: mode is observe: nothing is changed\n"},
	{UDP_CLIENTS "rule a { address = wildcard action = rewrite to = loopback }\n", ""},
	{"rule a { address = 0.0.0.0/0 protocol = tcp action = deny }\n", ""},
	{"rule a { address = 0.0.0.0 port = 80 action = rewrite to = loopback }\n", ""},
	{"rule a { program = vite family = ipv6 port = 1-9 action = confine }\n", ""},
	{"rule a { action = allow }\nrule b { action = deny }\n",
	 "FILE:2: warning: rule \"b\" can never match: rule \"a\" in line 1 matches all that it does\n" OPEN},
	{"rule a { address = {wildcard, 192.0.2.1} action = allow }\nrule b { action = deny }\n", OPEN},
	{"rule a { address = 0.0.0.0 action = allow }\nrule b { port = 1 action = deny }\n", ""},
	/* clients on port 0 are hit, too */
	{"rule a { program = node address = wildcard action = rewrite to = loopback }\n", MOVED("1", "a")},
	{"\nrule a { address = wildcard action = confine }\n", MOVED("2", "a")},
	{"rule a { address = ::/0 port = 0-9 protocol = {tcp, udp} action = rewrite to = 127.0.0.1 }\n",
	 MOVED("1", "a")},
	{"rule a { action = deny }\n", CLIENTS("1", "a", "denies", "they cannot start")},
	{"rule a { address = wildcard protocol = {tcp, udplite} action = confine }\n", ""},
	{"rule a { address = wildcard port = 1-65535 action = confine }\n", ""},
	{"rule a { address = {127.0.0.0/8, 192.0.2.0/24} action = deny }\n", OPEN},
	{UDP_CLIENTS "rule a { program = node action = deny }\n", ""},
	{"rule u { protocol = udp address = 0.0.0.0 port = 0 action = allow }\nrule a { action = deny }\n",
	 CLIENTS("2", "a", "denies", "they cannot start")},
	{"rule u { program = x protocol = udp port = 0 action = allow }\nrule a { address = wildcard action = confine "
	 "}\n",
	 MOVED("2", "a")},
	/* what is not there */
	{UDP_CLIENTS "rule a { action = confine interface = nosuch0 }\n",
	 UNTIL("FILE:2: warning: there is no interface \"nosuch0\" here now, expected the name of one: until there "
	       "is")},
	{UDP_CLIENTS "rule a {\naction = rewrite to = nosuch0 }\n",
	 UNTIL("FILE:2: warning: there is no interface \"nosuch0\" here now, expected loopback, an address or the name "
	       "of one: until there is")},
	{UDP_CLIENTS "rule a { action = rewrite to = {192.0.2.77, 2001:db8::77} }\n",
	 UNTIL("FILE:2: warning: no interface here has the address 192.0.2.77 now: until one has")
		 UNTIL("FILE:2: warning: no interface here has the address 2001:db8::77 now: until one has")},
	{UDP_CLIENTS "rule a { action = confine interface = lo }\nrule b { action = rewrite to = 127.9.9.9 }\n",
	 "FILE:3: warning: rule \"b\" can never match: rule \"a\" in line 2 matches all that it does\n"},
	{"log { to = \"/nonexistent/x\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /nonexistent/x: No such file or directory; they go to standard "
	 "error\n"},
	{"log { to = \"/proc\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /proc: expected a regular file; they go to standard error\n"},
	{"log { to = \"/proc/self/exe\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /proc/self/exe: expected a regular file; they go to standard "
	 "error\n"},
	{"log { to = \"/etc/passwd\" }\n" UDP_CLIENTS "rule a { action = deny }\n",
	 "FILE: warning: events cannot be written to /etc/passwd: it does not begin with an event, expected an empty "
	 "file; they go to standard error\n"},
	{"log { to = \"/dev/null\" }\n" UDP_CLIENTS "rule a { action = deny }\n", ""},
};

/** with_path - @text with @path in the place of each FILE. */
static void
with_path(const char *text, const char *path, char *to, size_t size)
{
	size_t length = 0;

	for (; *text && length + 1 < size; text++) {
		if (strncmp(text, "FILE", 4) != 0) {
			to[length++] = *text;
			continue;
		}
		length += (size_t)snprintf(to + length, size - length, "%s", path);
		text += 3;
	}
	to[length] = '\0';
}

static void
doubtful_configuration_is_a_warning(void **state)
{
	char expected[4096];

	(void)state;
	for (size_t i = 0; i < LENGTH(warned); i++) {
		const char *path = capture_file("doubtful.conf", warned[i].text, strlen(warned[i].text));
		const struct capture *run = check("", path);

		with_path(warned[i].warnings, path, expected, sizeof(expected));
		if (run->status != 0 || strcmp(run->err, expected) != 0)
			fail_msg("%s\nstatus %d, expected 0 and\n%s---\n%s", warned[i].text, run->status, expected,
				 run->err);
	}
	capture_figure("%zu configurations, and what is doubtful of them", LENGTH(warned));
}

static void
doubtful_environment_is_a_warning_that_names_the_variable(void **state)
{
	const struct capture *run = check("BINDGUARD_MODE=off", "");

	(void)state;
	assert_string_equal(run->err, "environment: warning: BINDGUARD_MODE: mode is off: nothing is guarded\n");
	run = check("BINDGUARD_TO=nosuch0", "");
	assert_string_equal(run->err,
			    UNTIL("environment: warning: BINDGUARD_TO: there is no interface \"nosuch0\" here "
				  "now, expected loopback, an address or the name of one: until there is"));
	run = check("BINDGUARD_LOG=/nonexistent/x", "");
	assert_string_equal(run->err,
			    "environment: warning: BINDGUARD_LOG: events cannot be written to /nonexistent/x: No "
			    "such file or directory; they go to standard error\n");
	assert_string_equal(check("", "")->err, "");
}

static void
name_of_a_file_cannot_forge_a_line(void **state)
{
	static const char text[] = "mode = on\n";
	const struct capture *run = check("", capture_file("a\nb\033[31m.conf", text, strlen(text)));

	(void)state;
	assert_int_equal(run->status, 1);
	expect_part(run->err, "/a\\x0ab\\x1b[31m.conf:1: unknown mode");
	run = check("", capture_file("c\nmode = on.conf", "", 0));
	assert_int_equal(run->status, 0);
	free(load(capture_file("again.conf", run->out, strlen(run->out))));
}

static void
full_disk_is_not_success(void **state)
{
	const struct capture *run = capture_run("", "check '' >/dev/full");

	(void)state;
	assert_int_equal(run->status, 2);
	expect_part(run->err, "bindguard: standard output: ");
}

static void
help_names_the_argument(void **state)
{
	const struct capture *run = capture_run("", "check --help");

	(void)state;
	assert_int_equal(run->status, 0);
	expect_part(run->out, "usage: bindguard check [FILE]\n");
	assert_string_equal(run->err, "");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistake_is_told_with_file_and_line),
		cmocka_unit_test(mistakes_of_one_file_are_all_told_in_order),
		cmocka_unit_test(mistakes_without_room_are_counted),
		cmocka_unit_test(file_that_cannot_be_read_is_two),
		cmocka_unit_test(bad_usage_is_one_line_and_two),
		cmocka_unit_test(file_and_why_that_one_is_told),
		cmocka_unit_test(rules_printed_load_again_and_print_the_same),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(environment_is_laid_over_and_told),
		cmocka_unit_test(rule_that_can_never_match_is_a_warning),
		cmocka_unit_test(doubtful_configuration_is_a_warning),
		cmocka_unit_test(doubtful_environment_is_a_warning_that_names_the_variable),
		cmocka_unit_test(name_of_a_file_cannot_forge_a_line),
		cmocka_unit_test(full_disk_is_not_success),
		cmocka_unit_test(help_names_the_argument),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
