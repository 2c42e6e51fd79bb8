/* SPDX-License-Identifier: MIT
 * event_test.c - events to lines of text; the words and errno names they are made of. A plain program on cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/words.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define IPV4(a, b, c, d, number)                                                                                       \
	{                                                                                                              \
		.addr = {.family = BG_IPV4, .bytes = {a, b, c, d}}, .port = (number)                                   \
	}
#define IPV6(last, number)                                                                                             \
	{                                                                                                              \
		.addr = {.family = BG_IPV6, .bytes = {[15] = (last)}}, .port = (number)                                \
	}
#define LINK_LOCAL(scope, number)                                                                                      \
	{                                                                                                              \
		.addr = {.family = BG_IPV6, .bytes = {0xfe, 0x80, [15] = 1}, .scope_id = (scope)}, .port = (number)    \
	}
#define PROCESS .pid = 42, .program = "vite", .exe = "/usr/bin/vite"
#define CALL PROCESS, .protocol = BG_PROTOCOL_TCP
#define SERVERS .action = BG_ACTION_REWRITE, .rule = "servers"
#define WILDCARD_TO_LOOPBACK                                                                                           \
	.requested = IPV4(0, 0, 0, 0, 8000), .result = IPV4(127, 0, 0, 1, 8000), .has_result = true, .changed = true

/** struct text_case - an event and its line, without what they all start with, and without the newline. */
struct text_case {
	struct bg_event event;
	const char *line;
};

static const struct bg_from places[] = {
	{.kind = BG_FROM_MACHINE},
	{.kind = BG_FROM_PREFIX, .prefix = {.addr = {.family = BG_IPV4, .bytes = {10}}, .bits = 8}},
	{.kind = BG_FROM_INTERFACE, .interface = "wg0"}};

