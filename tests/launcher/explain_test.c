/* SPDX-License-Identifier: MIT
 * explain_test.c - `bindguard explain`, the built command: what it says of a call as text and as JSON, how it finds a
 * program, and what it says of bad input. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/capture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NAMED(file) "configuration: " file " (named on the command line)\n"
#define BUILT_IN "configuration: built-in (as BINDGUARD_CONFIG is empty)\n"
#define NO_UDP(port) "rule \"udp-clients\" (built-in:13): does not match: is for another port: 0, not " port "\n"
#define SERVERS "rule \"servers\" (built-in:20): matches: rewrite to loopback\n"
#define OR_CONFINED "  if there is no such address (EADDRNOTAVAIL): SO_BINDTODEVICE lo, then "
#define OR_EACCES "  if the kernel refuses to confine: error EACCES\n"
#define THEN "at listen: not asked again, bind has decided\n"
#define GIVEN_BACK(call) "at connect to another host: given back, bind(" call ")\n"
#define DENY "conf/examples/deny.conf"
#define VPN "conf/examples/pin-to-vpn.conf"

/** struct call - a command line, and all that is said. */
struct call {
	const char *arguments;
	int status;
	const char *text;
};

static const struct call calls[] = {
	{"tcp 0.0.0.0:8000", 3,
	 BUILT_IN "call: tcp bind(0.0.0.0:8000)\n" NO_UDP("8000") SERVERS
	 "changed: bind(127.0.0.1:8000)\n" OR_CONFINED
	 "bind(0.0.0.0:8000)\n" OR_EACCES THEN GIVEN_BACK("0.0.0.0:8000")},
	{"mptcp '[::]:3000'", 3,
	 BUILT_IN "call: mptcp bind([::]:3000), dual-stack\n" NO_UDP("3000") SERVERS
	 "changed: SO_BINDTODEVICE lo, then bind([::]:3000) (dual-stack: confined, since no address serves both "
	 "families)\n"
	 "  if the kernel refuses to confine: bind([::ffff:127.0.0.1]:3000)\n" THEN GIVEN_BACK("[::]:3000")},
	{"udp 0.0.0.0:0", 0,
	 BUILT_IN "call: udp bind(0.0.0.0:0)\nrule \"udp-clients\" (built-in:13): matches: allow\n"
		  "unchanged: bind(0.0.0.0:0)\n"},
	{"tcp 127.0.0.1:80", 0,
	 BUILT_IN
	 "call: tcp bind(127.0.0.1:80)\n"
	 "rule \"udp-clients\" (built-in:13): does not match: is for another address: wildcard, not 127.0.0.1\n"
	 "rule \"servers\" (built-in:20): does not match: is for another address: wildcard, not 127.0.0.1\n"
	 "no rule matches: allow\nunchanged: bind(127.0.0.1:80)\n"},
	{"tcp 0.0.0.0:0", 3,
	 BUILT_IN
	 "call: tcp bind(0.0.0.0:0)\n"
	 "rule \"udp-clients\" (built-in:13): does not match: is for another protocol: udp, udplite, not tcp\n" SERVERS
	 "at bind: unchanged: bind(0.0.0.0:0) (port 0: listen will tell client from server)\n"
	 "at listen: " SERVERS
	 "at listen: changed: SO_BINDTODEVICE lo, then listen (already bound: confined, since its address "
	 "cannot change)\n" OR_EACCES},
	{"-c " DENY " udplite '[::ffff:0.0.0.0]:80'", 4,
	 NAMED(DENY) "call: udplite bind([::ffff:0.0.0.0]:80)\n"
		     "rule \"loopback\" (" DENY ":8): does not match: is for another address: loopback, not "
		     "::ffff:0.0.0.0\n"
		     "rule \"udp-clients\" (" DENY ":13): does not match: is for another port: 0, not 80\n"
		     "rule \"low-ports\" (" DENY ":19): matches: deny with EPERM\n"
		     "denied: error EPERM, nothing is bound\n"},
	{"tcp 0.0.0.0:80 -c" VPN, 3,
	 NAMED(VPN) "call: tcp bind(0.0.0.0:80)\n"
		    "rule \"nginx-on-vpn\" (" VPN ":4): does not match: depends on the program, which is not known: "
		    "\"nginx\"\n"
		    "rule \"udp-clients\" (" VPN ":12): does not match: is for another port: 0, not 80\n"
		    "rule \"servers\" (" VPN ":19): matches: rewrite to loopback\n"
		    "changed: bind(127.0.0.1:80)\n" OR_CONFINED
		    "bind(0.0.0.0:80)\n" OR_EACCES THEN GIVEN_BACK("0.0.0.0:80")},
	{"tcp 0.0.0.0:80 --config=" VPN " -p /nonexistent/nginx", 4,
	 NAMED(VPN) "call: tcp bind(0.0.0.0:80)\n"
		    "program: /nonexistent/nginx (there is no such file here; taken as it is)\n"
		    "rule \"nginx-on-vpn\" (" VPN ":4): matches: rewrite to the address of wg0\n"
		    "denied: error EADDRNOTAVAIL, nothing is bound (the target has no such address or device now)\n"},
	{"-p no-such-program-anywhere -c " VPN " tcp 10.0.0.1:80", 0,
	 NAMED(VPN) "call: tcp bind(10.0.0.1:80)\n"
		    "program: no-such-program-anywhere (not found in PATH; rules that give a full path are taken not "
		    "to "
		    "match)\n"
		    "rule \"nginx-on-vpn\" (" VPN
		    ":4): does not match: is for another address: wildcard, not 10.0.0.1\n"
		    "rule \"udp-clients\" (" VPN
		    ":12): does not match: is for another address: wildcard, not 10.0.0.1\n"
		    "rule \"servers\" (" VPN ":19): does not match: is for another address: wildcard, not 10.0.0.1\n"
		    "no rule matches: allow\nunchanged: bind(10.0.0.1:80)\n"},
	{"-c conf/examples/lan-port.conf --command 'node vite dev' tcp 192.168.1.1:5173", 0,
	 NAMED("conf/examples/lan-port.conf") "call: tcp bind(192.168.1.1:5173)\n"
					      "rule \"phone-preview\" (conf/examples/lan-port.conf:3): matches: allow\n"
					      "unchanged: bind(192.168.1.1:5173)\n"},
	{"raw 0.0.0.0:0", 0,
	 BUILT_IN "call: raw bind(0.0.0.0:0)\n"
		  "rule \"udp-clients\" (built-in:13): does not match: is for another protocol: udp, udplite, not raw\n"
		  "rule \"servers\" (built-in:20): does not match: leaves raw and ping sockets alone, as it does not "
		  "name them\n"
		  "no rule matches: allow\nunchanged: bind(0.0.0.0:0)\n"},
};

