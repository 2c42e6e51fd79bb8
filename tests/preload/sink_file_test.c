/* SPDX-License-Identifier: MIT
 * sink_file_test.c - events to a file: whatever is at its path, however many write to it, and when the disk is full. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STDERR_FILE SINK_DIR "/stderr"
#define LOG_FILE SINK_DIR "/log"
#define LOG "BINDGUARD_LOG=" LOG_FILE
#define SERVER ": sink_host udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")"
#define TEN "sink_host repeat 0.0.0.0 19400 10 2>>" STDERR_FILE
#define TEN_OUTPUT "failed 0\nend\n"

/** may_change_user - not in a user namespace that knows one user. */
static bool
may_change_user(void)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0)
		_exit(setgid(65534) || setuid(65534));
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void
file_lines_are_appended(void **state)
{
	struct stat status;

	(void)state;
	sink_write(LOG_FILE, "bindguard[1]: what was there\n");
	assert_int_equal(chmod(LOG_FILE, 0604), 0);
	sink_expect(LOG, TEN, TEN_OUTPUT);
	assert_int_equal(sink_count(LOG_FILE, "what was there"), 1);
	assert_int_equal(sink_count(LOG_FILE, SERVER), 10);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	assert_int_equal(stat(LOG_FILE, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
	figure("10 events, 10 lines behind the one that was there");
}

/** The file is made with 0640 less the program's umask, which stays as it is. */
static void
file_new_has_the_mode_that_umask_leaves(void **state)
{
	static const struct {
		const char *umask;
		mode_t mode;
	} cases[] = {{"0", 0640}, {"22", 0640}, {"77", 0600}, {"137", 0640}, {"27", 0640}, {"200", 0440}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char arguments[256];
		struct stat status;

		unlink(LOG_FILE);
		snprintf(arguments, sizeof(arguments), "sink_host umask %s udp 0.0.0.0 19400", cases[i].umask);
		sink_expect(LOG, arguments, "bind 0\nend\n");
		assert_int_equal(stat(LOG_FILE, &status), 0);
		assert_int_equal(status.st_mode & 07777, cases[i].mode);
	}
	figure("%zu umasks", LENGTH(cases));
}

/** struct obstacle - what is at the path of the log before the program runs. */
struct obstacle {
	const char *name;
	const char *prepare; /* shell commands, in SINK_DIR */
	const char *path;
	bool arrives; /* at @path; else on stderr */
};

static const struct obstacle obstacles[] = {
	{"dangling symbolic link", "ln -s target log", "log", false},
	{"symbolic link to a file", "touch target && ln -s target log", "log", false},
	{"symbolic link in the folder part", "mkdir real && ln -s real folder", "folder/log", true},
	{"hard link", "touch target && ln target log", "log", false},
	{"file of another user", "touch log && chown 65534 log && chmod 666 log", "log", false},
	{"file of events of another user", "echo 'bindguard[1]: x' >log && chown 65534 log", "log", false},
	{"another user's symbolic link in the folder part", "mkdir real && ln -s real folder && chown -h 65534 folder",
	 "folder/log", false},
	{"fifo of another user with a reader", "mkfifo log && chown 65534 log && { sleep 5 <>log & }", "log", false},
	{"file with other text", "echo '# settings' >log", "log", false},
	{"file with other text that has an event's", "printf '#\nbindguard[1]: x\n' >log", "log", false},
	{"empty file", "touch log", "log", true},
	{"file of events", "echo 'bindguard[1]: x' >log", "log", true},
	{"file of events as JSON", "echo '{\"time\":\"2026' >log", "log", true},
	{"half an event, blanked out", "printf '       \nbindguard[1]: x\n' >log", "log", true},
	{"half a first line", "printf bindg >log", "log", false},
	{"disk", "mknod log b 7 0", "log", false},
	{"device that acts", "mknod log c 10 130", "log", false},
	{"device that takes all", "mknod log c 1 5", "log", false},
	{"removed folder", "mkdir gone && rmdir gone", "gone/log", false},
	{"directory", "mkdir log", "log", false},
	{"fifo without reader", "mkfifo log", "log", false},
	{"socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"log\")'", "log", false},
	{"/dev/full", "touch log && mount --bind /dev/full log", "log", false},
	{"read-only file system", "mkdir ro && mount -t tmpfs -o ro none ro", "ro/log", false},
	{"name too long", "true",
	 "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
	 "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
	 "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
	 false},
};

/** What cannot be written to is an error and no wait, and nothing is written where a link points. */
static void
file_obstacle_falls_back_to_stderr(void **state)
{
	unsigned in_file = 0, on_stderr = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(obstacles); i++) {
		const struct obstacle *obstacle = &obstacles[i];
		char command[1024], path[512];

		assert_int_equal(sink_begin(state), 0);
		snprintf(command, sizeof(command), "cd " SINK_DIR " && %s", obstacle->prepare);
		assert_int_equal(system(command), 0);
		snprintf(path, sizeof(path), SINK_DIR "/%s", obstacle->path);
		snprintf(command, sizeof(command), "BINDGUARD_LOG=%s " SINK_IN_TIME, path);
		sink_expect(command, TEN, TEN_OUTPUT);
		assert_int_equal(sink_count(SINK_DIR "/target", ""), 0);
		if (sink_count(STDERR_FILE, SERVER) != (obstacle->arrives ? 0 : 10))
			fail_msg("%s: %u lines on stderr", obstacle->name, sink_count(STDERR_FILE, SERVER));
		assert_int_equal(sink_count(STDERR_FILE, "bindguard: cannot log to "), !obstacle->arrives);
		if (obstacle->arrives)
			assert_int_equal(sink_count(path, SERVER), 10);
		else if (strncmp(obstacle->name, "file", 4) == 0)
			assert_int_equal(sink_count(path, SERVER), 0);
		*(obstacle->arrives ? &in_file : &on_stderr) += 10;
	}
	figure("%zu obstacles: %u lines in the file, %u on stderr", LENGTH(obstacles), in_file, on_stderr);
}

/** /dev/null takes what it gets: that is success, and how to log to nowhere. */
static void
file_dev_null_takes_all(void **state)
{
	(void)state;
	sink_expect("BINDGUARD_LOG=/dev/null", TEN, TEN_OUTPUT);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	figure("10 events, 0 on stderr");
}

static void
file_fifo_with_reader_gets_lines(void **state)
{
	char text[4096];
	int reader;
	ssize_t got;

	(void)state;
	assert_int_equal(mkfifo(LOG_FILE, 0666), 0);
	reader = open(LOG_FILE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	sink_expect(LOG, TEN, TEN_OUTPUT);
	got = read(reader, text, sizeof(text) - 1);
	assert_true(got > 0);
	text[got] = '\0';
	sink_write(SINK_DIR "/read", text);
	assert_int_equal(sink_count(SINK_DIR "/read", SERVER), 10);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	/* A reader that does not read: what fits, fits; the rest is on stderr. */
	sink_expect(LOG, "sink_host repeat 0.0.0.0 19400 2000 2>>" STDERR_FILE, TEN_OUTPUT);
	sink_write(SINK_DIR "/read", "");
	for (int out = open(SINK_DIR "/read", O_WRONLY | O_CLOEXEC); (got = read(reader, text, sizeof(text))) > 0;)
		assert_int_equal(write(out, text, (size_t)got), got);
	assert_in_range(sink_count(SINK_DIR "/read", SERVER), 1, 1999);
	assert_int_equal(sink_count(SINK_DIR "/read", SERVER) + sink_count(STDERR_FILE, SERVER), 2000);
	figure("10 of 10 read; unread: %u of 2000 in the FIFO, %u on stderr", sink_count(SINK_DIR "/read", SERVER),
	       sink_count(STDERR_FILE, SERVER));
	close(reader);
}

/** After a privilege drop the file may be out of reach: it was never held open. */
static void
file_after_privilege_drop_falls_back(void **state)
{
	(void)state;
	if (!may_change_user())
		skip();
	sink_expect(LOG, "sink_host udp 0.0.0.0 19400 uid 65534 udp 0.0.0.0 19401 2>>" STDERR_FILE,
		    "bind 0\nbind 0\nend\n");
	assert_int_equal(sink_count(LOG_FILE, SERVER), 1);
	assert_int_equal(sink_count(LOG_FILE, ""), 1);
	assert_int_equal(sink_count(STDERR_FILE, " udp 0.0.0.0:19401 -> "), 1);
	figure("1 line in the file, 1 on stderr");
}

/** check_whole_or_blank - each line of the log is an event or blanks, and the last ends. Return: events. */
static unsigned
check_whole_or_blank(const char *format)
{
	static char text[1 << 20];
	size_t size = sink_read(LOG_FILE, text, sizeof(text));
	const char *start = *format == 'j' ? "{\"time\":" : "bindguard[", *end = *format == 'j' ? "}" : "\")";
	unsigned events = 0;

	assert_true(size > 0 && text[size - 1] == '\n');
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t length = strlen(line);

		if (strspn(line, " ") == length)
			continue;
		events++;
		if (strncmp(line, start, strlen(start)) != 0 || strcmp(line + length - strlen(end), end) != 0)
			fail_msg("not whole: \"%s\"", line);
	}
	return events;
}

/** A disk that is full takes a part of a line. Nobody goes on in it, once there is room again. */
static void
file_disk_full_leaves_no_half_line(void **state)
{
	static const char *const formats[] = {"text", "json"};
	unsigned in_file = 0, on_stderr = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(formats); i++) {
		char environment[256];
		unsigned before;

		assert_int_equal(sink_begin(state), 0);
		assert_int_equal(mkdir(SINK_DIR "/disk", 0755), 0);
		assert_true(sink_mount(SINK_DIR "/disk", "size=16k"));
		assert_int_equal(symlink("disk/log", LOG_FILE), 0); /* for sink_read alone */
		sink_write(SINK_DIR "/disk/ballast", "x");
		snprintf(environment, sizeof(environment),
			 "BINDGUARD_LOG=" SINK_DIR "/disk/log BINDGUARD_LOG_FORMAT=%s", formats[i]);
		sink_expect(environment, "sink_host repeat 0.0.0.0 19400 200 2>>" STDERR_FILE, TEN_OUTPUT);
		before = check_whole_or_blank(formats[i]);
		assert_in_range(before, 1, 199);
		assert_int_equal(before + sink_count(STDERR_FILE, "19400"), 200);
		unlink(SINK_DIR "/disk/ballast");
		sink_expect(environment, "sink_host repeat 0.0.0.0 19400 5 2>>" STDERR_FILE, TEN_OUTPUT);
		assert_int_equal(check_whole_or_blank(formats[i]), before + 5);
		in_file += before + 5;
		on_stderr += 200 - before;
	}
	figure("410 events: %u lines whole in the file, 0 halves, %u on stderr", in_file, on_stderr);
}

