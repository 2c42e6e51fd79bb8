/* SPDX-License-Identifier: MIT
 * explain_test.c - `bindguard explain`, the built command: what it says of a call as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

static void
call_is_explained_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		const struct capture *run = capture_explain(calls[i].arguments);

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
		expect_keys(change, "address port interface from available");
	if (json_is_object(fallback))
		expect_keys(fallback, "address port interface from available reason");
}

static void
json_has_the_schema_and_the_reasons_of_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++) {
		int status;
		json_t *value = capture_explain_json(calls[i].arguments, &status), *rule;
		size_t at;

		assert_int_equal(status, calls[i].status);
		expect_keys(value, "config request rules decision listen connect refused exit");
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
			capture_expect(calls[i].text, line);
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
		{"action = limit", "udp 0.0.0.0:53", "no longer limited",
		 "\nat connect: no longer limited, the kernel lets the peer alone through\n"},
		{"action = limit", "tcp 0.0.0.0:53", NULL, "\nat listen: changed: SO_ATTACH_FILTER, then listen\n"},
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
		capture_expect(capture_explain(arguments)->out, rows[i].text);
		value = capture_explain_json(arguments, &status);
		connect = json_string_value(json_object_get(value, "connect"));
		if (rows[i].connect ? !connect || strcmp(connect, rows[i].connect) != 0 : connect != NULL)
			fail_msg("%s, %s: connect is %s", rows[i].rule, rows[i].call, connect ? connect : "null");
		json_decref(value);
	}
	capture_figure("%zu changes, and what becomes of them at connect", LENGTH(rows));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_is_explained_line_by_line),
		cmocka_unit_test(change_is_kept_or_given_back_at_connect),
		cmocka_unit_test(json_has_the_schema_and_the_reasons_of_the_text),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, capture_set_up, capture_tear_down);
}