/** explain - run `bindguard explain ARGUMENTS` under the built-in default, if they name no other. */
static const struct capture *
explain(const char *arguments)
{
	char line[4096];

	snprintf(line, sizeof(line), "explain %s", arguments);
	return capture_run("BINDGUARD_CONFIG=", line);
}

/** explain_json - the same with --json, parsed; to be freed. */
static json_t *
explain_json(const char *arguments, int *status)
{
	char line[2048];
	const struct capture *run;
	json_error_t error;
	json_t *value;

	snprintf(line, sizeof(line), "--json %s", arguments);
	run = explain(line);
	*status = run->status;
	value = json_loads(run->out, 0, &error);
	if (!value)
		fail_msg("%s: %s\n%s%s", arguments, error.text, run->out, run->err);
	return value;
}

/** expect_part - @text has @part. */
static void
expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void
call_is_explained_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		const struct capture *run = explain(calls[i].arguments);

		if (run->status != calls[i].status || run->err[0] || strcmp(run->out, calls[i].text) != 0)
			fail_msg("%s: status %d, expected %d\n--- got\n%s%s--- expected\n%s", calls[i].arguments,
				 run->status, calls[i].status, run->out, run->err, calls[i].text);
	}
	capture_figure("%zu calls explained, every line compared", LENGTH(calls));
}

