/* SPDX-License-Identifier: MIT
 * mistakes_test.c - every mistake that a configuration can hold: its line and its words. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/mistake.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define RULE(keys) "rule \"r\" {\n" keys "\n}\n"
#define ALLOW(keys) RULE("action = allow\n" keys)
#define REWRITE(keys) RULE("action = rewrite\n" keys)
#define LIMIT(text) RULE("action = limit\n" text)
#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

/** struct mistake - a text, and the line and a part of the one message it must give. */
struct mistake {
	const char *text;
	unsigned line;
	const char *part;
};

static const struct mistake lexical[] = {
	{"mode = \"enforce\n", 1, "not closed"},
	{"\nmode = 'enforce", 2, "not closed"},
	{"mode = \"enforce\\\"", 1, "not closed"},
	{"mode = \"\\x65nforce\"", 1, "unknown escape"},
	{"log { to = \"/var/log/a\\000b\" }", 1, "unknown escape"},
	{"/* two\nlines */ mode = on", 2, "expected one of: enforce"},
	{"/var/log = on", 1, "unknown key \"/var/log\""},
	{"mode = 'a\\b'", 1, "expected one of: enforce"},
	{"\n/* no end", 2, "comment is not closed"},
	{"mode = enforce\001", 1, "byte 0x01"},
	{"mode = \n\177", 2, "byte 0x7f"},
	{ALLOW("command = {*vite*}"), 3, "quotes"},
	{ALLOW("program = *"), 3, "quotes"},
	{ALLOW("command = \"${HOME}/x\""), 3, "${"},
	{ALLOW("command = ${HOME}"), 3, "quotes"},
	{"(", 1, "expected mode, log or rule"},
	/* libconfuse counts the lines of comments twice, lets one end a list, drops what begins no word */
	{"# one\n// two\n/* three\nfour */\nmode = on", 5, "unknown mode"},
	{ALLOW("port = { # one\n1, /* two */\n// three\n0-x }"), 6, "port \"0-x\""},
	{ALLOW("port = 80 *"), 3, "unexpected character \"*\""},
	{"mode = off\n*", 2, "unexpected character \"*\""},
	{"mode + = off", 1, "unexpected character \"+\""},
	{"~ = off", 1, "unexpected character \"~\""},
	{"log|to = none", 1, "unexpected character \"|\""},
	{"include(\"/etc/passwd\")", 1, "expected = behind include"},
	{"rule \"${HOME}\" { action = allow }", 1, "${ in a string"},
	{"rule a { action = allow }\nx {{{{{{{{", 2, "expected = behind x"},
	{"mode = \"${x\"", 1, "${ in a string"},
	{"mode = \"${x", 1, "string is not closed"},
	{"mode = ${x", 1, "unexpected character \"$\""},
	{"mode = 'a\\\nb'", 1, "string is not closed"},
	{"mode = \"a\\\nb\"", 1, "unknown escape"},
	{"mode = \"\\999\"", 1, "unknown escape"},
	{ALLOW("program = a*"), 3, "unexpected character \"*\", expected quotes"},
	{ALLOW("program = caf\xc3\xa9"), 3, "unexpected character U+00E9"},
	{"mode =\xc2\xa0off", 1, "unexpected character U+00A0"},
	{"mode = \xe2\x80\x9coff\xe2\x80\x9d", 1, "unexpected typographic quote U+201C, expected quotes"},
	{"mode = \xff", 1, "unexpected byte 0xff"},
	{"mode = \xe2\x80", 1, "unexpected byte 0xe2"},
	{"\xef\xbb\xbfmode = off", 1, "begins with a byte order mark (U+FEFF), expected UTF-8 without one"},
	{"mode = off\n\xef\xbb\xbf", 2, "unexpected character U+FEFF"},
	{"\xff\xfem", 1, "is UTF-16, expected ASCII or UTF-8"},
	{"\xfe\xff", 1, "is UTF-16"},
	{"# all\rmode = off\rrule a { action = deny }\r", 1, "carriage return without a line feed"},
	{"\r\n\nmode = off\r", 3, "carriage return without a line feed"},
	{"mode =\r\r\noff", 1, "carriage return without a line feed"},
};

