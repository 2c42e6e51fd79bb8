/* SPDX-License-Identifier: MIT
 * events_test.c - what the guard says of real calls: one event each, in both formats, true in every key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/addresses.h"
#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOG_FILE SINK_DIR "/log"
#define CONFIG SINK_DIR "/bindguard.conf"
#define TO_FILE "BINDGUARD_LOG=" LOG_FILE " "
#define CONFIGURED TO_FILE "BINDGUARD_CONFIG=" CONFIG " "
#define OBSERVE "BINDGUARD_MODE=observe "
#define ALL "BINDGUARD_LOG_EVENTS=all "
#define UNDO " (undo: connects to another host, rule \"servers\")"

/**
 * struct event_case - a run of the host, and all that is said of it.
 * @config: text of a configuration file, NULL: the built-in default
 * @steps: arguments of sink_host
 * @text: the lines, without "bindguard[PID]: sink_host "; ports from 32768 on are PORT
 * @json: call, error and exposed of each event
 */
struct event_case {
	const char *name;
	const char *environment;
	const char *config;
	const char *steps;
	const char *text;
	const char *json;
};

static const struct event_case event_cases[] = {
	{"rewrite, then listen", TO_FILE, NULL, "tcp 0.0.0.0 19400 listen",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n", "bind null false\n"},
	{"dual-stack, then listen", TO_FILE, NULL, "tcp :: 19400 listen",
	 "tcp [::]:19400 -> [::]:19400%lo (rewrite, rule \"servers\")\n", "bind null false\n"},
	{"mapped", TO_FILE, NULL, "tcp ::ffff:0.0.0.0 19400 listen",
	 "tcp [::ffff:0.0.0.0]:19400 -> [::ffff:127.0.0.1]:19400 (rewrite, rule \"servers\")\n", "bind null false\n"},
	{"port 0", TO_FILE, NULL, "tcp 0.0.0.0 0 listen",
	 "tcp 0.0.0.0:PORT -> 0.0.0.0:PORT%lo (rewrite, rule \"servers\"; already bound: confined, since its address "
	 "cannot change)\n",
	 "listen null false\n"},
	{"listen alone", TO_FILE, NULL, "fresh listen",
	 "tcp 0.0.0.0:0 -> 0.0.0.0:PORT%lo (rewrite, rule \"servers\"; already bound: confined, since its address "
	 "cannot change)\n",
	 "listen null false\n"},
	{"address in use", TO_FILE, NULL, "tcp 0.0.0.0 19400 listen tcp 0.0.0.0 19400",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\") failed: EADDRINUSE\n",
	 "bind null false\nbind \"EADDRINUSE\" false\n"},
	{"deny", CONFIGURED, "rule \"x\" {\n action = deny\n error = EPERM\n}\n",
	 "tcp 0.0.0.0 19400 udp " HERE4 " 19400",
	 "tcp 0.0.0.0:19400 denied: EPERM (deny, rule \"x\")\nudp " HERE4 ":19400 denied: EPERM (deny, rule \"x\")\n",
	 "bind \"EPERM\" false\nbind \"EPERM\" false\n"},
	{"deny, observed", CONFIGURED OBSERVE, "rule \"x\" {\n action = deny\n}\n",
	 "tcp 0.0.0.0 19400 listen udp " HERE4 " 19400",
	 "tcp 0.0.0.0:19400 would be denied: EACCES (deny, rule \"x\")\n"
	 "udp " HERE4 ":19400 would be denied: EACCES (deny, rule \"x\")\n",
	 "bind \"EACCES\" true\nbind \"EACCES\" true\n"},
	{"rewrite, observed", TO_FILE OBSERVE, NULL, "tcp 0.0.0.0 19400 listen udp 0.0.0.0 19400",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (would rewrite, rule \"servers\")\n"
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (would rewrite, rule \"servers\")\n",
	 "bind null true\nbind null true\n"},
	{"port 0, observed", TO_FILE OBSERVE, NULL, "tcp 0.0.0.0 0 listen",
	 "tcp 0.0.0.0:PORT -> 0.0.0.0:PORT%lo (would rewrite, rule \"servers\"; already bound: confined, since its "
	 "address cannot change)\n",
	 "listen null true\n"},
	{"address in use, observed", TO_FILE OBSERVE, NULL, "tcp 0.0.0.0 19400 listen tcp 0.0.0.0 19400",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (would rewrite, rule \"servers\")\n"
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (would rewrite, rule \"servers\") failed: EADDRINUSE\n",
	 "bind null true\nbind \"EADDRINUSE\" false\n"},
	{"specific address", TO_FILE, NULL, "tcp " HERE4 " 19400 listen udp " HERE4 " 19400 udp " HERE4 " 0",
	 "tcp " HERE4 ":19400 left exposed (no rule matches)\nudp " HERE4 ":19400 left exposed (no rule matches)\n",
	 "listen null true\nbind null true\n"},
	{"specific address, not listening", TO_FILE, NULL, "tcp " HERE4 " 19400 tcp " HERE6 " 19401", "", ""},
	{"allowed wildcard", CONFIGURED, "rule \"x\" {\n action = allow\n}\n",
	 "tcp 0.0.0.0 19400 listen udp :: 19400 udp 0.0.0.0 0",
	 "tcp 0.0.0.0:19400 left exposed (allow, rule \"x\")\nudp [::]:19400 left exposed (allow, rule \"x\")\n",
	 "listen null true\nbind null true\n"},
	{"rewritten to an interface, then listen", TO_FILE "BINDGUARD_TO=" CABLE " ", NULL, "tcp 0.0.0.0 19400 listen",
	 "tcp 0.0.0.0:19400 -> " HERE4 ":19400 (rewrite, rule \"servers\")\n", "bind null true\n"},
	{"confined to an interface, then listen", CONFIGURED,
	 "rule \"x\" {\n address = {\"wildcard\"}\n action = confine\n interface = " CABLE "\n}\n",
	 "tcp :: 19400 listen udp 0.0.0.0 19400",
	 "tcp [::]:19400 -> [::]:19400%" CABLE " (confine, rule \"x\")\n"
	 "udp 0.0.0.0:19400 -> 0.0.0.0:19400%" CABLE " (confine, rule \"x\")\n",
	 "bind null true\nbind null true\n"},
	{"rewritten to one family", CONFIGURED,
	 "rule \"x\" {\n address = {\"wildcard\"}\n action = rewrite\n to = {\"" HERE6 "\"}\n}\n",
	 "tcp :: 19400 listen",
	 "tcp [::]:19400 -> [" HERE6
	 "]:19400 (rewrite, rule \"x\"; dual-stack, and the target is an IPv6 address: IPv4 not "
	 "served)\n",
	 "bind null true\n"},
	{"rewritten to an interface, both families", CONFIGURED,
	 "rule \"x\" {\n address = {\"wildcard\"}\n action = rewrite\n to = {\"" CABLE "\"}\n}\n", "udp :: 19400",
	 "udp [::]:19400 -> [::]:19400%" CABLE " (rewrite, rule \"x\")\n", "bind null true\n"},
	{"rewritten, but not to the port asked for", CONFIGURED,
	 "rule \"x\" {\n protocol = {udp, raw}\n address = {\"wildcard\"}\n action = rewrite\n to = "
	 "{\"loopback\"}\n}\n",
	 "udp 0.0.0.0 0 raw 0.0.0.0 19400",
	 "udp 0.0.0.0:0 -> 127.0.0.1:PORT (rewrite, rule \"x\")\n"
	 "raw 0.0.0.0:19400 -> 127.0.0.1:17 (rewrite, rule \"x\")\n",
	 "bind null false\nbind null false\n"},
	{"interface that is not there", TO_FILE "BINDGUARD_TO=nosuch0 ", NULL, "udp 0.0.0.0 19400",
	 "udp 0.0.0.0:19400 denied: EADDRNOTAVAIL (rewrite, rule \"servers\"; the target has no such address or device "
	 "now: \"nosuch0\")\n",
	 "bind \"EADDRNOTAVAIL\" false\n"},
	{"configuration without rules", CONFIGURED, "# none\n", "tcp 0.0.0.0 19400 listen udp :: 19401",
	 "tcp 0.0.0.0:19400 left exposed (no rule matches)\nudp [::]:19401 left exposed (no rule matches)\n",
	 "listen null true\nbind null true\n"},
	{"multicast group", TO_FILE, NULL, "udp 224.0.0.251 19400",
	 "udp 224.0.0.251:19400 left exposed (no rule matches)\n", "bind null true\n"},
	{"own device", TO_FILE, NULL, "device " CABLE " tcp 0.0.0.0 19400 listen",
	 "tcp 0.0.0.0:19400%" CABLE " left exposed (rewrite, rule \"servers\"; the program itself chose a device)\n",
	 "listen null true\n"},
	{"own device, and address of another", TO_FILE, NULL, "device " CABLE " tcp 127.0.0.1 19400 listen", "", ""},
	{"own device lo", TO_FILE, NULL, "device lo tcp 0.0.0.0 19400 listen udp :: 19401 tcp " HERE4 " 19402 listen",
	 "", ""},
	{"undo", TO_FILE, NULL, "udp 0.0.0.0 19400 connect " THERE4 " 9",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n", "bind null false\n"},
	{"undo, all", TO_FILE ALL, NULL, "udp 0.0.0.0 19400 connect " THERE4 " 9",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "udp 127.0.0.1:19400 -> 0.0.0.0:19400" UNDO "\n",
	 "bind null false\nconnect null true\n"},
	{"undo of a stream, all", TO_FILE ALL, NULL, "tcp 0.0.0.0 19400 connect " THERE4 " 9",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "tcp 127.0.0.1:19400 -> 0.0.0.0:19400" UNDO " failed: ECONNREFUSED\n",
	 "bind null false\nconnect \"ECONNREFUSED\" true\n"},
	{"undo that fails", TO_FILE, NULL, "udp 0.0.0.0 19400 connect 203.0.113.77 9",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "udp 127.0.0.1:19400 -> 0.0.0.0:19400" UNDO " failed: ENETUNREACH\n",
	 "bind null false\nconnect \"ENETUNREACH\" false\n"},
	{"client known, many", TO_FILE, NULL,
	 "udp 0.0.0.0 19400 connect " THERE4 " 9 udp 0.0.0.0 19401 connect " THERE4 " 9 udp :: 19402 connect " THERE6
	 " 9 udp 0.0.0.0 19403 connect " THERE4 " 9",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n", "bind null false\n"},
	{"client known, all", TO_FILE ALL, NULL, "udp 0.0.0.0 19400 connect " THERE4 " 9 udp 0.0.0.0 19401",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "udp 127.0.0.1:19400 -> 0.0.0.0:19400" UNDO "\n"
	 "udp 0.0.0.0:19401 -> 127.0.0.1:19401 (rewrite, rule \"servers\")\n",
	 "bind null false\nconnect null true\nbind null false\n"},
	{"client known, its servers and failures", TO_FILE, NULL,
	 "udp 0.0.0.0 19400 connect " THERE4
	 " 9 tcp 0.0.0.0 19401 listen tcp :: 0 listen udp 127.0.0.1 19403 udp 0.0.0.0 19403 udp " HERE4 " 19402",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "tcp 0.0.0.0:19401 -> 127.0.0.1:19401 (rewrite, rule \"servers\")\n"
	 "tcp [::]:PORT -> [::]:PORT%lo (rewrite, rule \"servers\"; already bound: confined, since its address "
	 "cannot change)\n"
	 "udp 0.0.0.0:19403 -> 127.0.0.1:19403 (rewrite, rule \"servers\") failed: EADDRINUSE\n"
	 "udp " HERE4 ":19402 left exposed (no rule matches)\n",
	 "bind null false\nbind null false\nlisten null false\nbind \"EADDRINUSE\" false\nbind null true\n"},
	{"client known, its exposed servers", CONFIGURED,
	 "rule \"x\" {\n address = {\"wildcard\"}\n port = 19401\n action = confine\n interface = " CABLE
	 "\n}\nrule \"y\" {\n address = {\"wildcard\"}\n action = rewrite\n to = {\"loopback\"}\n}\n",
	 "udp 0.0.0.0 19400 connect " THERE4 " 9 udp 0.0.0.0 19401",
	 "udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"y\")\n"
	 "udp 0.0.0.0:19401 -> 0.0.0.0:19401%" CABLE " (confine, rule \"x\")\n",
	 "bind null false\nbind null true\n"},
	{"client of streams alone", TO_FILE, NULL, "tcp 0.0.0.0 19400 connect " THERE4 " 9 udp 0.0.0.0 19401",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "udp 0.0.0.0:19401 -> 127.0.0.1:19401 (rewrite, rule \"servers\")\n",
	 "bind null false\nbind null false\n"},
	{"kept at the user's address", TO_FILE ALL "BINDGUARD_TO=" CABLE " ", NULL,
	 "udp 0.0.0.0 19400 connect " THERE4 " 9", "udp 0.0.0.0:19400 -> " HERE4 ":19400 (rewrite, rule \"servers\")\n",
	 "bind null true\n"},
	{"nothing notable", TO_FILE, NULL,
	 "tcp 127.0.0.1 19400 listen udp ::1 19401 udp 0.0.0.0 0 udp " ABSENT4 " 19402 tcp 127.0.0.1 19400", "", ""},
	{"nothing notable, all", TO_FILE ALL, NULL,
	 "tcp 127.0.0.1 19400 listen udp ::1 19401 udp 0.0.0.0 0 udp " ABSENT4 " 19402",
	 "tcp 127.0.0.1:19400 unchanged (no rule matches)\n"
	 "tcp 127.0.0.1:19400 unchanged (no rule matches)\n"
	 "udp [::1]:19401 unchanged (no rule matches)\n"
	 "udp 0.0.0.0:PORT unchanged (allow, rule \"udp-clients\")\n"
	 "udp " ABSENT4 ":19402 unchanged (no rule matches) failed: EADDRNOTAVAIL\n",
	 "bind null false\nlisten null false\nbind null false\nbind null false\nbind \"EADDRNOTAVAIL\" false\n"},
	{"rewrite, then listen, all", TO_FILE ALL, NULL, "tcp 0.0.0.0 19400 listen tcp :: 19401 listen",
	 "tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")\n"
	 "tcp 127.0.0.1:19400 unchanged (rewrite, rule \"servers\"; already at the target)\n"
	 "tcp [::]:19401 -> [::]:19401%lo (rewrite, rule \"servers\")\n"
	 "tcp [::]:19401%lo unchanged (rewrite, rule \"servers\"; already at the target)\n",
	 "bind null false\nlisten null false\nbind null false\nlisten null false\n"},
	{"lockdown", TO_FILE "BINDGUARD_LOG_EVENTS=rubbish ", NULL,
	 "tcp " HERE4 " 19400 tcp 127.0.0.1 19400 tcp 0.0.0.0 19401",
	 "tcp " HERE4 ":19400 denied: EACCES (deny, rule \"lockdown\")\n"
	 "tcp 0.0.0.0:19401 -> 127.0.0.1:19401 (rewrite, rule \"lockdown-wildcard\")\n",
	 "bind \"EACCES\" false\nbind null false\n"},
};

/** hide_ports - the kernel's choices, above 32767, as PORT; the program's pid is dropped with the tag. */
static void
hide_ports(const char *log, char *text, size_t size)
{
	size_t length = 0;

	while (*log && length + 5 < size) {
		char *end;
		unsigned long number = *log == ':' ? strtoul(log + 1, &end, 10) : 0;

		if (strncmp(log, "bindguard[", 10) == 0)
			log = strstr(log, "sink_host ") + strlen("sink_host ");
		text[length++] = *log++;
		if (number > 32767) {
			memcpy(text + length, "PORT", 4);
			length += 4;
			log = end;
		}
	}
	text[length] = '\0';
}

/** copy_value - append the JSON value behind @key in @line to @text. */
static void
copy_value(const char *line, const char *key, char *text, size_t size)
{
	const char *value = strstr(line, key);

	assert_non_null(value);
	value += strlen(key);
	snprintf(text + strlen(text), size - strlen(text), "%.*s", (int)strcspn(value, ","), value);
}

/** summarize - call, error and exposed of each JSON line of @log, which is taken apart. */
static void
summarize(char *log, char *text, size_t size)
{
	text[0] = '\0';
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		char call[64] = "";

		copy_value(line, "\"call\":\"", call, sizeof(call));
		call[strcspn(call, "\"")] = '\0';
		snprintf(text + strlen(text), size - strlen(text), "%s ", call);
		copy_value(line, "\"error\":", text, size);
		strcat(text, " ");
		copy_value(line, "\"exposed\":", text, size);
		strcat(text, "\n");
	}
}

/** run_case - the scene in a format; what is in the log then. */
static void
run_case(const struct event_case *event_case, const char *format, char *log, size_t size)
{
	char environment[512], arguments[512], output[1024];

	unlink(LOG_FILE);
	if (event_case->config)
		sink_write(CONFIG, event_case->config);
	snprintf(environment, sizeof(environment), "%sBINDGUARD_LOG_FORMAT=%s", event_case->environment, format);
	snprintf(arguments, sizeof(arguments), "sink_host %s", event_case->steps);
	sink_run(environment, arguments, output, sizeof(output));
	if (strstr(output, "changed") || strstr(output, "lost"))
		fail_msg("%s: a call changed more than its socket: %s", event_case->name, output);
	sink_read(LOG_FILE, log, size);
}

static void
event_of_any_call_is_one_and_true(void **state)
{
	unsigned events = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(event_cases); i++) {
		static char log[65536], got[65536];

		run_case(&event_cases[i], "text", log, sizeof(log));
		hide_ports(log, got, sizeof(got));
		if (strcmp(got, event_cases[i].text) != 0)
			fail_msg("%s:\n%sexpected:\n%s", event_cases[i].name, got, event_cases[i].text);
		run_case(&event_cases[i], "json", log, sizeof(log));
		summarize(log, got, sizeof(got));
		if (strcmp(got, event_cases[i].json) != 0)
			fail_msg("%s:\n%sexpected:\n%s", event_cases[i].name, got, event_cases[i].json);
		for (const char *c = got; *c; c++)
			events += *c == '\n';
	}
	figure("%zu runs in each format, %u events, none twice, none missing", LENGTH(event_cases), events);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(event_of_any_call_is_one_and_true, sink_begin),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