static const struct text_case text_cases[] = {
	{{CALL, WILDCARD_TO_LOOPBACK, SERVERS}, "tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")"},
	{{CALL, WILDCARD_TO_LOOPBACK, SERVERS, .requested_form = BG_FORM_UNSPEC},
	 "tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")"},
	{{CALL, WILDCARD_TO_LOOPBACK, SERVERS, .requested_form = BG_FORM_MAPPED, .result_form = BG_FORM_MAPPED},
	 "tcp [::ffff:0.0.0.0]:8000 -> [::ffff:127.0.0.1]:8000 (rewrite, rule \"servers\")"},
	{{CALL, WILDCARD_TO_LOOPBACK, SERVERS, .error = EADDRINUSE},
	 "tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\") failed: EADDRINUSE"},
	{{CALL, WILDCARD_TO_LOOPBACK, SERVERS, .mode = BG_MODE_OBSERVE, .exposed = true},
	 "tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (would rewrite, rule \"servers\")"},
	{{CALL, SERVERS, .requested = IPV6(0, 3000), .result = IPV6(0, 3000), .requested_form = BG_FORM_IPV6,
	  .result_form = BG_FORM_IPV6, .interface = "lo", .has_result = true, .changed = true,
	  .reason = BG_REASON_DUAL_STACK},
	 "tcp [::]:3000 -> [::]:3000%lo (rewrite, rule \"servers\")"},
	{{CALL, SERVERS, .requested = IPV6(0, 3000), .result = IPV4(127, 0, 0, 1, 3000), .has_result = true,
	  .requested_form = BG_FORM_IPV6, .result_form = BG_FORM_MAPPED, .changed = true,
	  .reason = BG_REASON_NO_CONFINE},
	 "tcp [::]:3000 -> [::ffff:127.0.0.1]:3000 (rewrite, rule \"servers\"; the kernel refuses to confine: IPv4 "
	 "loopback only)"},
	{{CALL, SERVERS, .requested = LINK_LOCAL(7, 3000), .requested_scope = "wlan0", .result = LINK_LOCAL(20, 3000),
	  .result_scope = "wg0", .interface = "wg0", .has_result = true, .requested_form = BG_FORM_IPV6,
	  .result_form = BG_FORM_IPV6, .changed = true, .reason = BG_REASON_NO_IPV4},
	 "tcp [fe80::1%wlan0]:3000 -> [fe80::1%wg0]:3000 (rewrite, rule \"servers\"; dual-stack, and the target is an "
	 "IPv6 "
	 "address: IPv4 not served)"},
	{{CALL, SERVERS, .requested = LINK_LOCAL(7, 3000), .result = LINK_LOCAL(20, 3000), .interface = "wg0",
	  .has_result = true, .requested_form = BG_FORM_IPV6, .result_form = BG_FORM_IPV6, .changed = true},
	 "tcp [fe80::1%7]:3000 -> [fe80::1%20]:3000%wg0 (rewrite, rule \"servers\")"},
	{{CALL, SERVERS, .requested = IPV6(0, 3000), .requested_form = BG_FORM_IPV6, .error = EACCES,
	  .reason = BG_REASON_FAMILY},
	 "tcp [::]:3000 denied: EACCES (rewrite, rule \"servers\"; the rule has no target of this family)"},
	{{CALL, SERVERS, .requested = IPV4(0, 0, 0, 0, 80), .error = EADDRNOTAVAIL, .interface = "w\ng0",
	  .reason = BG_REASON_NO_ADDRESS},
	 "tcp 0.0.0.0:80 denied: EADDRNOTAVAIL (rewrite, rule \"servers\"; the target has no such address or device "
	 "now: "
	 "\"w\\x0ag0\")"},
	{{CALL, SERVERS, .requested = IPV4(0, 0, 0, 0, 80), .error = EACCES, .reason = BG_REASON_NO_ADDRESS},
	 "tcp 0.0.0.0:80 denied: EACCES (rewrite, rule \"servers\"; the target has no such address or device now)"},
	{{CALL, .requested = IPV4(0, 0, 0, 0, 22), .action = BG_ACTION_DENY, .rule = "x", .error = EACCES},
	 "tcp 0.0.0.0:22 denied: EACCES (deny, rule \"x\")"},
	{{CALL, .requested = IPV4(0, 0, 0, 0, 22), .action = BG_ACTION_DENY, .rule = "x", .error = EPERM,
	  .mode = BG_MODE_OBSERVE, .exposed = true},
	 "tcp 0.0.0.0:22 would be denied: EPERM (deny, rule \"x\")"},
	{{CALL, .requested = IPV4(192, 168, 1, 5, 80), .result = IPV4(192, 168, 1, 5, 80), .has_result = true,
	  .rule = "x", .exposed = true},
	 "tcp 192.168.1.5:80 left exposed (allow, rule \"x\")"},
	{{CALL, .requested = IPV4(192, 168, 1, 5, 0), .result = IPV4(192, 168, 1, 5, 41234), .has_result = true,
	  .exposed = true, .reason = BG_REASON_NO_RULE},
	 "tcp 192.168.1.5:41234 left exposed (no rule matches)"},
	{{CALL, SERVERS, .requested = IPV4(0, 0, 0, 0, 80), .result = IPV4(0, 0, 0, 0, 80), .interface = "eth0",
	  .has_result = true, .exposed = true, .reason = BG_REASON_OWN_DEVICE},
	 "tcp 0.0.0.0:80%eth0 left exposed (rewrite, rule \"servers\"; the program itself chose a device)"},
	{{PROCESS, .requested = IPV4(127, 0, 0, 1, 80), .result = IPV4(127, 0, 0, 1, 80), .has_result = true,
	  .rule = "x", .protocol = BG_PROTOCOL_UDP},
	 "udp 127.0.0.1:80 unchanged (allow, rule \"x\")"},
	{{CALL, .requested = IPV4(127, 0, 0, 1, 80), .reason = BG_REASON_NO_RULE, .error = EADDRINUSE},
	 "tcp 127.0.0.1:80 unchanged (no rule matches) failed: EADDRINUSE"},
	{{CALL, .requested = IPV4(127, 0, 0, 1, 4000), .result = IPV4(0, 0, 0, 0, 4000), .has_result = true,
	  .changed = true, .action = BG_ACTION_UNDO, .rule = "servers", .call = BG_CALL_CONNECT},
	 "tcp 127.0.0.1:4000 -> 0.0.0.0:4000 (undo: connects to another host, rule \"servers\")"},
	{{CALL, .action = BG_ACTION_LIMIT, .rule = "x", .changed = true, .has_result = true, .requested = IPV6(0, 80),
	  .result = IPV6(0, 80), .requested_form = BG_FORM_IPV6, .result_form = BG_FORM_IPV6, .from = places,
	  .from_count = 2},
	 "tcp [::]:80 -> [::]:80 from machine,10.0.0.0/8 (limit, rule \"x\")"},
	{{CALL, .action = BG_ACTION_LIMIT, .rule = "x", .changed = true, .has_result = true, .error = EADDRNOTAVAIL,
	  .requested = IPV4(0, 0, 0, 0, 80), .result = IPV4(0, 0, 0, 0, 80), .from = places + 2, .from_count = 1,
	  .reason = BG_REASON_NO_INTERFACE},
	 "tcp 0.0.0.0:80 -> 0.0.0.0:80 from wg0 (limit, rule \"x\"; an interface of from is not here now, or is part "
	 "of "
	 "another) failed: EADDRNOTAVAIL"},
	{{CALL, .action = BG_ACTION_CONFINE, .rule = "x", .changed = true, .has_result = true,
	  .requested = IPV6(1, 65535), .result = {.addr = {BG_IPV6, {0xfe, 0x80, [15] = 1}, 2}, .port = 1},
	  .requested_form = BG_FORM_IPV6, .result_form = BG_FORM_IPV6},
	 "tcp [::1]:65535 -> [fe80::1%2]:1 (confine, rule \"x\")"},
};

