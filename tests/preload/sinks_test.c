/* SPDX-License-Identifier: MIT
 * sinks_test.c - events to syslog and to the journal, by real sockets, and where they go when a sink fails. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/addresses.h"
#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STDERR_FILE SINK_DIR "/stderr"
#define LOG_FILE SINK_DIR "/log"
#define SERVER " tcp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")"

/** without_pid - take the digits out of "bindguard[42]". */
static void
without_pid(char *message)
{
	char *bracket = strstr(message, "bindguard[");

	assert_non_null(bracket);
	bracket += strlen("bindguard[");
	memmove(bracket, bracket + strspn(bracket, "0123456789"), strlen(bracket) + 1);
}

static void
syslog_text_message_has_priority_and_tag(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	char message[4096];

	(void)state;
	sink_expect("BINDGUARD_LOG=syslog", "sink_host tcp 0.0.0.0 19400 2>" STDERR_FILE, "bind 0\nend\n");
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	without_pid(message);
	assert_string_equal(message, "<29>bindguard[]: sink_host" SERVER);
	assert_int_equal(sink_drain(log), 0);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	sink_close(log, SYSLOG_SOCKET);
	figure("1 event, 1 message");
}

static void
syslog_json_message_has_tag(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	char message[4096];
	FILE *json;

	(void)state;
	sink_expect("BINDGUARD_LOG=syslog BINDGUARD_LOG_FORMAT=json", "sink_host tcp 0.0.0.0 19400", "bind 0\nend\n");
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	without_pid(message);
	assert_memory_equal(message, "<29>bindguard[]: {\"time\":", 25);
	assert_int_equal(message[strlen(message) - 1], '}');
	json = fopen(LOG_FILE, "we");
	assert_non_null(json);
	fprintf(json, "%s\n", strchr(message, '{'));
	fclose(json);
	assert_int_equal(sink_check_json(LOG_FILE), 1);
	sink_close(log, SYSLOG_SOCKET);
	figure("1 event, 1 message, its object parsed by python3");
}

/** The severity tells what other machines reach from what was changed and from what was let pass. */
static void
syslog_severity_follows_exposure(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	static const char *const expected[] = {
		"<30>bindguard[]: sink_host tcp " HERE4 ":19400 unchanged (no rule matches)",
		"<28>bindguard[]: sink_host tcp " HERE4 ":19400 left exposed (no rule matches)",
		"<29>bindguard[]: sink_host udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")",
		"<30>bindguard[]: sink_host tcp 127.0.0.1:19401 unchanged (no rule matches)",
	};

	(void)state;
	sink_expect("BINDGUARD_LOG=syslog BINDGUARD_LOG_EVENTS=all",
		    "sink_host tcp " HERE4 " 19400 listen udp 0.0.0.0 19400 tcp 127.0.0.1 19401",
		    "bind 0\nlisten 0\nbind 0\nbind 0\nend\n");
	for (size_t i = 0; i < LENGTH(expected); i++) {
		char message[4096];

		assert_true(sink_receive(log, message, sizeof(message)) > 0);
		without_pid(message);
		assert_string_equal(message, expected[i]);
	}
	assert_int_equal(sink_drain(log), 0);
	sink_close(log, SYSLOG_SOCKET);
	figure("4 events: 1 warning, 1 notice, 2 info");
}

/** A program's own openlog(3) goes on as before: tag, facility, the socket it holds. */
static void
syslog_of_the_program_is_untouched(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	char message[4096];

	(void)state;
	sink_expect("BINDGUARD_LOG=syslog", "sink_host log one descriptors tcp 0.0.0.0 19400 log two descriptors",
		    "bind 0\ndescriptors 1\nend\n");
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	assert_non_null(strstr(message, " own-tag: one"));
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	assert_non_null(strstr(message, SERVER));
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	assert_memory_equal(message, "<11>", 4);
	assert_non_null(strstr(message, " own-tag: two"));
	assert_int_equal(sink_drain(log), 0);
	sink_close(log, SYSLOG_SOCKET);
	figure("2 messages of the program, 1 of ours, 0 descriptors kept");
}

/** A queue that nobody reads takes what fits; the rest goes to stderr, and nothing waits. */
static void
syslog_full_falls_back_without_waiting(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	unsigned queued, fell_back;

	(void)state;
	sink_expect("BINDGUARD_LOG=syslog " SINK_IN_TIME, "sink_host repeat 0.0.0.0 19400 600 2>" STDERR_FILE,
		    "failed 0\nend\n");
	queued = sink_drain(log);
	fell_back = sink_count(STDERR_FILE, "udp 0.0.0.0:19400 -> 127.0.0.1:19400");
	sink_close(log, SYSLOG_SOCKET);
	assert_in_range(queued, 1, 599);
	assert_int_equal(queued + fell_back, 600);
	figure("600 events: %u queued, %u on stderr", queued, fell_back);
}