/** expect_keys - @object has exactly the keys @keys, in this order. */
static void
expect_keys(const json_t *object, const char *keys)
{
	char got[512] = "";
	const char *key;
	json_t *value;
	union {
		const json_t *in;
		json_t *out;
	} cast = {.in = object};

	json_object_foreach(cast.out, key, value)
	{
		strcat(got, got[0] ? " " : "");
		strcat(got, key);
	}
	assert_string_equal(got, keys);
}

/** expect_decision - the schema of a decision. */
static void
expect_decision(const json_t *decision, bool listen)
{
	const json_t *change = json_object_get(decision, "change"), *fallback = json_object_get(decision, "fallback");

	expect_keys(decision, listen ? "rule action effect reason change fallback error first_port last_port"
				     : "rule action effect reason change fallback error");
	if (json_is_object(change))
		expect_keys(change, "address port interface available");
	if (json_is_object(fallback))
		expect_keys(fallback, "address port interface available reason");
}

static void
json_has_the_schema_and_the_reasons_of_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		int status;
		json_t *value = explain_json(calls[i].arguments, &status), *rule;
		size_t at;

		assert_int_equal(status, calls[i].status);
		expect_keys(value, "config request rules decision listen connect exit");
		expect_keys(json_object_get(value, "config"), "path source mode");
		expect_keys(json_object_get(value, "request"), "protocol family address port v6only exe command");
		expect_decision(json_object_get(value, "decision"), false);
		assert_int_equal(json_integer_value(json_object_get(value, "exit")), status);
		json_array_foreach(json_object_get(value, "listen"), at, rule) expect_decision(rule, true);
		json_array_foreach(json_object_get(value, "rules"), at, rule)
		{
			char line[1024];

			expect_keys(rule, "name line match key reason");
			snprintf(line, sizeof(line), ":%d): %s: %s\n",
				 (int)json_integer_value(json_object_get(rule, "line")),
				 json_is_true(json_object_get(rule, "match")) ? "matches" : "does not match",
				 json_string_value(json_object_get(rule, "reason")));
			expect_part(calls[i].text, line);
		}
		json_decref(value);
	}
}