/** assert_text - @event is rendered as @expected and a newline. */
static void
assert_text(const struct bg_event *event, const char *expected)
{
	char line[BG_LINE_MAX + 1];
	size_t length = bg_event_format_text(event, line);

	assert_in_range(length, 1, BG_LINE_MAX);
	assert_int_equal(line[length - 1], '\n');
	line[length - 1] = '\0';
	assert_string_equal(line, expected);
}

static void
text_event_is_one_readable_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(text_cases); i++) {
		char expected[BG_LINE_MAX] = "bindguard[42]: vite ";

		strcat(expected, text_cases[i].line);
		assert_text(&text_cases[i].event, expected);
	}
}

static void
text_hostile_name_stays_one_word(void **state)
{
	static const char *const names[][2] = {
		{NULL, "\"\""},
		{"", "\"\""},
		{"Web Server", "\"Web Server\""},
		{"x tcp 1.2.3.4:80 denied: EACCES (deny)", "\"x tcp 1.2.3.4:80 denied: EACCES (deny)\""},
		{"x\nbindguard[1]:", "x\\x0abindguard[1]:"},
		{"\"a b\"", "\"\\x22a b\\x22\""},
		{"\x1b]0;t\x07\xff\xe2\x80\xae", "\\x1b]0;t\\x07\\xff\\xe2\\x80\\xae"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct bg_event event = {CALL, WILDCARD_TO_LOOPBACK, SERVERS};
		char expected[BG_LINE_MAX] = "bindguard[42]: ";

		event.program = names[i][0];
		strcat(expected, names[i][1]);
		strcat(expected, " tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")");
		assert_text(&event, expected);
	}
}

static void
text_hostile_rule_stays_inside_its_quotes(void **state)
{
	struct bg_event event = {CALL, WILDCARD_TO_LOOPBACK, SERVERS};

	(void)state;
	event.rule = "a\") failed\n";
	assert_text(&event, "bindguard[42]: vite tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"a\\x22) "
			    "failed\\x0a\")");
}