static void
complaint_reaches_syslog_line_by_line(void **state)
{
	int log = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	char message[4096];

	(void)state;
	sink_write(SINK_DIR "/broken.conf", "mode = maybe\nlog { to = nowhere }\n");
	sink_expect("BINDGUARD_CONFIG=" SINK_DIR "/broken.conf", "sink_host tcp 127.0.0.1 19400 2>&-", "bind 0\nend\n");
	assert_int_equal(sink_drain(log), 0);
	sink_expect("BINDGUARD_CONFIG=" SINK_DIR "/broken.conf", "sink_host tcp 0.0.0.0 19400 tcp 0.0.0.0 19401 2>&-",
		    "bind 0\nbind 0\nend\n");
	for (int line = 1; line <= 2; line++) {
		char expected[128];

		snprintf(expected, sizeof(expected), "<27>bindguard: " SINK_DIR "/broken.conf:%d: ", line);
		assert_true(sink_receive(log, message, sizeof(message)) > 0);
		assert_memory_equal(message, expected, strlen(expected));
		assert_null(strchr(message, '\n'));
	}
	assert_true(sink_receive(log, message, sizeof(message)) > 0);
	assert_memory_equal(message, "<27>bindguard: the configuration is not used; ", 45);
	assert_int_equal(sink_drain(log), 2);
	sink_close(log, SYSLOG_SOCKET);
	figure("2 mistakes: 3 messages, once, and 2 events");
}

/** field - the value of the journal's field @name in @entry, "" where there is none; exactly one may be. */
static const char *
field(const char *entry, const char *name)
{
	static char value[2048];
	size_t length = strlen(name);
	unsigned found = 0;

	value[0] = '\0';
	for (const char *line = entry; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (strncmp(line, name, length) == 0 && line[length] == '=') {
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + length + 1, "\n"),
				 line + length + 1);
			found++;
		}
	assert_in_range(found, 0, 1);
	return value;
}

static void
journal_entry_is_structured(void **state)
{
	static const char *const fields[][2] = {
		{"MESSAGE", "sink_host tcp [::]:19400 -> [::]:19400%lo (rewrite, rule \"servers\")"},
		{"PRIORITY", "5"},
		{"SYSLOG_IDENTIFIER", "bindguard"},
		{"SYSLOG_FACILITY", "3"},
		{"BINDGUARD_PROGRAM", "sink_host"},
		{"BINDGUARD_CALL", "bind"},
		{"BINDGUARD_PROTOCOL", "tcp"},
		{"BINDGUARD_FAMILY", "ipv6"},
		{"BINDGUARD_REQUESTED_ADDRESS", "::"},
		{"BINDGUARD_REQUESTED_PORT", "19400"},
		{"BINDGUARD_RESULT_ADDRESS", "::"},
		{"BINDGUARD_RESULT_PORT", "19400"},
		{"BINDGUARD_RESULT_INTERFACE", "lo"},
		{"BINDGUARD_ACTION", "rewrite"},
		{"BINDGUARD_RULE", "servers"},
		{"BINDGUARD_MODE", "enforce"},
		{"BINDGUARD_ERROR", ""},
		{"BINDGUARD_EXPOSED", "false"},
	};
	int journal = sink_listen(JOURNAL_SOCKET, SOCK_DGRAM);
	char entry[8192];

	(void)state;
	sink_expect("BINDGUARD_LOG=journal", "sink_host tcp :: 19400 2>" STDERR_FILE, "bind 0\nend\n");
	assert_true(sink_receive(journal, entry, sizeof(entry)) > 0);
	for (size_t i = 0; i < LENGTH(fields); i++)
		assert_string_equal(field(entry, fields[i][0]), fields[i][1]);
	assert_string_equal(field(entry, "BINDGUARD_EXE"), host_path("sink_host"));
	assert_int_not_equal(atoi(field(entry, "BINDGUARD_PPID")), 0);
	assert_int_equal(sink_drain(journal), 0);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	sink_close(journal, JOURNAL_SOCKET);
	figure("1 event, 1 entry, %zu fields as expected", LENGTH(fields) + 1);
}