/** change_is_kept_or_given_back_at_connect - what went to loopback, and what the user sent elsewhere. */
static void
change_is_kept_or_given_back_at_connect(void **state)
{
	static const struct {
		const char *rule, *call, *connect, *text;
	} rows[] = {
		{"action = rewrite to = loopback", "udp '[::]:53'", "given back", GIVEN_BACK("[::]:53")},
		{"action = rewrite to = loopback to_port = 54 port = 53", "tcp 0.0.0.0:53", "given back",
		 THEN GIVEN_BACK("0.0.0.0:53")},
		{"action = rewrite to = loopback", "udp 0.0.0.0:0", "given back", GIVEN_BACK("0.0.0.0:0")},
		{"action = rewrite to = 127.0.0.7", "udp 0.0.0.0:53", "given back", GIVEN_BACK("0.0.0.0:53")},
		{"action = confine", "udp 0.0.0.0:53", "given back", GIVEN_BACK("0.0.0.0:53")},
		{"action = confine interface = wg9", "udp 0.0.0.0:53", "kept",
		 "\nat connect: kept, whatever the other end\n"},
		{"action = rewrite to = 192.0.2.77", "udp 0.0.0.0:53", "kept",
		 "\nat connect: kept, whatever the other end\n"},
		{"action = deny", "udp 0.0.0.0:53", NULL, "nothing is bound\n"},
		{"action = allow", "udp 0.0.0.0:53", NULL, "unchanged: bind(0.0.0.0:53)\n"},
		{"action = rewrite to = loopback", "tcp 0.0.0.0:0", NULL, "refuses to confine: error EACCES\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[256], arguments[640];
		const char *path, *connect;
		json_t *value;
		int status;

		snprintf(text, sizeof(text), "rule r { address = wildcard %s }\n", rows[i].rule);
		path = capture_file("connect.conf", text, strlen(text));
		snprintf(arguments, sizeof(arguments), "-c %s %s", path, rows[i].call);
		expect_part(explain(arguments)->out, rows[i].text);
		value = explain_json(arguments, &status);
		connect = json_string_value(json_object_get(value, "connect"));
		if (rows[i].connect ? !connect || strcmp(connect, rows[i].connect) != 0 : connect != NULL)
			fail_msg("%s, %s: connect is %s", rows[i].rule, rows[i].call, connect ? connect : "null");
		json_decref(value);
	}
	capture_figure("%zu changes, and what becomes of them at connect", LENGTH(rows));
}

static void
bad_input_is_one_line_and_two(void **state)
{
	static const char *const rows[][2] = {
		{"", "the call is missing, expected PROTO ADDRESS:PORT such as tcp 0.0.0.0:8000"},
		{"tcp", "ADDRESS:PORT is missing behind \"tcp\", expected"},
		{"tcp 0.0.0.0:1 more", "unexpected \"more\", expected PROTO ADDRESS:PORT"},
		{"icmp 0.0.0.0:1", "protocol \"icmp\", expected one of: tcp, mptcp, udp, udplite, sctp, dccp, raw"},
		{"TCP 0.0.0.0:1", "protocol \"TCP\", expected one of"},
		{"tcp 0.0.0.0", "\"0.0.0.0\", expected ADDRESS:PORT"},
		{"tcp 8000", "\"8000\", expected ADDRESS:PORT"},
		{"tcp 0.0.0.0:", "port \"\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:http", "port \"http\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:65536", "port \"65536\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:-1", "port \"-1\", expected a number of 0 to 65535"},
		{"tcp 0.0.0.0:99999999999999999999", "expected a number of 0 to 65535"},
		{"tcp 0.0.0:80", "address \"0.0.0\", expected numbers such as 127.0.0.1 or [::1]"},
		{"tcp 1.2.3.256:80", "address \"1.2.3.256\", expected numbers"},
		{"tcp example.org:80", "address \"example.org\", expected numbers"},
		{"tcp localhost:80", "could be either loopback, expected 127.0.0.1:80 or [::1]:80"},
		{"tcp '*:80'", "\"*\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp wildcard:80", "\"wildcard\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp :80", "\"\" could be either wildcard, expected 0.0.0.0:80 or [::]:80"},
		{"tcp :::80", "IPv6 without brackets, expected [::]:80"},
		{"tcp ::1:80", "IPv6 without brackets, expected [::1]:80"},
		{"tcp ::1", "IPv6 without brackets and port, expected [::1]:PORT"},
		{"tcp ::", "IPv6 without brackets and port, expected [::]:PORT"},
		{"tcp fe80::1%lo", "IPv6 without brackets and port, expected [fe80::1%lo]:PORT"},
		{"tcp fe80::1%lo:80", "IPv6 without brackets, expected [fe80::1%lo]:80"},
		{"tcp '[fe80::1%99999999999]:80'", "index \"99999999999\", expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%18446744073709551617]:80'", "index \"18446744073709551617\", expected a number"},
		{"tcp '[fe80::1%2147483648]:80'", "expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%0]:80'", "index \"0\", expected a number of 1 to 2147483647"},
		{"tcp '[fe80::1%]:80'", "no interface \"\" here, expected a name or an index"},
		{"tcp '[::1]'", "\"[::1]\", expected ADDRESS:PORT"},
		{"tcp '[::1:80'", "\"[::1:80\", expected ADDRESS:PORT"},
		{"tcp '[]:80'", "\"\" in brackets, expected an IPv6 address such as [::1]"},
		{"tcp '[127.0.0.1]:80'", "\"127.0.0.1\" in brackets, expected an IPv6 address such as [::1]"},
		{"tcp '[fe80::1%nosuch0]:80'", "no interface \"nosuch0\" here, expected a name or an index"},
		{"tcp 0.0.0.0:80 --v6only", "--v6only with \"0.0.0.0:80\", expected an IPv6 address"},
		{"tcp '[::ffff:0.0.0.0]:80' --v6only", "expected an IPv6 address that is no mapped IPv4"},
		{"tcp 0.0.0.0:80 -p ''", "program \"\", expected the name or path of a program"},
		{"tcp 0.0.0.0:80 -p bin/", "program \"bin/\", expected the name or path of a program"},
		{"tcp 0.0.0.0:80 -p", "--program lacks its argument, expected PROGRAM"},
		{"--port tcp 0.0.0.0:80", "unknown option --port, expected one of `bindguard explain --help`"},
		{"tcp 0.0.0.0:80 --json=1", "--json takes no argument"},
		{"-c /nonexistent tcp 0.0.0.0:80", "/nonexistent: cannot be read: ENOENT, expected a regular file; "},
	};
	char many[400] = "tcp 0.0.0.0", long_one[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct capture *run = explain(rows[i][0]);

		if (run->status != 2 || run->out[0] || capture_lines(run->err) != 1)
			fail_msg("%s: status %d\n%s%s", rows[i][0], run->status, run->out, run->err);
		expect_part(run->err, rows[i][1]);
	}
	memset(long_one, '1', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	strcat(strcat(many, long_one), ":80");
	expect_part(explain(many)->err, "address of 262 characters, expected an IPv4 or IPv6 address");
	capture_figure("%zu bad command lines refused in one line", LENGTH(rows) + 1);
}

static void
broken_configuration_is_told_and_explains_nothing(void **state)
{
	static const char text[] = "mode = on\nrule a { action = drop }\n";
	const char *path = capture_file("broken.conf", text, strlen(text));
	char arguments[640], expected[1024];
	const struct capture *run;

	(void)state;
	snprintf(arguments, sizeof(arguments), "-c %s tcp 0.0.0.0:80", path);
	run = explain(arguments);
	assert_int_equal(run->status, 2);
	assert_string_equal(run->out, "");
	snprintf(expected, sizeof(expected), "%s:1: unknown mode \"on\"", path);
	expect_part(run->err, expected);
	snprintf(expected, sizeof(expected), "%s:2: unknown action \"drop\"", path);
	expect_part(run->err, expected);
	expect_part(run->err,
		    "bindguard: 2 mistakes; meanwhile guarded programs run in lockdown: wildcard addresses go to "
		    "loopback, loopback is allowed, others are refused (EACCES); `bindguard run` starts nothing\n");
}

static void
change_that_this_machine_cannot_make_is_told(void **state)
{
	static const char text[] = "rule a { program = nosuch action = confine interface = nosuch0 }\n"
				   "rule b { action = confine }\n";
	static const char *const rows[][3] = {
		{"udp '[::1]:80'", "bind([::1]:80)\n", "true"},
		{"udp 127.9.9.9:80", "bind(127.9.9.9:80)\n", "true"},
		{"tcp '[::]:80'", "bind([::]:80)\n", "true"},
		{"tcp 0.0.0.0:80", "bind(0.0.0.0:80)\n", "true"},
		{"udp 192.0.2.77:80",
		 "bind(192.0.2.77:80), but the interface lo does not have 192.0.2.77 now (EADDRNOTAVAIL)\n", "false"},
		{"tcp '[2001:db8::77]:80'", "but the interface lo does not have 2001:db8::77 now (EADDRNOTAVAIL)\n",
		 "false"},
		{"tcp '[::ffff:192.0.2.77]:80'", "but the interface lo does not have 192.0.2.77 now", "false"},
		{"-p nosuch udp 127.0.0.1:80", "but there is no interface nosuch0 here now\n", "false"},
	};
	char arguments[1024];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *path = capture_file("confined.conf", text, strlen(text));

		snprintf(arguments, sizeof(arguments), "-c '%s' %s", path, rows[i][0]);
		expect_part(explain(arguments)->out, rows[i][1]);
		snprintf(arguments, sizeof(arguments), "--json -c '%s' %s", path, rows[i][0]);
		if (!strstr(explain(arguments)->out,
			    strcmp(rows[i][2], "true") == 0 ? "\"available\": true" : "\"available\": false"))
			fail_msg("%s: %s expected in\n%s", rows[i][0], rows[i][2], explain(arguments)->out);
	}
}

static void
mode_that_changes_nothing_is_told(void **state)
{
	const struct capture *run = capture_run("BINDGUARD_CONFIG= BINDGUARD_MODE=observe", "explain tcp 0.0.0.0:80");

	(void)state;
	assert_int_equal(run->status, 0);
	expect_part(run->out, "changed: bind(127.0.0.1:80)\n");
	expect_part(run->out, "\nmode = observe: nothing of this is done, only logged\n");
	run = capture_run("BINDGUARD_CONFIG= BINDGUARD_MODE=off", "explain tcp 0.0.0.0:80");
	assert_int_equal(run->status, 0);
	expect_part(run->out, "\nmode = off: nothing of this is done\n");
}

static void
environment_counts_as_for_guarded_programs(void **state)
{
	const struct capture *run = capture_run("BINDGUARD_CONFIG= BINDGUARD_TO=127.0.0.9", "explain tcp 0.0.0.0:80");

	(void)state;
	assert_int_equal(run->status, 3);
	expect_part(run->out, "matches: rewrite to 127.0.0.9\nchanged: bind(127.0.0.9:80)\n");
	expect_part(run->out, THEN GIVEN_BACK("0.0.0.0:80"));
	run = capture_run("BINDGUARD_CONFIG= BINDGUARD_TO=192.0.2.77", "explain tcp 0.0.0.0:80");
	expect_part(run->out, "changed: bind(192.0.2.77:80), but no interface here has 192.0.2.77 now\n" THEN
			      "at connect: kept, whatever the other end\n");
}

/** number_of - the integer behind @key of element @i of @array. */
static unsigned
number_of(const json_t *array, size_t i, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(json_array_get(array, i), key));
}

