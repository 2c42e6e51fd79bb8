/* SPDX-License-Identifier: MIT
 * drive.c - runs shell commands with `bindguard` in them, to their end, with a deadline. In the shell $BG is the command,
 * $PROBES the folder of the probes, and the current folder is the test's own; no configuration file is found. */
#include "launcher/drive.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
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

#include "bindguard/seccomp.h"

#define DEADLINE_MS 60000
#define SCRIPT_MAX 4096

static char folder[] = "/tmp/bindguard-launcher-XXXXXX";
static struct drive_result result;

/** drive_folder - the test's own folder; bin/ in it has the command and the library. */
const char *
drive_folder(void)
{
	return folder;
}

/** run_shell - run @script and wait. Return: its status. */
static int
run_shell(const char *script)
{
	int status = system(script);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/** drive_set_up - of a cmocka group: make the folder, put command and library into its bin/. */
int
drive_set_up(void **state)
{
	static const char *const variables[] = {
		"BINDGUARD_CONFIG",	"BINDGUARD_MODE",	"BINDGUARD_TO",	    "BINDGUARD_LOG",
		"BINDGUARD_LOG_FORMAT", "BINDGUARD_LOG_EVENTS", "BINDGUARD_FOLLOW", "LD_PRELOAD"};
	const char *library = getenv("BG_LIBRARY"); /* a broken one, tests/breaks.sh */
	char script[SCRIPT_MAX];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	snprintf(script, sizeof(script), "%s/bin/bindguard", folder);
	setenv("BG", script, 1);
	setenv("PROBES", BG_BUILD_DIR "/probes", 1);
	setenv("HOME", folder, 1);
	setenv("BINDGUARD_CONFIG", "", 1); /* the machine's file must not count */
	unsetenv("XDG_CONFIG_HOME");
	snprintf(script, sizeof(script), "chmod 755 %s && mkdir %s/bin && cp %s %s/bin && cp %s %s/bin/libbindguard.so",
		 folder, folder, BG_COMMAND, folder, library ? library : BG_PLAIN_LIBRARY, folder);
	return run_shell(script);
}

/** drive_tear_down - of a cmocka group: remove the folder. */
int
drive_tear_down(void **state)
{
	char script[SCRIPT_MAX];

	(void)state;
	snprintf(script, sizeof(script), "rm -rf '%s'", folder);
	return run_shell(script);
}

/** now_ms - a clock for the deadline. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** start - a shell with @script, its output in the pipes. */
static pid_t
start(const char *script, const int out[2], const int err[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	if (chdir(folder) == 0)
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

/** take - read what there is from @fd behind the @length bytes in @text. Return: false at its end. */
static bool
take(int fd, char *text, size_t *length)
{
	char rest[512];
	size_t room = DRIVE_OUTPUT_MAX - 1 - *length;
	ssize_t got = room ? read(fd, text + *length, room) : read(fd, rest, sizeof(rest));

	if (got <= 0)
		return false;
	if (room)
		*length += (size_t)got;
	text[*length] = '\0';
	return true;
}

/** collect - read both outputs until they are closed, or the deadline is there. */
static void
collect(int out, int err, long deadline)
{
	struct pollfd ends[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	size_t out_length = 0, err_length = 0;

	while (ends[0].fd >= 0 || ends[1].fd >= 0) {
		long left = deadline - now_ms();

		if (left < 0 || poll(ends, 2, (int)left) < 1)
			return;
		if (ends[0].revents && !take(out, result.out, &out_length))
			ends[0].fd = -1;
		if (ends[1].revents && !take(err, result.err, &err_length))
			ends[1].fd = -1;
	}
	result.closed = true;
}

/** run - what drive() does. */
static void
run(const char *script)
{
	long deadline = now_ms() + DEADLINE_MS;
	int out[2], err[2], status;
	pid_t pid, ended = 0;

	memset(&result, 0, sizeof(result));
	result.status = -1;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		return;
	pid = start(script, out, err);
	close(out[1]);
	close(err[1]);
	collect(out[0], err[0], deadline);
	while (pid > 0 && (ended = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < deadline)
		poll(NULL, 0, 5);
	if (ended == pid && pid > 0)
		result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	else if (pid > 0 && kill(-pid, SIGKILL) == 0)
		waitpid(pid, &status, 0);
	close(out[0]);
	close(err[0]);
}

/** drive - run a shell command to its end. Return: what came of it, until the next call. */
const struct drive_result *
drive(const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(script, sizeof(script), format, arguments);
	va_end(arguments);
	run(script);
	return &result;
}

/**
 * drive_expect - run a shell command that ends with @status and, on standard error, says exactly @err (NULL: anything).
 * What was seen is in the failure's message. Return: what came of it, until the next call.
 */
const struct drive_result *
drive_expect(int status, const char *err, const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(script, sizeof(script), format, arguments);
	va_end(arguments);
	run(script);
	if (result.status != status || !result.closed || (err && strcmp(err, result.err) != 0))
		fail_msg("%s\nstatus %d, expected %d; closed: %d; standard error:\n%.500s\nexpected:\n%s", script,
			 result.status, status, result.closed, result.err, err ? err : "(anything)");
	return &result;
}

/** drive_expect_out - @out is what the command prints, and it ends well. */
void
drive_expect_out(const char *out, const char *command)
{
	drive_expect(0, NULL, "%s", command);
	if (strcmp(result.out, out) != 0)
		fail_msg("%s: printed\n%s\nexpected\n%s\nstandard error:\n%s", command, result.out, out, result.err);
}

/** drive_expect_told - the command ends with @status and tells @line once, behind `bindguard[PID]: `. */
void
drive_expect_told(int status, const char *line, const char *command)
{
	const char *found;

	drive_expect(status, NULL, "%s", command);
	found = strstr(result.err, line);
	if (!found || strstr(found + 1, line))
		fail_msg("%s: told\n%s\nexpected once\n%s", command, result.err, line);
}

/** drive_write - put @text into the file @name of the folder. */
bool
drive_write(const char *name, const char *text, unsigned mode)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0 && chmod(path, mode) == 0;
}

/** figure - what a run of the present test measured, as in tests/preload/host.c. */
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

/** drive_needs_seccomp - skip where the engine seccomp cannot work: a container may forbid it. */
void
drive_needs_seccomp(void)
{
	char why[256];

	if (!bg_seccomp_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
}
