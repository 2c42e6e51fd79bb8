/* SPDX-License-Identifier: MIT
 * events_keys_test.c - keys of an event that are of the present moment: port, process, time, the program's name and
 * path; and that all of them are those of the manual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LOG_FILE SINK_DIR "/log"
#define TO_FILE "BINDGUARD_LOG=" LOG_FILE " "
#define ALL "BINDGUARD_LOG_EVENTS=all "

/** The port that the kernel chose is the one of the socket, in text and in result.port. */
static void
event_port_zero_has_the_real_port(void **state)
{
	unsigned requested, result, listening = 0;
	char log[4096], *found;

	(void)state;
	sink_expect(TO_FILE "BINDGUARD_LOG_FORMAT=json ", "sink_host fresh listen", "listen 0\nend\n");
	sink_read(LOG_FILE, log, sizeof(log));
	found = strstr(log, "\"requested\":{\"address\":\"0.0.0.0\",\"port\":");
	assert_non_null(found);
	assert_int_equal(sscanf(found, "\"requested\":{\"address\":\"0.0.0.0\",\"port\":%u}", &requested), 1);
	found = strstr(log, "\"result\":");
	assert_int_equal(sscanf(found, "\"result\":{\"address\":\"0.0.0.0\",\"port\":%u,", &listening), 1);
	assert_int_equal(requested, 0);
	assert_in_range(listening, 1024, 65535);
	assert_non_null(strstr(found, ",\"interface\":\"lo\",\"from\":null}"));
	sink_expect(TO_FILE "BINDGUARD_LOG_FORMAT=json " ALL, "sink_host udp 0.0.0.0 0", "bind 0\nend\n");
	sink_read(LOG_FILE, log, sizeof(log));
	found = strstr(strchr(log, '\n'), "\"result\":");
	assert_int_equal(sscanf(found, "\"result\":{\"address\":\"0.0.0.0\",\"port\":%u,", &result), 1);
	assert_in_range(result, 1024, 65535);
	figure("2 events with 2 ports of the kernel's choice");
}

/** Whose call it was: asked at each event, since fork(2), a parent's end and setuid(2) change it. */
static void
event_process_is_the_present_one(void **state)
{
	char output[1024], log[8192], *second, expected[128];
	int pid, ppid, uid;

	(void)state;
	sink_run(TO_FILE "BINDGUARD_LOG_FORMAT=json ", "sink_host udp 0.0.0.0 19400 orphan udp 0.0.0.0 19401", output,
		 sizeof(output));
	assert_int_equal(sscanf(output, "bind 0\npid %d ppid %d uid %d\n", &pid, &ppid, &uid), 3);
	sink_read(LOG_FILE, log, sizeof(log));
	second = strchr(log, '\n');
	assert_non_null(second);
	snprintf(expected, sizeof(expected), "\"pid\":%d,\"ppid\":%d,\"uid\":%d,", pid, ppid, uid);
	assert_non_null(strstr(second, expected));
	*second = '\0';
	assert_null(strstr(log, expected));
	figure("2 events of 2 processes, the second's parent gone");
}

static void
event_time_is_now_in_utc(void **state)
{
	time_t before = time(NULL), then;
	char log[4096];
	struct tm tm;
	const char *end;

	(void)state;
	sink_expect(TO_FILE "BINDGUARD_LOG_FORMAT=json TZ=Asia/Tokyo ", "sink_host udp 0.0.0.0 19400", "bind 0\nend\n");
	sink_read(LOG_FILE, log, sizeof(log));
	memset(&tm, 0, sizeof(tm));
	end = strptime(log, "{\"time\":\"%Y-%m-%dT%H:%M:%S.", &tm);
	assert_non_null(end);
	assert_int_equal(strspn(end, "0123456789"), 6);
	assert_memory_equal(end + 6, "Z\",", 3);
	then = timegm(&tm);
	assert_in_range(then, before, time(NULL));
	figure("1 event, within the second");
}

/** struct name - what a program may be called, as the shell's printf(1) has it, and how the log has it. */
struct name {
	const char *printf;
	const char *text;
	const char *json;
};

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct name names[] = {
	{"a\\nbindguard[1]: b", "\"a\\x0abindguard[1]: b\"", "a\\u000abindguard[1]: b"},
	{"\\033[31mred\\033]0;title\\007", "\\x1b[31mred\\x1b]0;title\\x07", "\\u001b[31mred\\u001b]0;title\\u0007"},
	{"\\377\\376\\300\\200", "\\xff\\xfe\\xc0\\x80", "\\u00ff\\u00fe\\u00c0\\u0080"},
	{"say \"x\" \\\\", "\"say \\x22x\\x22 \\x5c\"", "say \\\"x\\\" \\\\"},
	{"caf\\303\\251", "caf\xc3\xa9", "caf\xc3\xa9"},
	{"\\342\\200\\256gnp.exe", "\\xe2\\x80\\xaegnp.exe", "\\u202egnp.exe"},
	{X50 X50 X50 X50 X50 "12345", X50 X50 X50 X50 X50 "12345", X50 X50 X50 X50 X50 "12345"},
};

