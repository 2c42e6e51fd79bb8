/* SPDX-License-Identifier: MIT
 * run_watch_test.c - the watch of `bindguard run`: it says so where the library was not loaded, is silent where it was,
 * and is in nobody's way. This process is made the reaper of orphans, so the watch's own end is seen. On cmocka. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/seccomp.h"
#include "launcher/drive.h"
#include "launcher/run/run.h"
#include "launcher/run/watch.h"
#include "launcher/run/watch_map.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PROBES BG_BUILD_DIR "/probes/"
#define DEADLINE_MS 60000
#define STEP_MS 5

/**
 * struct watch_run - a program under the watch.
 * @pid: of the program; @watch: of the watch, once it has ended
 * @in, @err: the program's standard input and error; the watch has the latter too
 * @said: what came on standard error until the watch had ended
 */
struct watch_run {
	pid_t pid;
	pid_t watch;
	int in;
	int err;
	char said[512];
};

static struct watch_run run;

/** become - in the child: start the watch and execute @argv. */
static void
become(char *const *argv, bool preload, const int in[2], const int err[2])
{
	int watch;

	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	dup2(in[0], STDIN_FILENO);
	dup2(err[1], STDERR_FILENO);
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
	if (preload)
		setenv("LD_PRELOAD", BG_PLAIN_LIBRARY, 1);
	watch = watch_start(BG_PLAIN_LIBRARY, "CMD");
	execv(argv[0], argv);
	watch_cancel(watch);
	_exit(watch < 0 ? 99 : 98);
}

/** begin - start a program with its watch. */
static void
begin(const char *path, const char *argument, bool preload)
{
	union {
		const char *in;
		char *out;
	} words[2] = {{.in = path}, {.in = argument}};
	char *argv[] = {words[0].out, words[1].out, NULL};
	int in[2], err[2];

	memset(&run, 0, sizeof(run));
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	run.pid = fork();
	if (run.pid == 0)
		become(argv, preload, in, err);
	close(in[0]);
	close(err[1]);
	run.in = in[1];
	run.err = err[0];
}

/** wait_for_watch - until an orphan has ended, which can only be the watch; the program itself is not waited for. */
static void
wait_for_watch(void)
{
	ssize_t got = 0;

	for (int left = DEADLINE_MS; left > 0 && run.watch == 0; left -= STEP_MS) {
		siginfo_t ended = {0};

		poll(NULL, 0, STEP_MS);
		/* The first to end may be the program: then it stays, and is looked past. */
		if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && ended.si_pid == run.pid) {
			assert_int_equal(waitpid(run.pid, NULL, __WALL), run.pid);
			run.pid = 0;
		} else if (ended.si_pid != 0) {
			run.watch = waitpid(ended.si_pid, NULL, __WALL);
		}
	}
	assert_true(run.watch > 0);
	if (poll(&(struct pollfd){.fd = run.err, .events = POLLIN}, 1, 0) > 0)
		got = read(run.err, run.said, sizeof(run.said) - 1);
	run.said[got > 0 ? got : 0] = '\0';
}

/** end - the program reads the end of its input and ends. Return: its exit status. */
static int
end(void)
{
	int status = 0;

	close(run.in);
	close(run.err);
	if (run.pid > 0)
		assert_int_equal(waitpid(run.pid, &status, 0), run.pid);
	run.pid = 0;
	assert_int_equal(waitpid(-1, NULL, __WALL), -1);
	assert_int_equal(errno, ECHILD);
	return WEXITSTATUS(status);
}

/** leave_nothing - behind each test, failed ones too: no program and no watch, that the next might take for its own. */
static int
leave_nothing(void **state)
{
	(void)state;
	if (run.pid > 0)
		kill(run.pid, SIGKILL);
	run.pid = 0;
	while (waitpid(-1, NULL, __WALL) > 0)
		continue;
	return 0;
}

/** find_watch - the watch of the scene while it runs: our other child, proc(5), children. Return: 0: none (yet). */
static pid_t
find_watch(void)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	int pid, watch = 0;

	while (file && fscanf(file, "%d", &pid) == 1)
		if (pid != run.pid)
			watch = pid;
	if (file)
		fclose(file);
	return watch;
}

/** list_open - the descriptors of process @pid that refer to @object ("pipe:[1]", NULL: to anything): "0 2 ". */
static void
list_open(pid_t pid, const char *object, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (int fd = 0; fd < 256 && length < size; fd++) {
		char path[64], link[128] = "";

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		if (readlink(path, link, sizeof(link) - 1) > 0 && (!object || strcmp(link, object) == 0))
			length += (size_t)snprintf(text + length, size - length, "%d ", fd);
	}
}

