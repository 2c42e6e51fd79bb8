/* SPDX-License-Identifier: MIT
 * logged.c - runs the test programs of a room again, with other logs: what is logged must change nothing.
 *
 * Each program of the room is a test here, so a new program, row or scenario takes part by itself. BG_HOST_LOG tells its
 * helpers to put the log at hand in the place of one that nobody reads (preload/host.c, seccomp/guarded.c); a test whose
 * subject is the log sees that and ends early. What all other tests assert has to hold with each log.
 */
#include "net/logged.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define IS_SKIPPED(status) (WIFEXITED(status) && WEXITSTATUS(status) == 77) /* whole, tests/run.sh */
#define PROGRAMS_MOST 64
#define PATH_MOST 512
#define ENDING "_test"
#define SEQUENCES "2000" /* of random_test: it draws other ones each time */
#define LOGS (sizeof(logs) / sizeof(logs[0]))

/** logs - assignments of env(1); %s is a folder. */
static const char *const logs[] = {
	"BINDGUARD_LOG=none",
	"BINDGUARD_LOG=%s/notable BINDGUARD_LOG_EVENTS=notable",
	"BINDGUARD_LOG=%s/all BINDGUARD_LOG_EVENTS=all",
};

static const char *room_name;
static char folder[] = "/tmp/bindguard-logged.XXXXXX";
static char names[PROGRAMS_MOST][64];

/** output_of - the file that has what the program under the log @log says. */
static void
output_of(const char *name, size_t log, char path[PATH_MOST])
{
	snprintf(path, PATH_MOST, "%s/%s.%zu", folder, name, log);
}

/** start - the program @name under the log @log. */
static pid_t
start(const char *name, size_t log)
{
	char program[PATH_MOST], output[PATH_MOST], value[PATH_MOST];
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(program, sizeof(program), "%s/tests/%s/%s", BG_BUILD_DIR, room_name, name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(value, sizeof(value), logs[log], folder);
#pragma GCC diagnostic pop
	setenv("BG_HOST_LOG", value, 1);
	setenv("BG_SEQUENCES", SEQUENCES, 0);
	output_of(name, log, output);
	fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	execl(program, program, (char *)NULL);
	_exit(127);
}

/** print_failures - what the program said that failed. */
static void
print_failures(const char *name, size_t log)
{
	char path[PATH_MOST], line[1024];
	FILE *file;

	output_of(name, log, path);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "FAILED") || strstr(line, "ERROR") || strncmp(line, "not ok", 6) == 0 ||
		    line[0] == '#')
			print_message("%s: %s", logs[log], line);
	if (file)
		fclose(file);
}

/** wait_for - the program. Return: its wait status; why it failed is printed. */
static int
wait_for(const char *name, size_t log, pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, 0) != pid || (status != 0 && !IS_SKIPPED(status)))
		print_failures(name, log);
	return status;
}

/** program_ends_the_same - whatever is logged; all logs at once, but for a program that has files of fixed names, or ports on
 * this machine. */
static void
program_ends_the_same(void **state)
{
	const char *name = *state;
	bool alone = strcmp(name, "surroundings_test") == 0 || strcmp(name, "threads_test") == 0 ||
		     strcmp(name, "limits_test") == 0;
	pid_t pids[LOGS];
	int statuses[LOGS];
	unsigned failed = 0, skipped = 0;

	for (size_t i = 0; i < LOGS; i++) {
		pids[i] = start(name, i);
		if (alone)
			statuses[i] = wait_for(name, i, pids[i]);
	}
	for (size_t i = 0; i < LOGS && !alone; i++)
		statuses[i] = wait_for(name, i, pids[i]);
	for (size_t i = 0; i < LOGS; i++) {
		failed += statuses[i] != 0;
		skipped += IS_SKIPPED(statuses[i]);
	}
	if (skipped == LOGS)
		skip(); /* the program has said why */
	if (failed)
		fail_msg("%s fails with %u of %zu logs", name, failed, LOGS);
}

/**
 * takes_part - is @name a program of this room that tests what becomes of sockets? Not this one, nor those whose subject is
 * the log, or how the supervisor starts, waits and ends.
 */
static bool
takes_part(const char *name)
{
	static const char *const others[] = {
		"logged_test",		 "events_test", "events_keys_test", "sink_file_test", "sink_stderr_test",
		"sink_stderr_wait_test", "sinks_test",	"life_test",	    "load_test",      "refused_test",
		"terminal_test",	 "filter_test", "target_test"};
	size_t length = strlen(name), ending = strlen(ENDING);

	if (length <= ending || length >= sizeof(names[0]) || strcmp(name + length - ending, ENDING) != 0)
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i]) == 0)
			return false;
	return true;
}

/** find_programs - of the room. Return: how many. */
static size_t
find_programs(struct CMUnitTest *tests)
{
	char path[PATH_MOST];
	size_t count = 0;
	DIR *room;

	snprintf(path, sizeof(path), "%s/tests/%s", BG_BUILD_DIR, room_name);
	room = opendir(path);
	for (const struct dirent *entry = room ? readdir(room) : NULL; entry && count < PROGRAMS_MOST;
	     entry = readdir(room)) {
		if (!takes_part(entry->d_name))
			continue;
		snprintf(names[count], sizeof(names[count]), "%.63s", entry->d_name);
		tests[count] = (struct CMUnitTest){
			.name = names[count], .test_func = program_ends_the_same, .initial_state = names[count]};
		count++;
	}
	if (room)
		closedir(room);
	return count;
}

/** set_up - a folder for logs that every user may write to, as some hosts are another. */
static int
set_up(void **state)
{
	static const char *const files[] = {"notable", "all"};
	char path[PATH_MOST];

	(void)state;
	if (!mkdtemp(folder) || chmod(folder, 0755))
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || fchmod(fd, 0666) || close(fd))
			return -1;
	}
	return 0;
}

/** tear_down - the folder and what is in it. */
static int
tear_down(void **state)
{
	char command[PATH_MOST];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/** logged_run - the tests: a program of @room each. @argv: as main()'s, a filter of names. Return: as main(). */
int
logged_run(const char *room, int argc, char **argv)
{
	struct CMUnitTest tests[PROGRAMS_MOST];
	size_t count;

	room_name = room;
	count = find_programs(tests);
	if (count == 0)
		return 1;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("logged", tests, count, set_up, tear_down);
}
