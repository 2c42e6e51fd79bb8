/* SPDX-License-Identifier: MIT
 * host.c - runs the programs of tests/preload/hosts, bare and under the preload; ends them by their process group. */
#include "preload/host.h"

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
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define START_MS 60000
#define STOP_MS 5000
#define STEP_MS 10

static char folder[] = "/tmp/bindguard-host.XXXXXX";
static pid_t owner;

/** host_library - the library under test: BG_LIBRARY of the environment (a broken one, tests/breaks.sh), or the build's. */
const char *
host_library(void)
{
	const char *other = getenv("BG_LIBRARY");

	return other ? other : BG_LIBRARY;
}

/** host_path - where the program @name of tests/preload/hosts was built. */
const char *
host_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/hosts/%s", BG_BUILD_DIR, name);
	return path;
}

/** host_preload - the value of LD_PRELOAD: the library, behind the sanitizers' where it was built with them. */
const char *
host_preload(void)
{
	static char value[1024];
	const char *first = getenv("BG_PRELOAD_FIRST");

	snprintf(value, sizeof(value), "%s %s", first ? first : "", host_library());
	return value;
}

/** remove_folder - with all that is in it; atexit(3), not in a child that was forked. */
static void
remove_folder(void)
{
	char command[sizeof(folder) + 8];

	if (getpid() != owner)
		return;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", folder);
}

/**
 * host_folder - a folder of this run's own, which goes with it: two runs on one machine never meet in a file.
 * Hosts that are run later find it as $BG_FOLDER.
 */
const char *
host_folder(void)
{
	if (owner)
		return folder;
	owner = getpid();
	if (!mkdtemp(folder) || chmod(folder, 0755) || setenv("BG_FOLDER", folder, 1) || atexit(remove_folder))
		fail_msg("no folder %s", folder);
	return folder;
}

/** host_log - BG_HOST_LOG of the environment: the log that is to be in the place of one that nobody reads; NULL. */
const char *
host_log(void)
{
	return getenv("BG_HOST_LOG");
}

/** other_log - assignments for env(1); "" where the test reads what the guard says. */
static const char *
other_log(const char *environment, const char *arguments)
{
	bool unread = strstr(environment, "BINDGUARD_LOG=none") ||
		      (!strstr(environment, "BINDGUARD_LOG=") && !strstr(arguments, "2>"));

	return unread && host_log() ? host_log() : "";
}

/**
 * host_command - the shell command that runs a host; a guarded one under the program that BG_WRAP of the environment
 * names with its options (tests/valgrind.sh). Where nobody reads the log it is that of host_log(): what is logged changes
 * nothing that the test sees (logged_test.c).
 * @environment: arguments of env(1): `NAME=VALUE ...`, and maybe a program that runs it and then `env` again; NULL: bare.
 *               Where it does not name another configuration the built-in default is it
 * @arguments: the host's name and arguments
 */
void
host_command(char command[HOST_COMMAND_MAX], const char *environment, const char *arguments)
{
	const char *wrap = getenv("BG_WRAP");

	if (environment)
		snprintf(command, HOST_COMMAND_MAX, "exec env BINDGUARD_CONFIG= %s %s LD_PRELOAD='%s' %s %s/hosts/%s",
			 environment, other_log(environment, arguments), host_preload(), wrap ? wrap : "", BG_BUILD_DIR,
			 arguments);
	else
		snprintf(command, HOST_COMMAND_MAX, "exec %s/hosts/%s", BG_BUILD_DIR, arguments);
}

/**
 * host_run - run a host to its end.
 * @output: what it printed on standard output, terminated; what is on standard error is dropped unless @arguments
 *          redirect it
 * Return: wait status, -1 where it could not be run.
 */
int
host_run(const char *environment, const char *arguments, char *output, size_t size)
{
	static const char quiet[] = "exec 2>/dev/null; ";
	char command[sizeof(quiet) + HOST_COMMAND_MAX];
	size_t length;
	FILE *pipe;

	memcpy(command, quiet, sizeof(quiet));
	host_command(command + strlen(quiet), environment, arguments);
	pipe = popen(command, "re");
	output[0] = '\0';
	if (!pipe)
		return -1;
	length = fread(output, 1, size - 1, pipe);
	output[length] = '\0';
	return pclose(pipe);
}

/** host_expect - @part in what a host says that must end well. */
void
host_expect(const char *environment, const char *arguments, const char *part)
{
	char output[8192];

	assert_int_equal(host_run(environment, arguments, output, sizeof(output)), 0);
	if (!strstr(output, part))
		fail_msg("%s %s: %s", environment, arguments, output);
}

/** now_ms - a clock for deadlines. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** host_read_line - wait for the host's next line, into process->line. Return: false where none came within @deadline_ms. */
bool
host_read_line(struct process *process, int deadline_ms)
{
	long deadline = now_ms() + deadline_ms;
	size_t length = 0;

	process->line[0] = '\0';
	for (;;) {
		struct pollfd ready = {.fd = process->out, .events = POLLIN};
		long left = deadline - now_ms();
		char c;

		if (left < 0 || poll(&ready, 1, (int)left) != 1 || read(process->out, &c, 1) != 1)
			return false;
		if (c == '\n')
			return true;
		if (length < sizeof(process->line) - 1)
			process->line[length++] = c;
		process->line[length] = '\0';
	}
}

/** host_start - run a host that goes on until host_stop(). Return: whether it has said its first line. */
bool
host_start(struct process *process, const char *environment, const char *arguments)
{
	char command[HOST_COMMAND_MAX];
	int in[2], out[2];

	memset(process, 0, sizeof(*process));
	process->pid = -1;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return false;
	host_command(command, environment, arguments);
	process->pid = fork();
	if (process->pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	setpgid(process->pid, process->pid);
	close(in[0]);
	close(out[1]);
	process->in = in[1];
	process->out = out[0];
	return process->pid > 0 && host_read_line(process, START_MS);
}

/** host_stop - close its standard input, wait for its end, and end its group if it does not. Return: wait status. */
int
host_stop(struct process *process)
{
	long deadline = now_ms() + STOP_MS;
	int status = -1;
	pid_t ended = 0;

	if (process->pid <= 0)
		return -1;
	close(process->in);
	while (ended == 0 && now_ms() < deadline) {
		ended = waitpid(process->pid, &status, WNOHANG);
		if (ended == 0)
			poll(NULL, 0, STEP_MS);
	}
	kill(-process->pid, SIGKILL);
	if (ended == 0)
		waitpid(process->pid, &status, 0);
	close(process->out);
	process->pid = -1;
	return status;
}

/** figure - what a run of the present test measured; tests/scenarios.sh puts it into the table. */
void
figure(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("# figure: ");
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
	va_end(arguments);
}