static void
watch_of_a_loaded_library_ends_in_silence(void **state)
{
	static const char *const programs[] = {PROBES "probe-dynamic", PROBES "probe-musl", "/bin/cat"};
	(void)state;
	for (size_t i = 0; i < LENGTH(programs); i++) {
		begin(programs[i], i < 2 ? "wait" : "-", true);
		wait_for_watch();
		assert_int_not_equal(run.pid, 0); /* the program goes on */
		assert_string_equal(run.said, "");
		assert_int_equal(end(), 0);
	}
}

static void
watch_of_a_library_that_is_not_loaded_says_so(void **state)
{
	static const struct {
		const char *path;
		bool preload;
	} programs[] = {{PROBES "probe-dynamic", false}, {"/bin/cat", false}, {PROBES "probe-deaf", true}};
	char line[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(programs); i++) {
		begin(programs[i].path, i == 1 ? "-" : "wait", programs[i].preload);
		snprintf(line, sizeof(line),
			 "bindguard: libbindguard.so was not loaded into CMD (pid %d): it runs UNGUARDED\n",
			 (int)run.pid);
		wait_for_watch();
		assert_string_equal(run.said, line);
		end();
	}
}

static void
watch_without_a_sign_says_so_at_its_deadline(void **state)
{
	(void)state;
	begin(PROBES "probe-static", "wait", true);
	wait_for_watch();
	assert_non_null(strstr(run.said, "libbindguard.so has not been loaded into CMD (pid "));
	assert_int_equal(end(), 0);
}

static void
watch_ends_with_the_program(void **state)
{
	(void)state;
	/* It has ended and is not waited for: its memory map can still be read, and is empty. */
	begin(PROBES "probe-static", "exit", true);
	wait_for_watch();
	assert_string_equal(run.said, "");
	end();
}

static void
watch_of_a_program_that_does_not_start_is_silent(void **state)
{
	(void)state;
	begin("/no/such/program", "wait", true);
	wait_for_watch();
	assert_string_equal(run.said, "");
	end();
}

static void
watch_is_not_started_by_a_reaper(void **state)
{
	const struct drive_result *result;

	(void)state;
	assert_int_equal(watch_start(BG_PLAIN_LIBRARY, "CMD"), -1); /* this process is one */
	if (drive("unshare -rpf true")->status != 0) {
		print_message("skipped: no process namespace of an own user here\n");
		skip();
	}
	result = drive_expect(7, NULL, "unshare -rpf $BG -v $PROBES/probe-dynamic exit 7");
	assert_non_null(strstr(result->err, "whether the library is loaded will not be watched"));
	/* And its first process has no child that it did not start. */
	result = drive_expect(0, NULL, "unshare -rpf $BG $PROBES/probe-dynamic state");
	assert_non_null(strstr(result->out, "child: -1 none\n"));
}

static void
watch_does_not_hold_the_programs_pipes(void **state)
{
	char why[256];

	(void)state;
	/* drive() waits for the end of both; cat ends when nobody can write to it any more. */
	assert_string_equal(drive_expect(0, "", "$BG echo word | cat")->out, "word\n");
	assert_string_equal(drive_expect(0, "", "$BG echo word 2>&1 | cat")->out, "word\n");
	drive_expect(0, "", "$BG -e preload $PROBES/probe-dynamic wait </dev/null 2>&1 | cat | cat");
	/* Nor what a daemon has let go; it stays until it is released, and a supervisor with it. */
	drive_expect(0, "", "mkfifo fifo");
	for (size_t i = 0; i < 2; i++) {
		if (i == 1 && !bg_seccomp_possible(why, sizeof(why)))
			break;
		assert_string_equal(drive_expect(0, "",
						 "$BG -e %s sh -c 'cat fifo >/dev/null 2>&1 & echo word' 2>&1 | cat; "
						 ": >fifo",
						 i ? "seccomp" : "preload")
					    ->out,
				    "word\n");
	}
}