/** The largest of everything, of values outside the enums too: every byte is written, and one newline ends it. */
/** longest_from - as many places as there may be, with names as long as any when they are escaped. */
static const struct bg_from *
longest_from(void)
{
	static struct bg_from from[BG_FROM_MAX];

	for (size_t i = 0; i < BG_FROM_MAX; i++) {
		from[i].kind = BG_FROM_INTERFACE;
		memset(from[i].interface, '\x1b', sizeof(from[i].interface) - 1);
	}
	return from;
}

static void
text_execution_says_what_and_why(void **state)
{
	static const struct {
		struct bg_executed executed;
		int error;
		const char *line;
	} cases[] = {
		{{.name = "sudo", .reach = BG_REACH_SET_USER},
		 0,
		 "exec sudo not guarded: it is set-user-ID; put bindguard behind it\n"},
		{{.name = "air", .reach = BG_REACH_GO, .through = true},
		 0,
		 "exec air guarded by seccomp: it is a Go program, which makes its system calls itself\n"},
		{{.name = "a \n", .reach = BG_REACH_STATIC, .script = true},
		 0,
		 "exec \"a \\x0a\" not guarded: its interpreter: it is a static program; start it, or what starts it, "
		 "by "
		 "bindguard run\n"},
		{{.name = "docker", .reach = BG_REACH_CLIENT},
		 EACCES,
		 "exec docker refused: EACCES: not guarded: it asks a daemon to start programs, and nothing of this "
		 "process reaches that; guard the daemon, or publish ports on 127.0.0.1 only\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct bg_event event = {.pid = 42,
					 .program = "npm",
					 .call = BG_CALL_EXEC,
					 .executed = &cases[i].executed,
					 .error = cases[i].error};
		char line[BG_LINE_MAX];
		size_t length = bg_event_format_text(&event, line);

		line[length] = '\0';
		assert_string_equal(line + strlen("bindguard[42]: npm "), cases[i].line);
		assert_int_equal(bg_event_severity(&event),
				 cases[i].executed.through ? BG_SEVERITY_INFO : BG_SEVERITY_WARNING);
	}
}

/** Each way not to be reached has words of its own, and something to do about it. */
static void
text_execution_has_words_for_each_reason(void **state)
{
	(void)state;
	assert_string_equal(bg_reach_text(BG_REACH_PRELOAD), "");
	assert_string_equal(bg_reach_text(BG_REACH_NOTHING), "");
	for (int i = BG_REACH_DAMAGED; i <= BG_REACH_NO_ENGINE; i++) {
		assert_true(*bg_reach_text((enum bg_reach)i) && *bg_reach_advice((enum bg_reach)i));
		for (int other = BG_REACH_DAMAGED; other < i; other++)
			assert_string_not_equal(bg_reach_text((enum bg_reach)i), bg_reach_text((enum bg_reach)other));
		assert_true(bg_reach_by_seccomp((enum bg_reach)i) == (i < BG_REACH_SET_USER));
	}
	assert_string_equal(bg_reach_text((enum bg_reach)(BG_REACH_NO_ENGINE + 1)), "");
}

static void
text_any_event_fits_the_line(void **state)
{
	static const char fills[] = {'x', '\n', ' ', '\xff'};
	char name[5001] = "";

	(void)state;
	for (size_t i = 0; i < LENGTH(fills); i++) {
		struct bg_event event;
		char line[BG_LINE_MAX];
		size_t length;

		memset(&event, 0xff, sizeof(event));
		memset(event.interface, '\x1b', sizeof(event.interface));
		memset(name, fills[i], sizeof(name) - 1);
		event.program = event.exe = event.rule = name;
		event.executed = NULL;
		event.from = longest_from(), event.from_count = BG_FROM_MAX;
		event.changed = event.has_result = event.exposed = true;
		length = bg_event_format_text(&event, line);
		assert_in_range(length, 600, BG_LINE_MAX / 2);
		assert_ptr_equal(memchr(line, '\n', length), line + length - 1);
		assert_non_null(memmem(line, length, "...", 3));
		assert_memory_equal(line + length - 3, "E?\n", 3);
	}
}