static void
listen_is_explained_for_every_port_that_may_be_chosen(void **state)
{
	static const char format[] = "rule a { port = {1-%u, %u} action = deny }\n"
				     "rule b { port = {%u, %u-65535} action = deny error = EPERM }\n"
				     "rule z { port = 0 action = allow }\n";
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned low = 0, high = 0, middle;
	char text[512], arguments[640];
	json_t *value, *listen;
	int status;

	(void)state;
	assert_true(range && fscanf(range, "%u %u", &low, &high) == 2 && high - low > 8);
	fclose(range);
	/* Denied up to the middle; two ports denied by one rule each; free; denied by the other from high on. */
	middle = (low + high) / 2;
	snprintf(text, sizeof(text), format, middle, middle + 1, middle + 2, high);
	snprintf(arguments, sizeof(arguments), "-c %s tcp '[::]:0'", capture_file("ports.conf", text, strlen(text)));
	value = explain_json(arguments, &status);
	listen = json_object_get(value, "listen");
	assert_int_equal(status, 4);
	assert_string_equal(json_string_value(json_object_get(json_object_get(value, "decision"), "effect")), "none");
	assert_int_equal(json_array_size(listen), 4);
	for (size_t i = 0; i < 4; i++) {
		const unsigned borders[] = {low, middle + 2, middle + 3, high, high + 1};
		static const char *const errors[] = {"EACCES", "EPERM", NULL, "EPERM"};
		const char *error = json_string_value(json_object_get(json_array_get(listen, i), "error"));

		assert_int_equal(number_of(listen, i, "first_port"), borders[i]);
		assert_int_equal(number_of(listen, i, "last_port"), borders[i + 1] - 1);
		assert_string_equal(error ? error : "none", errors[i] ? errors[i] : "none");
	}
	json_decref(value);
}