static const struct mistake structural[] = {
	{"}", 1, "closes nothing"},
	{"{", 1, "expected mode, log or rule"},
	{"\"mode\" = enforce", 1, "expected mode, log or rule"},
	{"mode enforce", 1, "expected = behind mode"},
	{"mode =", 1, "mode has no value"},
	{"mode += enforce", 1, "+="},
	{"mode = enforce\nmode = off", 2, "mode"},
	{"Mode = enforce", 1, "Mode"},
	{"modes = enforce", 1, "expected one of: mode, log, rule"},
	{"color = {\"a\",\n\"b\"}", 1, "color"},
	{"log", 1, "expected { behind log"},
	{"log \"x\" { }", 1, "expected { behind log"},
	{"log {\n", 1, "not closed"},
	{"log { }\nlog { }", 2, "log is defined twice"},
	{"log {\nlevel = 3\n}", 2, "expected one of: to, format, events"},
	{"log {\nto = stderr\nto = none\n}", 3, "to"},
	{"rule {\naction = allow\n}", 1, "rule has no name"},
	{"rule \"a\"\naction = allow", 2, "expected { behind the rule's name"},
	{"rule \"a\" {\naction = allow\n", 2, "not closed, expected } (opened in line 1)"},
	{"rule \"\" { action = allow }", 1, "empty name"},
	{"rule \"a\tb\" { action = allow }", 1, "control character"},
	{"rule \"a\rb\" { action = allow }", 1, "carriage return without a line feed"},
	{"rule \"" SIXTY "12345\" { action = allow }", 1, "65 bytes, expected at most 64"},
	{"rule a { action = allow }\n\nrule 'a' { action = deny }", 3, "already defined in line 1"},
	{"rule \"a\\\"b\" { action = allow }\nrule 'a\"b' { action = deny }", 2, "already defined in line 1"},
	{"rule \"a\" {\nrule \"b\" {\naction = allow } }", 2, "rule inside a section"},
	{"log {\nlog {\n} }", 2, "log inside a section"},
	{ALLOW("ports = 80"), 3, "ports"},
	{ALLOW("include = 80"), 3, "interface, from, error"},
	{ALLOW("nested {\nport = 80\n}"), 3, "expected = behind nested"},
	{ALLOW("port = {80\n"), 5, "section is not closed"},
	{"rule r { port = {80,\n", 1, "list is not closed"},
	{ALLOW("port = {{80}}"), 3, "list is not closed"},
	{ALLOW("port = {80 81}"), 3, "expected"},
	{ALLOW("port = {,}"), 3, "expected"},
	{ALLOW("port = 80\nport = 81"), 4, "port"},
	{ALLOW("= 80"), 3, "expected a key"},
	{ALLOW("port = 23,24"), 3, "several values without braces, expected {23, 24}"},
	{ALLOW("port = 23 , 24, 25"), 3, "expected {23, 24}"},
	{ALLOW("program = \"a\", 'b'"), 3, "expected {\"a\", 'b'}"},
	{ALLOW("address = 10.0.0.0/8, ::1"), 3, "expected {10.0.0.0/8, ::1}"},
	{REWRITE("to = 192.0.2.1, 2001:db8::1"), 3, "expected {192.0.2.1, 2001:db8::1}"},
	{ALLOW("port = 23,"), 3, "several values without braces, expected {23, ...}"},
	{RULE("action = confine, deny"), 2, "action has several values, expected one"},
	{RULE("action = confine\ninterface = lo, eth0"), 3, "interface has several values, expected one"},
	{"mode = off, observe", 1, "mode has several values, expected one"},
	{"log {\nto = stderr, syslog }", 2, "to has several values, expected one"},
	{ALLOW("port = {23}, 24"), 3, "unexpected comma, expected key = value"},
	{ALLOW("port = 23\n") ", x", 6, "unexpected comma"},
	{", x", 1, "unexpected comma"},
};