/** The same where it is the program's own limit. No SIGXFSZ ends it, and the one it has pending stays. */
static void
file_size_limit_raises_no_signal(void **state)
{
	unsigned in_file;

	(void)state;
	sink_expect(LOG " prlimit --fsize=600 env", TEN, TEN_OUTPUT);
	in_file = check_whole_or_blank("text");
	assert_in_range(in_file, 5, 7);
	assert_int_equal(sink_count(STDERR_FILE, SERVER), 10 - in_file);
	sink_expect(LOG " prlimit --fsize=600 env", "sink_host block 25 udp 0.0.0.0 19400 pending 25 2>" STDERR_FILE,
		    "bind 0\npending 0\nend\n");
	assert_int_equal(sink_count(STDERR_FILE, SERVER), 1);
	sink_expect(LOG " prlimit --fsize=600 env",
		    "sink_host block 25 raise 25 udp 0.0.0.0 19400 pending 25 2>" STDERR_FILE,
		    "bind 0\npending 1\nend\n");
	assert_int_equal(sink_count(STDERR_FILE, SERVER), 1);
	sink_expect(LOG, TEN, TEN_OUTPUT);
	assert_int_equal(check_whole_or_blank("text"), in_file + 10);
	figure("12 events: %u whole in 600 bytes, %u on stderr, 0 signals; 10 more without the limit", in_file,
	       12 - in_file);
}