/** write_program - an executable file in the test's folder. */
static void
write_program(const char *name, const char *text)
{
	const char *path = capture_file(name, text, strlen(text));

	assert_non_null(path);
	assert_int_equal(chmod(path, 0755), 0);
}

/** expect_note - @part of what is said of `-p NAME`. */
static void
expect_note(const char *name, const char *part)
{
	char folder[512], arguments[1024], environment[1024];

	snprintf(folder, sizeof(folder), "%s", capture_path(""));
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG= PATH=%s:/usr/bin:/bin", folder);
	snprintf(arguments, sizeof(arguments), "explain -p '%s' tcp 0.0.0.0:1", name);
	expect_part(capture_run(environment, arguments)->out, part);
}

/** expect_program - what `-p NAME` becomes: its path in the test's folder, and what is said of it. */
static void
expect_program(const char *name, const char *exe, const char *note)
{
	char folder[512], arguments[1024], environment[1024], expected[1024];
	const struct capture *run;

	snprintf(folder, sizeof(folder), "%s", capture_path(""));
	folder[strlen(folder) - 1] = '\0';
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG= PATH=/nonexistent:%s:/usr/bin:/bin", folder);
	snprintf(arguments, sizeof(arguments), "explain -p '%s' tcp 0.0.0.0:1", name);
	run = capture_run(environment, arguments);
	snprintf(expected, sizeof(expected), "\nprogram: %s/%s%s\n", folder, exe, note);
	expect_part(run->out, expected);
}