static void
errno_names_go_both_ways(void **state)
{
	(void)state;
	for (int error = 1; error < 4096; error++) {
		const char *expected = strerrorname_np(error);

		if (error == EOPNOTSUPP)
			expected = "EOPNOTSUPP"; /* glibc calls it ENOTSUP */
		assert_string_equal(bg_errno_name(error), expected ? expected : "E?");
		assert_int_equal(bg_errno_value(bg_errno_name(error)), expected ? error : 0);
	}
	assert_string_equal(bg_errno_name(0), "E?");
	assert_string_equal(bg_errno_name(-EACCES), "E?");
	assert_string_equal(bg_errno_name(EACCES + 65536), "E?");
	assert_int_equal(bg_errno_value("EWOULDBLOCK"), EAGAIN);
	assert_int_equal(bg_errno_value("ENOTSUP"), EOPNOTSUPP);
	assert_int_equal(bg_errno_value("EDEADLOCK"), EDEADLOCK);
}

static void
errno_unknown_name_is_zero(void **state)
{
	static const char *const names[] = {
		"", "E", "E?", "EACCE", "EACCESS", "eacces", "EACCES ", "13", "ENOTRECOVERABLE_AND_MORE"};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(bg_errno_value(names[i]), 0);
	assert_int_equal(bg_errno_value(NULL), 0);
}

static void
words_all_differ_and_none_is_null(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		assert_true(i > BG_ACTION_UNDO ? *bg_action_word(i) == '?' : *bg_action_word(i) != '?');
		assert_true(i > BG_CALL_EXEC ? *bg_call_word(i) == '?' : *bg_call_word(i) != '?');
		assert_true(i > BG_REASON_BLOCKED ? *bg_reason_text(i) == '?' : *bg_reason_text(i) != '?');
		assert_true(i > BG_MATCH_NO_PORTS_USED ? *bg_match_text(i) == '?' : *bg_match_text(i) != '?');
		for (unsigned other = 0; other < i && i <= BG_REASON_BLOCKED; other++)
			assert_string_not_equal(bg_reason_text(i), bg_reason_text(other));
		for (unsigned other = 0; other < i && i <= BG_MATCH_NO_PORTS_USED; other++)
			assert_string_not_equal(bg_match_text(i), bg_match_text(other));
	}
	assert_string_equal(bg_call_word(BG_CALL_BINDRESVPORT), "bindresvport");
	assert_string_equal(bg_call_word(BG_CALL_OUTGOING), "connect");
	assert_string_equal(bg_call_word(BG_CALL_SCTP_BINDX), "sctp_bindx");
	assert_string_equal(bg_protocol_word(BG_PROTOCOL_UDPLITE), "udplite");
	assert_string_equal(bg_protocol_word(BG_PROTOCOL_SCTP), "sctp");
	assert_string_equal(bg_protocol_word(BG_PROTOCOL_DCCP), "dccp");
	assert_string_equal(bg_protocol_word(BG_PROTOCOL_RAW), "raw");
	assert_string_equal(bg_protocol_word(BG_PROTOCOL_OTHER), "other");
	assert_string_equal(bg_protocol_word(0), "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_event_is_one_readable_line),
		cmocka_unit_test(text_hostile_name_stays_one_word),
		cmocka_unit_test(text_hostile_rule_stays_inside_its_quotes),
		cmocka_unit_test(text_execution_says_what_and_why),
		cmocka_unit_test(text_execution_has_words_for_each_reason),
		cmocka_unit_test(text_any_event_fits_the_line),
		cmocka_unit_test(errno_names_go_both_ways),
		cmocka_unit_test(errno_unknown_name_is_zero),
		cmocka_unit_test(words_all_differ_and_none_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