static void
watch_holds_nothing_but_standard_error_and_ends_at_once(void **state)
{
	char object[128] = "", path[64], all[256] = "", own[256];

	(void)state;
	if (access("/proc/thread-self/children", R_OK) != 0)
		skip();
	/* A program in which it will not see anything: it would go on to its deadline, and then say so. */
	begin(PROBES "probe-static", "wait", true);
	for (int left = DEADLINE_MS; left > 0 && strcmp(all, "1 2 ") != 0; left -= STEP_MS) {
		poll(NULL, 0, STEP_MS);
		list_open(find_watch(), NULL, all, sizeof(all));
	}
	assert_string_equal(all, "1 2 ");
	/* 1 is the pidfd. 2 is the program's standard error, the one end that it shares with the program. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", run.err);
	assert_true(readlink(path, object, sizeof(object) - 1) > 0);
	list_open(find_watch(), object, own, sizeof(own));
	assert_string_equal(own, "2 ");
	assert_int_equal(kill(run.pid, SIGKILL), 0);
	wait_for_watch();
	assert_string_equal(run.said, "");
	end();
}

static void
watch_is_not_started_where_nothing_is_guarded(void **state)
{
	(void)state;
	drive_expect(7, "", "BINDGUARD_MODE=off $BG $PROBES/probe-dynamic exit 7");
	/* It would have become our child. */
	assert_int_equal(waitpid(-1, NULL, __WALL), -1);
	assert_int_equal(errno, ECHILD);
	drive_expect(7, "", "$BG $PROBES/probe-dynamic exit 7");
	assert_true(waitpid(-1, NULL, __WALL) > 0);
}

static void
map_is_read_right(void **state)
{
	static const struct {
		const char *map;
		unsigned long linker;
		enum map_content content;
	} cases[] = {
		{"", 0x7000, MAP_NEITHER},
		{"4000-5000 r-xp 00000000 fe:00 1 /usr/bin/cmd\n7000-8000 r-xp 00000000 fe:00 2 /lib/ld.so.2\n", 0x7000,
		 MAP_NEITHER},
		{"7000-8000 r-xp 00000000 fe:00 2 /lib/ld.so.2\n9000-a000 r-xp 0 fe:00 3 /lib/libc.so.6\n", 0x7000,
		 MAP_LIBC},
		{"7000-8000 r-xp 00000000 fe:00 2 /lib/ld.so.2\n9000-a000 r-xp 0 fe:00 3 /lib/libc-2.31.so\n", 0x7000,
		 MAP_LIBC},
		{"6000-7000 r-xp 0 fe:00 3 /lib/libc.so.6\n7000-8000 r-xp 0 fe:00 2 /opt/my libs/libbindguard.so\n",
		 0x9000, MAP_LIBRARY},
		{"7000-8000 r-xp 0 fe:00 2 /opt/libbindguard.so (deleted)\n", 0x9000, MAP_LIBRARY},
		{"7000-8000 r-xp 0 fe:00 2 /opt/libbindguard.so", 0x9000, MAP_LIBRARY},
		/* musl: the linker is libc. */
		{"7000-8000 r-xp 0 fe:00 2 /usr/lib/musl/libc.so\n8000-9000 r-xp 0 fe:00 2 /usr/lib/musl/libc.so\n",
		 0x7000, MAP_NEITHER},
		/* No linker (yet): no library will come from libc either. */
		{"9000-a000 r-xp 0 fe:00 3 /lib/libc.so.6\n", 0, MAP_NEITHER},
		{"9000-a000 r-xp 0 fe:00 3 /lib/libcrypt.so.1\n", 0x7000, MAP_NEITHER},
		{"\n\n\n", 0x7000, MAP_NEITHER},
	};
	char map[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		snprintf(map, sizeof(map), "%s", cases[i].map);
		assert_int_equal(watch_map_parse(map, cases[i].linker, "libbindguard.so"), cases[i].content);
	}
}

/** set_up - the folder, and this process the reaper of orphans. */
static int
set_up(void **state)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) || drive_set_up(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(watch_of_a_loaded_library_ends_in_silence, leave_nothing),
		cmocka_unit_test_teardown(watch_of_a_library_that_is_not_loaded_says_so, leave_nothing),
		cmocka_unit_test_teardown(watch_without_a_sign_says_so_at_its_deadline, leave_nothing),
		cmocka_unit_test_teardown(watch_ends_with_the_program, leave_nothing),
		cmocka_unit_test_teardown(watch_of_a_program_that_does_not_start_is_silent, leave_nothing),
		cmocka_unit_test_teardown(watch_is_not_started_by_a_reaper, leave_nothing),
		cmocka_unit_test_teardown(watch_does_not_hold_the_programs_pipes, leave_nothing),
		cmocka_unit_test_teardown(watch_holds_nothing_but_standard_error_and_ends_at_once, leave_nothing),
		cmocka_unit_test_teardown(watch_is_not_started_where_nothing_is_guarded, leave_nothing),
		cmocka_unit_test_teardown(map_is_read_right, leave_nothing),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run watch", tests, set_up, drive_tear_down);
}