static void
program_is_what_the_kernel_would_run(void **state)
{
	char script[600];

	(void)state;
	write_program("serve3.11", "\177ELF");
	assert_int_equal(symlink("serve3.11", capture_path("serve3")), 0);
	assert_int_equal(symlink("serve3", capture_path("serve")), 0);
	expect_program("serve3.11", "serve3.11", "");
	expect_program("serve", "serve3.11", " (\"serve\" is a link: rules see \"serve3.11\")");
	snprintf(script, sizeof(script), "#! %s -x\nrest", capture_path("serve3"));
	write_program("tool", script);
	expect_program("tool", "serve3.11",
		       " (\"tool\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("vite", "#!/usr/bin/env -S A=b serve3 --flag\n");
	expect_program("vite", "serve3.11",
		       " (\"vite\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	snprintf(script, sizeof(script), "#!%s\n", capture_path("loop"));
	write_program("loop", script);
	expect_program("loop", "loop",
		       " (\"loop\": too many scripts are behind one another; \"loop\" is taken for what runs)");
	/* env(1) with all its options, as it would read them. */
	write_program("unset", "#!/usr/bin/env -S -u FOO serve3\n");
	expect_program("unset", "serve3.11",
		       " (\"unset\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("quoted", "#!/usr/bin/env -S -iC / -- PATH=${PATH} \"serve3\" '-c x' # no word\n");
	expect_program("quoted", "serve3.11",
		       " (\"quoted\" is a script: rules see its interpreter, \"serve3.11\", or what that executes)");
	write_program("unknown", "#!/usr/bin/env -S --no-such serve3\n");
	expect_note("unknown",
		    "/env (\"unknown\": the options of env(1) are not followed to its command; \"env\" is taken");
	write_program("nowhere", "#!/usr/bin/env no-such-program\n");
	expect_note("nowhere", "program: no-such-program (\"nowhere\": what it starts is not there; ");
	/* The kernel executes none of these; a shell reads the one that is a text. */
	write_program("empty", "#!\n");
	expect_note("empty", "sh (\"empty\" is a script without a #! line: rules see the shell that reads it, ");
}

static void
name_of_a_link_does_not_match_and_that_of_its_target_does(void **state)
{
	static const char text[] = "rule link { program = web action = deny }\nrule path { program = \"/tmp/*/web2\" "
				   "action = deny error = EPERM }\n";
	char arguments[1400];
	const struct capture *run;

	(void)state;
	write_program("web2", "\177ELF");
	assert_int_equal(symlink("web2", capture_path("web")), 0);
	snprintf(arguments, sizeof(arguments), "-c %s -p %s tcp 0.0.0.0:1",
		 capture_file("link.conf", text, strlen(text)), capture_path("web"));
	run = explain(arguments);
	assert_int_equal(run->status, 4);
	expect_part(run->out, "does not match: is for another program: \"web\", not \"/tmp/");
	expect_part(run->out, "denied: error EPERM");
}

static void
names_that_are_no_utf8_are_still_json(void **state)
{
	static const char text[] =
		"rule \"a\xff\" { program = \"b\xfe\" action = deny }\nrule \"\xc3\xa4\" { action = deny }\n";
	char arguments[640];
	json_t *value, *rules;
	int status;

	(void)state;
	snprintf(arguments, sizeof(arguments), "-c %s -p 'x\xfd' tcp 0.0.0.0:1",
		 capture_file("latin.conf", text, strlen(text)));
	value = explain_json(arguments, &status);
	rules = json_object_get(value, "rules");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 0), "name")), "a\xc3\xbf");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 1), "name")), "\xc3\xa4");
	assert_string_equal(json_string_value(json_object_get(json_object_get(value, "request"), "exe")), "x\xc3\xbd");
	json_decref(value);
}