/** A program chooses its name: with newlines in it, it must not choose the journal's fields too. */
static void
journal_hostile_name_forges_no_field(void **state)
{
	int journal = sink_listen(JOURNAL_SOCKET, SOCK_DGRAM);
	char entry[8192], command[2048];

	(void)state;
	assert_int_equal(symlink(host_path("sink_host"), SINK_DIR "/link"), 0);
	assert_int_equal(system("cp " SINK_DIR "/link \"$(printf '" SINK_DIR "/a\\nPRIORITY=0\\nMESSAGE=fine')\""), 0);
	snprintf(command, sizeof(command),
		 "BINDGUARD_CONFIG= BINDGUARD_LOG=journal LD_PRELOAD='%s' "
		 "\"$(printf '" SINK_DIR "/a\\nPRIORITY=0\\nMESSAGE=fine')\" tcp 0.0.0.0 19400 >/dev/null",
		 host_preload());
	assert_int_equal(system(command), 0);
	assert_true(sink_receive(journal, entry, sizeof(entry)) > 0);
	assert_string_equal(field(entry, "PRIORITY"), "5");
	assert_string_equal(field(entry, "BINDGUARD_PROGRAM"), "a\\x0aPRIORITY=0\\x0aMESSAGE=fine");
	assert_memory_equal(field(entry, "MESSAGE"), "a\\x0aPRIORITY=0", 8);
	sink_close(journal, JOURNAL_SOCKET);
	figure("1 event, 1 entry, 0 fields forged");
}

/** A broken file does not take the log away: the complaint is on stderr as ever, what lockdown does in the journal. */
static void
lockdown_events_reach_the_journal(void **state)
{
	int journal = sink_listen(JOURNAL_SOCKET, SOCK_DGRAM);
	char entry[8192];

	(void)state;
	sink_write(SINK_DIR "/broken.conf", "mode = maybe\n");
	sink_expect("BINDGUARD_CONFIG=" SINK_DIR "/broken.conf BINDGUARD_LOG=journal BINDGUARD_LOG_EVENTS=all "
		    "BINDGUARD_LOG_FORMAT=rubbish",
		    "sink_host tcp 0.0.0.0 19400 tcp 127.0.0.1 19401 2>" STDERR_FILE, "bind 0\nbind 0\nend\n");
	assert_true(sink_receive(journal, entry, sizeof(entry)) > 0);
	assert_string_equal(field(entry, "BINDGUARD_RULE"), "lockdown-wildcard");
	assert_string_equal(field(entry, "BINDGUARD_RESULT_ADDRESS"), "127.0.0.1");
	assert_true(sink_receive(journal, entry, sizeof(entry)) > 0);
	assert_string_equal(field(entry, "BINDGUARD_RULE"), "lockdown-loopback");
	assert_int_equal(sink_drain(journal), 0);
	assert_int_equal(sink_count(STDERR_FILE, "broken.conf:1: unknown mode"), 1);
	assert_int_equal(sink_count(STDERR_FILE, "unknown BINDGUARD_LOG_FORMAT"), 1);
	assert_int_equal(sink_count(STDERR_FILE, "the configuration is not used"), 1);
	assert_int_equal(sink_count(STDERR_FILE, "19400"), 0);
	sink_close(journal, JOURNAL_SOCKET);
	figure("2 events of lockdown in the journal, 2 mistakes on stderr");
}

/** enum place - where events are looked for. */
enum place { IN_FILE, IN_JOURNAL, ON_STDERR, IN_SYSLOG, NOWHERE };

/** struct fallback - a sink, what is broken, and where the events must arrive. */
struct fallback {
	const char *name;
	const char *log;
	int syslog;  /* type of /dev/log, 0: missing */
	int journal; /* likewise */
	const char *on_stderr;
	enum place expected;
};

#define TO_FILE "2>" STDERR_FILE
#define CLOSED "2>&-"

static const struct fallback fallbacks[] = {
	{"stderr", "stderr", SOCK_DGRAM, SOCK_DGRAM, TO_FILE, ON_STDERR},
	{"stderr closed", "stderr", SOCK_DGRAM, SOCK_DGRAM, CLOSED, IN_SYSLOG},
	{"stderr closed, no syslog", "stderr", 0, SOCK_DGRAM, CLOSED, NOWHERE},
	{"file", LOG_FILE, SOCK_DGRAM, SOCK_DGRAM, TO_FILE, IN_FILE},
	{"file in no folder", SINK_DIR "/no/log", SOCK_DGRAM, SOCK_DGRAM, TO_FILE, ON_STDERR},
	{"file in no folder, stderr closed", SINK_DIR "/no/log", SOCK_DGRAM, SOCK_DGRAM, CLOSED, IN_SYSLOG},
	{"file in no folder, stderr closed, no syslog", SINK_DIR "/no/log", 0, 0, CLOSED, NOWHERE},
	{"syslog", "syslog", SOCK_DGRAM, SOCK_DGRAM, TO_FILE, IN_SYSLOG},
	{"syslog missing", "syslog", 0, SOCK_DGRAM, TO_FILE, ON_STDERR},
	{"syslog a stream socket", "syslog", SOCK_STREAM, SOCK_DGRAM, TO_FILE, ON_STDERR},
	{"syslog missing, stderr closed", "syslog", 0, SOCK_DGRAM, CLOSED, NOWHERE},
	{"journal", "journal", SOCK_DGRAM, SOCK_DGRAM, TO_FILE, IN_JOURNAL},
	{"journal missing", "journal", SOCK_DGRAM, 0, TO_FILE, ON_STDERR},
	{"journal a stream socket", "journal", SOCK_DGRAM, SOCK_STREAM, TO_FILE, ON_STDERR},
	{"journal missing, stderr closed", "journal", SOCK_DGRAM, 0, CLOSED, IN_SYSLOG},
	{"journal missing, stderr closed, no syslog", "journal", 0, 0, CLOSED, NOWHERE},
	{"none", "none", SOCK_DGRAM, SOCK_DGRAM, TO_FILE, NOWHERE},
};