/** storm - @arguments make @events lines of both formats: all there, all whole. */
static void
storm(const char *arguments, unsigned events)
{
	sink_expect(LOG, arguments, TEN_OUTPUT);
	assert_int_equal(sink_count(LOG_FILE, ""), events);
	assert_int_equal(sink_count(LOG_FILE, " -> 127.0.0.1:2"), events);
	assert_int_equal(sink_count(LOG_FILE, " (rewrite, rule \"servers\")\n"), events);
	unlink(LOG_FILE);
	sink_expect(LOG " BINDGUARD_LOG_FORMAT=json", arguments, TEN_OUTPUT);
	assert_int_equal(sink_check_json(LOG_FILE), events);
	unlink(LOG_FILE);
}

static void
file_of_many_writers_has_every_line_whole(void **state)
{
	(void)state;
	storm("sink_host processes 16 2000", 32000);
	storm("sink_host threads 4 2000", 8000);
	figure("16 processes: 32000 of 32000 lines as text, 32000 of 32000 as JSON; 4 threads: 8000 of 8000 and 8000 "
	       "of "
	       "8000");
}

/** A log that is moved away is made anew: nothing is held. */
static void
file_moved_away_is_made_anew(void **state)
{
	(void)state;
	sink_expect(LOG, "sink_host udp 0.0.0.0 19400", "bind 0\nend\n");
	assert_int_equal(rename(LOG_FILE, LOG_FILE ".1"), 0);
	sink_expect(LOG, TEN, TEN_OUTPUT);
	assert_int_equal(sink_count(LOG_FILE ".1", SERVER), 1);
	assert_int_equal(sink_count(LOG_FILE, SERVER), 10);
	figure("1 line in the old file, 10 in the new");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(file_lines_are_appended, sink_begin),
		cmocka_unit_test_setup(file_new_has_the_mode_that_umask_leaves, sink_begin),
		cmocka_unit_test_setup(file_obstacle_falls_back_to_stderr, sink_begin),
		cmocka_unit_test_setup(file_dev_null_takes_all, sink_begin),
		cmocka_unit_test_setup(file_fifo_with_reader_gets_lines, sink_begin),
		cmocka_unit_test_setup(file_after_privilege_drop_falls_back, sink_begin),
		cmocka_unit_test_setup(file_disk_full_leaves_no_half_line, sink_begin),
		cmocka_unit_test_setup(file_size_limit_raises_no_signal, sink_begin),
		cmocka_unit_test_setup(file_of_many_writers_has_every_line_whole, sink_begin),
		cmocka_unit_test_setup(file_moved_away_is_made_anew, sink_begin),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