/** check_example - run the command of an example in the manual, and compare what it prints with what is there. */
static void
check_example(const char *command, const char *expected)
{
	char line[1024];
	const struct capture *run;

	snprintf(line, sizeof(line), "%s", command + strlen("bindguard "));
	run = capture_run("BINDGUARD_CONFIG=", line);
	if (strcmp(run->out, expected) != 0)
		fail_msg("%s\n--- got\n%s%s--- the manual says\n%s", command, run->out, run->err, expected);
}

/** check_page - the examples of one page that explain or check something. Return: how many. */
static unsigned
check_page(const char *path)
{
	char line[1024], command[1024] = "", expected[8192] = "";
	FILE *page = fopen(path, "re");
	unsigned count = 0;

	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		bool starts =
			strncmp(line, "$ bindguard explain ", 20) == 0 || strncmp(line, "$ bindguard check ", 18) == 0;

		if (command[0] && (starts || line[0] == '.' || line[0] == '$')) {
			check_example(command, expected);
			command[0] = expected[0] = '\0';
			count++;
		}
		if (starts)
			snprintf(command, sizeof(command), "%.*s", (int)strcspn(line + 2, "\n"), line + 2);
		else if (command[0])
			strcat(expected, line);
	}
	fclose(page);
	return count;
}

static void
examples_of_the_manual_print_what_it_says(void **state)
{
	unsigned count = check_page(BG_SOURCE_DIR "/man/bindguard.1");

	(void)state;
	assert_true(count >= 4);
	capture_figure("%u examples of bindguard(1) run and compared", count);
}

static void
help_names_every_option(void **state)
{
	static const char *const options[] = {
		"-c, --config FILE", "-p, --program PROGRAM", "--command LINE", "--v6only", "--json", "-h, --help"};
	const struct capture *run = explain("--help");

	(void)state;
	assert_int_equal(run->status, 0);
	for (size_t i = 0; i < LENGTH(options); i++)
		expect_part(run->out, options[i]);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_is_explained_line_by_line),
		cmocka_unit_test(change_is_kept_or_given_back_at_connect),
		cmocka_unit_test(json_has_the_schema_and_the_reasons_of_the_text),
		cmocka_unit_test(bad_input_is_one_line_and_two),
		cmocka_unit_test(broken_configuration_is_told_and_explains_nothing),
		cmocka_unit_test(change_that_this_machine_cannot_make_is_told),
		cmocka_unit_test(mode_that_changes_nothing_is_told),
		cmocka_unit_test(environment_counts_as_for_guarded_programs),
		cmocka_unit_test(listen_is_explained_for_every_port_that_may_be_chosen),
		cmocka_unit_test(program_is_what_the_kernel_would_run),
		cmocka_unit_test(name_of_a_link_does_not_match_and_that_of_its_target_does),
		cmocka_unit_test(names_that_are_no_utf8_are_still_json),
		cmocka_unit_test(examples_of_the_manual_print_what_it_says),
		cmocka_unit_test(help_names_every_option),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