static const struct mistake values[] = {
	{"mode = on", 1, "expected one of: enforce, observe, off"},
	{"mode = \"\"", 1, "expected one of: enforce, observe, off"},
	{"mode = {enforce, off}", 1, "expected one"},
	{"mode = {}", 1, "expected one"},
	{"log {\nto = file\n}", 2, "expected stderr, syslog, journal, none or an absolute path"},
	{"log { to = \"log/bindguard.log\" }", 1, "absolute path"},
	{"log { to = \"./x\" }", 1, "absolute path"},
	{"log { to = \"\" }", 1, "absolute path"},
	{"log { to = \"/var/log/\" }", 1, "is a folder"},
	{"log { to = \"/var/log/a\tb\" }", 1, "control character"},
	{"log {\nformat = xml }", 2, "expected one of: text, json"},
	{"log {\nevents = some }", 2, "expected one of: all, notable"},
	{ALLOW("program = \"\""), 3, "program is empty"},
	{ALLOW("program = {}"), 3, "program is empty"},
	{ALLOW("command = {\"a\",\n\"\"}"), 4, "command is empty"},
	{ALLOW("protocol = {}"), 3, "protocol is empty"},
	{ALLOW("protocol = {\"tcp\",\n\"icmp\"}"), 4, "expected one of: tcp, udp, udplite, sctp, dccp, raw"},
	{ALLOW("protocol = TCP"), 3, "unknown protocol \"TCP\""},
	{ALLOW("family = ipv5"), 3, "expected one of: ipv4, ipv6"},
	{ALLOW("address = {}"), 3, "address is empty"},
	{ALLOW("address = localhost"), 3, "expected wildcard, loopback, any, an address, or a block"},
	{ALLOW("address = 10.0.0.0/33"), 3,
	 "address \"10.0.0.0/33\" has a wrong prefix length, expected a number of 0 to 32"},
	{ALLOW("address = 10.0.0.0/08"), 3, "has a wrong prefix length, expected a number of 0 to 32 behind the slash"},
	{ALLOW("address = 10.0.0/8"), 3, "is no IPv4 address, expected four numbers of 0 to 255"},
	{ALLOW("address = 10.0.0.0/"), 3, "has a wrong prefix length, expected a number of 0 to 32"},
	{ALLOW("address = /8"), 3, "has no address in front of the slash, expected a block such as 10.0.0.0/8"},
	{ALLOW("address = \"10.0.0.0/8 \""), 3, "has a blank, expected an address without one"},
	{ALLOW("address = 10.0.0.0:80"), 3, "has a port, expected the address alone"},
	{ALLOW("address = \"[::1]\""), 3, "has brackets, expected the address alone"},
	{ALLOW("address = eth0/8"), 3, "expected wildcard"},
	{ALLOW("address = \"fe80::1%eth0\""), 3, "has a scope, expected the address alone"},
	{ALLOW("address = 2001:db8::/129"), 3, "has a wrong prefix length, expected a number of 0 to 128"},
	{ALLOW("address = 2001:db8:/32"), 3, "is no IPv6 address, expected one such as 2001:db8::1"},
	{ALLOW("address = {10.0.0.0/8,\n10.0.0.1/8}"), 4, "bits set behind its prefix length"},
	{ALLOW("address = 2001:db8::1/64"), 3, "bits set behind its prefix length"},
	{ALLOW("port = {}"), 3, "port is empty"},
	{ALLOW("port = \"\""), 3, "expected a number or a range"},
	{ALLOW("port = http"), 3, "expected a number or a range"},
	{ALLOW("port = -1"), 3, "expected a number or a range"},
	{ALLOW("port = 80-"), 3, "expected a number or a range"},
	{ALLOW("port = 1-2-3"), 3, "expected a number or a range"},
	{ALLOW("port = 0x50"), 3, "expected a number or a range"},
	{ALLOW("port = 65536"), 3, "expected at most 65535"},
	{ALLOW("port = 1-99999999999999999999"), 3, "expected at most 65535"},
	{ALLOW("port = {80,\n\n90-80}"), 5, "reversed"},
};