#define EVENTS 8 /* fewer than the shortest queue of a datagram socket */

/** try_fallback - EVENTS events to @fallback's sink, in @format. Return: where they arrived, all in one place. */
static enum place
try_fallback(const struct fallback *fallback, const char *format)
{
	int log = fallback->syslog ? sink_listen(SYSLOG_SOCKET, fallback->syslog) : -1;
	int journal = fallback->journal ? sink_listen(JOURNAL_SOCKET, fallback->journal) : -1;
	char environment[256], arguments[256];
	unsigned counts[NOWHERE];
	enum place place = NOWHERE;

	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=%s BINDGUARD_LOG_FORMAT=%s", fallback->log, format);
	snprintf(arguments, sizeof(arguments), "sink_host repeat 0.0.0.0 19400 %d %s", EVENTS, fallback->on_stderr);
	sink_expect(environment, arguments, "failed 0\nend\n");
	counts[IN_FILE] = sink_count(LOG_FILE, "19400");
	counts[ON_STDERR] = sink_count(STDERR_FILE, *format == 'j' ? "\"port\":19400" : " 0.0.0.0:19400 -> ");
	counts[IN_SYSLOG] = log < 0 ? 0 : sink_drain(log);
	if (counts[IN_SYSLOG] && strstr(fallback->log, "/no/"))
		counts[IN_SYSLOG]--; /* why there is nothing in the file */
	counts[IN_JOURNAL] = journal < 0 ? 0 : sink_drain(journal);
	for (size_t i = 0; i < NOWHERE; i++) {
		if (counts[i] != 0 && counts[i] != EVENTS)
			fail_msg("%s: %u of %d events in place %zu", fallback->name, counts[i], EVENTS, i);
		if (counts[i] && place != NOWHERE)
			fail_msg("%s: events in places %d and %zu", fallback->name, place, i);
		place = counts[i] ? (enum place)i : place;
	}
	sink_close(log, SYSLOG_SOCKET);
	sink_close(journal, JOURNAL_SOCKET);
	unlink(STDERR_FILE);
	unlink(LOG_FILE);
	return place;
}

/** The configured sink, then stderr, then syslog; each event arrives once, in the next place that works. */
static void
event_broken_sink_arrives_at_the_next(void **state)
{
	static const char *const formats[] = {"text", "json"};
	unsigned arrived = 0, lost = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(fallbacks) * LENGTH(formats); i++) {
		const struct fallback *fallback = &fallbacks[i / LENGTH(formats)];
		enum place place = try_fallback(fallback, formats[i % LENGTH(formats)]);

		if (place != fallback->expected)
			fail_msg("%s: events in place %d, expected %d", fallback->name, place, fallback->expected);
		arrived += place == NOWHERE ? 0 : EVENTS;
		lost += place == NOWHERE ? EVENTS : 0;
	}
	figure("%zu combinations, %u events: %u arrived once, %u had nowhere to go", LENGTH(fallbacks) * 2,
	       arrived + lost, arrived, lost);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(syslog_text_message_has_priority_and_tag, sink_begin),
		cmocka_unit_test_setup(syslog_json_message_has_tag, sink_begin),
		cmocka_unit_test_setup(syslog_severity_follows_exposure, sink_begin),
		cmocka_unit_test_setup(syslog_of_the_program_is_untouched, sink_begin),
		cmocka_unit_test_setup(syslog_full_falls_back_without_waiting, sink_begin),
		cmocka_unit_test_setup(complaint_reaches_syslog_line_by_line, sink_begin),
		cmocka_unit_test_setup(journal_entry_is_structured, sink_begin),
		cmocka_unit_test_setup(journal_hostile_name_forges_no_field, sink_begin),
		cmocka_unit_test_setup(lockdown_events_reach_the_journal, sink_begin),
		cmocka_unit_test_setup(event_broken_sink_arrives_at_the_next, sink_begin),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