/** A program chooses its name: it stays one word of one line, and JSON stays JSON. */
static void
event_hostile_program_name_forges_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(names) * 2; i++) {
		const struct name *name = &names[i / 2];
		char command[HOST_COMMAND_MAX], log[8192], expected[1024];
		bool json = i % 2;

		unlink(LOG_FILE);
		snprintf(command, sizeof(command),
			 "name=$(printf '" SINK_DIR "/%s'); cp %s \"$name\" && "
			 "BINDGUARD_CONFIG= " TO_FILE "BINDGUARD_LOG_FORMAT=%s LD_PRELOAD='%s' \"$name\" udp 0.0.0.0 "
			 "19400 >/dev/null",
			 name->printf, host_path("sink_host"), json ? "json" : "text", host_preload());
		assert_int_equal(system(command), 0);
		sink_read(LOG_FILE, log, sizeof(log));
		if (json)
			snprintf(expected, sizeof(expected), ",\"program\":\"%s\",\"exe\":\"" SINK_DIR "/%s\",",
				 name->json, name->json);
		else
			snprintf(expected, sizeof(expected), "]: %s udp 0.0.0.0:19400 -> ", name->text);
		if (!strstr(log, expected))
			fail_msg("expected %s in %s", expected, log);
		assert_int_equal(sink_count(LOG_FILE, ""), 1);
		if (json)
			assert_int_equal(sink_check_json(LOG_FILE), 1);
	}
	figure("%zu names in 2 formats: %zu lines, 0 forged", LENGTH(names), LENGTH(names) * 2);
}

/** A path longer than what is logged of it is cut, and the program keeps its name. */
static void
event_long_path_is_cut_and_the_name_kept(void **state)
{
	char path[2048], command[HOST_COMMAND_MAX], log[8192], *exe;

	(void)state;
	snprintf(command, sizeof(command),
		 "BINDGUARD_CONFIG= " TO_FILE
		 "BINDGUARD_LOG_FORMAT=json LD_PRELOAD='%s' %s udp 0.0.0.0 19400 >/dev/null",
		 host_preload(), sink_deep_copy(host_path("sink_host"), path, sizeof(path)));
	assert_int_equal(system(command), 0);
	sink_read(LOG_FILE, log, sizeof(log));
	exe = strstr(log, "\"exe\":\"/");
	assert_non_null(strstr(log, ",\"program\":\"deep_host\",\"exe\":\"/"));
	assert_int_equal(strcspn(exe + 7, "\""), 1024);
	assert_memory_equal(exe + 7 + 1021, "...\"", 4);
	assert_memory_equal(exe + 7, path, 1021);
	figure("a path of %zu bytes: 1024 of it, and the name", strlen(path));
}

/** man_keys - the keys that bindguard.conf(5) lists in its section on JSON, joined by blanks. */
static void
man_keys(char *keys, size_t size)
{
	FILE *page = fopen(BG_SOURCE_DIR "/man/bindguard.conf.5", "re");
	bool within = false;
	char line[512];

	assert_non_null(page);
	keys[0] = '\0';
	while (fgets(line, sizeof(line), page)) {
		if (strncmp(line, ".S", 2) == 0)
			within = strcmp(line, ".Ss JSON\n") == 0;
		if (!within || strncmp(line, ".It Li ", 7) != 0)
			continue;
		for (char *key = strtok(line + 7, " ,\n"); key; key = strtok(NULL, " ,\n"))
			snprintf(keys + strlen(keys), size - strlen(keys), "%s ", key);
	}
	fclose(page);
}

/** The schema is API: the manual's list and an event's keys are the same, in the same order. */
static void
event_keys_are_those_of_the_manual(void **state)
{
	char documented[1024], got[1024] = "";
	FILE *pipe;

	(void)state;
	sink_expect(TO_FILE "BINDGUARD_LOG_FORMAT=json ", "sink_host udp :: 19400", "bind 0\nend\n");
	man_keys(documented, sizeof(documented));
	pipe = popen("python3 -c 'import json, sys\n"
		     "event = json.load(open(\"" LOG_FILE "\"))\n"
		     "for key, value in event.items():\n"
		     "    if isinstance(value, dict): key += \"{\" + \",\".join(value) + \"}\"\n"
		     "    print(key, end=\" \")'",
		     "re");
	assert_non_null(pipe);
	assert_non_null(fgets(got, sizeof(got), pipe));
	pclose(pipe);
	assert_non_null(strstr(got, " requested{address,port} result{address,port,interface,from} "));
	for (char *c = got; *c; c++)
		if (*c == '{')
			memmove(c, strchr(c, '}') + 1, strlen(strchr(c, '}')));
	assert_string_equal(got, documented);
	figure("keys: %s", got);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(event_port_zero_has_the_real_port, sink_begin),
		cmocka_unit_test_setup(event_process_is_the_present_one, sink_begin),
		cmocka_unit_test_setup(event_time_is_now_in_utc, sink_begin),
		cmocka_unit_test_setup(event_hostile_program_name_forges_nothing, sink_begin),
		cmocka_unit_test_setup(event_long_path_is_cut_and_the_name_kept, sink_begin),
		cmocka_unit_test_setup(event_keys_are_those_of_the_manual, sink_begin),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