static const struct mistake actions[] = {
	{"\nrule \"r\" {\nport = 80\n}", 2, "has no action, expected action = allow, rewrite, confine, limit or deny"},
	{"rule \"r\" { }", 1, "has no action"},
	{ALLOW("call = accept"), 3, "unknown call \"accept\", expected one of: bind, connect"},
	{ALLOW("call = {bind, listen}"), 3, "unknown call \"listen\", expected one of: bind, connect"},
	{ALLOW("call = {}"), 3, "call is empty, expected at least one value"},
	{LIMIT("call = connect"), 2, "limit is for servers, expected another action, or call = {\"bind\"}"},
	{LIMIT("call = {bind, connect}"), 2, "limit is for servers"},
	{REWRITE("to = 192.0.2.1\nport = 80\nto_port = 81\ncall = connect"), 5,
	 "to_port is for servers, expected call"},
	{REWRITE("to = loopback\ncall = connect"), 3, "no other host is reached from loopback, expected to ="},
	{REWRITE("to = 127.0.0.1\ncall = {bind, connect}"), 3, "no other host is reached from loopback"},
	{REWRITE("to = lo\ncall = connect"), 3, "no other host is reached from loopback"},
	{REWRITE("to = 224.0.0.1\ncall = connect"), 3, "is a multicast or broadcast address"},
	{RULE("action = confine\ncall = connect"), 2, "no other host is reached through lo, expected interface ="},
	{RULE("action = confine\ninterface = lo\ncall = connect"), 3, "no other host is reached through lo"},
	{RULE("action = drop"), 2, "expected one of: allow, rewrite, confine, limit, deny"},
	{RULE("action = {allow, deny}"), 2, "expected one"},
	{RULE("action = rewrite"), 1, "rewrites without a target"},
	{REWRITE("to = {}"), 3, "no target"},
	{REWRITE("to = \"\""), 3, "target \"\" is empty, expected loopback, an address or an interface's name"},
	{REWRITE("to = \"eth 0\""), 3, "target \"eth 0\" has a blank or control character, expected loopback"},
	{REWRITE("to = 192.0.2.0/24"), 3, "target \"192.0.2.0/24\" is a block, expected one address of it"},
	{REWRITE("to = 192.0.2.0/33"), 3, "target \"192.0.2.0/33\" has a wrong prefix length"},
	{REWRITE("to = \"a/b\""), 3, "target \"a/b\" has a character that no interface's name has, expected loopback"},
	{REWRITE("to = eth%d"), 3, "target \"eth%d\" has a character that no interface's name has, expected loopback"},
	{REWRITE("to = abcdefghijklmnop"), 3, "\"abcdefghijklmnop\" has more than 15 bytes, expected loopback"},
	{REWRITE("to = localhost"), 3, "target \"localhost\" is a host's name, expected loopback, an address"},
	{REWRITE("to = any"), 3, "target \"any\" is a word for addresses, expected loopback"},
	{REWRITE("to = wildcard"), 3, "target \"wildcard\" is a word for addresses, expected loopback"},
	{REWRITE("to = all"), 3, "target \"all\" is no interface's name, expected loopback"},
	{REWRITE("to = default"), 3, "target \"default\" is no interface's name, expected loopback"},
	{REWRITE("to = \"*\""), 3, "target \"*\" is a pattern, expected loopback"},
	{REWRITE("to = \"wg?\""), 3, "target \"wg?\" is a pattern, expected loopback"},
	{REWRITE("to = \"a,b\""), 3, "target \"a,b\" has a comma, expected loopback"},
	{REWRITE("to = \"fe80::1%eth0\""), 3, "target \"fe80::1%eth0\" has a scope, expected the address"},
	{REWRITE("to = 192.0.2.300"), 3,
	 "target \"192.0.2.300\" is no IPv4 address, expected four numbers of 0 to 255"},
	{REWRITE("to = {192.0.2.1, 192.0.2.2}"), 3, "second address of its family"},
	{REWRITE("to = {2001:db8::1, 192.0.2.1, 2001:db8::2}"), 3, "second address of its family"},
	{REWRITE("to = {loopback, 192.0.2.1}"), 3, "several targets"},
	{REWRITE("to = {192.0.2.1, loopback}"), 3, "several targets"},
	{REWRITE("to = {eth0, eth1}"), 3, "several targets"},
	{REWRITE("to = {loopback, loopback}"), 3, "several targets"},
	{REWRITE("to = {eth0, 192.0.2.1}"), 3, "several targets"},
	{LIMIT("from = {}"), 3, "from is empty, expected at least one place: machine"},
	{LIMIT("from = {machine, \n\"\"}"), 4,
	 "from \"\" is empty, expected machine, an interface's name, an address, or a block"},
	{LIMIT("from = {10.0.0.0/8,\n10.0.0.1/8}"), 4, "from \"10.0.0.1/8\" has bits set behind its prefix length"},
	{LIMIT("from = {\"2001:db8::1/32\"}"), 3, "expected the first address of the block"},
	{LIMIT("from = {10.0.0.0/33}"), 3,
	 "from \"10.0.0.0/33\" has a wrong prefix length, expected a number of 0 to 32"},
	{LIMIT("from = {10.0.0.0/08}"), 3,
	 "from \"10.0.0.0/08\" has a wrong prefix length, expected a number of 0 to 32"},
	{LIMIT("from = {\"::1/129\"}"), 3, "from \"::1/129\" has a wrong prefix length, expected a number of 0 to 128"},
	{LIMIT("from = {10.0.0/8}"), 3, "from \"10.0.0/8\" is no IPv4 address, expected four numbers"},
	{LIMIT("from = {10.0.0}"), 3, "from \"10.0.0\" is no IPv4 address, expected four numbers"},
	{LIMIT("from = {1.2.3.4/}"), 3, "from \"1.2.3.4/\" has a wrong prefix length"},
	{LIMIT("from = {/8}"), 3, "from \"/8\" has no address in front of the slash"},
	{LIMIT("from = {\" 10.0.0.0/8\"}"), 3, "from \" 10.0.0.0/8\" has a blank"},
	{LIMIT("from = {\"wg 0\"}"), 3, "from \"wg 0\" has a blank or control character, expected machine"},
	{LIMIT("from = {wg0/8}"), 3, "from \"wg0/8\" has a character that no interface's name has, expected machine"},
	{LIMIT("from = {localhost}"), 3, "from \"localhost\" is a host's name, expected machine"},
	{LIMIT("from = {loopback}"), 3, "from \"loopback\" is a word for addresses, expected machine"},
	{LIMIT("from = {any}"), 3, "from \"any\" is a word for addresses"},
	{LIMIT("from = {\"wg*\"}"), 3, "from \"wg*\" is a pattern"},
	{LIMIT("from = {abcdefghijklmnop}"), 3, "from \"abcdefghijklmnop\" has more than 15 bytes"},
	{LIMIT("from = {\"machine,wg0\"}"), 3, "from \"machine,wg0\" has a comma"},
	{LIMIT("from = {0.0.0.0}"), 3, "from \"0.0.0.0\" is nobody's address, expected 0.0.0.0/0"},
	{LIMIT("from = {\"::\"}"), 3, "is nobody's address, expected ::/0"},
	{LIMIT("from = {0.0.0.0/8}"), 3, "is nobody's address, expected 0.0.0.0/0"},
	{LIMIT("from = {224.0.0.0/4}"), 3, "is multicast or broadcast"},
	{LIMIT("from = {\"ff02::/16\"}"), 3, "is multicast or broadcast"},
	{LIMIT("to = loopback"), 3, "to is used by action rewrite only"},
	{LIMIT("interface = lo"), 3, "interface is used by action confine only"},
	{RULE("action = deny\nfrom = {machine}"), 3, "from is used by action limit only"},
	{REWRITE("to = {loopback}\nfrom = {machine}"), 4, "from is used by action limit only"},
	{REWRITE("to = fe80::1"), 3, "expected a global address or the interface's name"},
	{REWRITE("to = 0.0.0.0"), 3, "is the wildcard"},
	{REWRITE("to = ::"), 3, "is the wildcard"},
	{REWRITE("to = ::ffff:192.0.2.1"), 3, "is a mapped address"},
	{REWRITE("to = 224.0.0.1"), 3, "multicast or broadcast"},
	{REWRITE("to = 255.255.255.255"), 3, "multicast or broadcast"},
	{REWRITE("to = ff02::1"), 3, "multicast or broadcast"},
	{REWRITE("to = loopback\nport = 80\nto_port = 0"), 5, "expected a port of 1 to 65535"},
	{REWRITE("to = loopback\nport = 80\nto_port = 65536"), 5, "expected a port of 1 to 65535"},
	{REWRITE("to = loopback\nport = 80\nto_port = http"), 5, "expected a port of 1 to 65535"},
	{REWRITE("to = loopback\nport = 80\nto_port = -1"), 5, "expected a port of 1 to 65535"},
	{REWRITE("to = loopback\nport = 80\nto_port = 80-90"), 5, "expected a port of 1 to 65535"},
	{REWRITE("to = loopback\nport = 80\nto_port = {81, 82}"), 5, "expected one"},
	{REWRITE("to = loopback\nto_port = 81"), 4, "expected a port key without 0"},
	{REWRITE("to = loopback\nport = 0-80\nto_port = 81"), 5, "expected a port key without 0"},
	{REWRITE("to = loopback\ninterface = lo"), 4, "interface is used by action confine only"},
	{REWRITE("to = loopback\nerror = EPERM"), 4, "error is used by action deny only"},
	{ALLOW("to = loopback"), 3, "to is used by action rewrite only"},
	{ALLOW("port = 80\nto_port = 81"), 4, "to_port is used by action rewrite only"},
	{RULE("action = confine\nto = loopback"), 3, "to is used by action rewrite only"},
	{RULE("action = confine\ninterface = \"\""), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = abcdefghijklmnop"), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = .."), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = ."), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = a:b"), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = a/b"), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = \"a b\""), 3, "expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = {lo, eth0}"), 3, "expected one"},
	{RULE("action = confine\ninterface = \"*\""), 3,
	 "interface \"*\" is a pattern, expected a name of 1 to 15 bytes"},
	{RULE("action = confine\ninterface = loopback"), 3,
	 "interface \"loopback\" is a word for addresses, expected a "
	 "name of 1 to 15 bytes such as lo"},
	{RULE("action = confine\ninterface = localhost"), 3,
	 "interface \"localhost\" is a host's name, expected a name"},
	{RULE("action = confine\ninterface = 127.0.0.1"), 3, "interface \"127.0.0.1\" is no interface's name"},
	{RULE("action = confine\ninterface = \"::1\""), 3,
	 "interface \"::1\" has a character that no interface's name"},
	{RULE("action = confine\nerror = EPERM"), 3, "error is used by action deny only"},
	{RULE("action = deny\nerror = ENOPE"), 3, "expected an errno name"},
	{RULE("action = deny\nerror = 13"), 3, "expected an errno name"},
	{RULE("action = deny\nerror = eacces"), 3, "expected an errno name"},
	{RULE("action = deny\ninterface = lo"), 3, "interface is used by action confine only"},
};

/** expect_mistakes - each row of a table. */
static void
expect_mistakes(const struct mistake *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mistake_expect(rows[i].text, strlen(rows[i].text), rows[i].line, rows[i].part);
}

static void
words_and_strings_broken_are_told(void **state)
{
	(void)state;
	expect_mistakes(lexical, LENGTH(lexical));
	mistake_expect("mode = enforce\n\0x", 17, 2, "byte 0x00");
}

static void
statements_broken_are_told(void **state)
{
	(void)state;
	expect_mistakes(structural, LENGTH(structural));
}

static void
values_wrong_are_told(void **state)
{
	(void)state;
	expect_mistakes(values, LENGTH(values));
}

static void
actions_and_targets_wrong_are_told(void **state)
{
	(void)state;
	expect_mistakes(actions, LENGTH(actions));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_strings_broken_are_told),
		cmocka_unit_test(statements_broken_are_told),
		cmocka_unit_test(values_wrong_are_told),
		cmocka_unit_test(actions_and_targets_wrong_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
