/* SPDX-License-Identifier: MIT
 * capture.c - runs the built command in a folder with conf, in an environment without any settings of the guard, and keeps
 * the files of a test in one folder that goes with it. */
#include "launcher/capture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "net/conf.h"

static char folder[] = "/tmp/bindguard-launcher-XXXXXX";
static char paths[4][512];
static unsigned next_path;

/** capture_path - a path in the test's folder; the last four stay valid. */
const char *
capture_path(const char *name)
{
	char *path = paths[next_path++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/** capture_file - a file in the test's folder with @size bytes of @text. Return: its path, NULL where it cannot be. */
const char *
capture_file(const char *name, const char *text, size_t size)
{
	const char *path = capture_path(name);
	FILE *file = fopen(path, "we");
	int failed = !file || fwrite(text, 1, size, file) != size;

	if (file && fclose(file))
		failed = 1;
	return failed ? NULL : path;
}

/** read_all - what @file holds, cut to @size with the terminator. */
static void
read_all(FILE *file, char *text, size_t size)
{
	size_t length = file ? fread(text, 1, size - 1, file) : 0;

	text[length] = '\0';
}

/**
 * capture_run - run `bindguard ARGUMENTS`, as a shell reads them.
 * @environment: NAME=VALUE words for env(1), or ""; HOME has no configuration unless it says so
 * Return: until the next run.
 */
const struct capture *
capture_run(const char *environment, const char *arguments)
{
	static struct capture capture;
	char command[8192];
	const char *err = capture_path("stderr");
	FILE *file;
	int status;

	snprintf(command, sizeof(command),
		 "cd '%s' && exec env -u BINDGUARD_CONFIG -u BINDGUARD_MODE -u BINDGUARD_TO -u BINDGUARD_FROM -u "
		 "BINDGUARD_CONFINE -u BINDGUARD_PIN -u BINDGUARD_LOG -u "
		 "BINDGUARD_LOG_FORMAT -u BINDGUARD_LOG_EVENTS -u XDG_CONFIG_HOME HOME=/nonexistent %s '%s' %s 2>'%s'",
		 conf_folder(), environment, BG_COMMAND, arguments, err);
	file = popen(command, "re");
	read_all(file, capture.out, sizeof(capture.out));
	status = file ? pclose(file) : -1;
	capture.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	file = fopen(err, "re");
	read_all(file, capture.err, sizeof(capture.err));
	if (file)
		fclose(file);
	return &capture;
}

/** capture_lines - how many lines @text has; one that does not end counts. */
unsigned
capture_lines(const char *text)
{
	unsigned lines = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		lines++;
	return lines;
}

/** capture_figure - a line with what a test measured, for tables made from logs. */
void
capture_figure(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("# figure: ", stdout);
	vprintf(format, arguments);
	putchar('\n');
	fflush(stdout);
	va_end(arguments);
}

/** capture_set_up - make the folder; for cmocka's group set-up. */
int
capture_set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chmod(folder, 0755) : -1;
}

/** drop - one entry of the folder. */
static int
drop(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

/** capture_tear_down - remove the folder and all in it. */
int
capture_tear_down(void **state)
{
	(void)state;
	return nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/** capture_expect - @text has @part. */
void
capture_expect(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in:\n%s", part, text);
}

/** capture_check - run `bindguard check 'PATH'`. */
const struct capture *
capture_check(const char *environment, const char *path)
{
	char arguments[640];

	snprintf(arguments, sizeof(arguments), "check '%s'", path);
	return capture_run(environment, arguments);
}

/** capture_explain - run `bindguard explain ARGUMENTS` under the built-in default, if they name no other. */
const struct capture *
capture_explain(const char *arguments)
{
	char line[4096];

	snprintf(line, sizeof(line), "explain %s", arguments);
	return capture_run("BINDGUARD_CONFIG=", line);
}

/** capture_explain_json - the same with --json, parsed; to be freed. */
json_t *
capture_explain_json(const char *arguments, int *status)
{
	char line[2048];
	const struct capture *run;
	json_error_t error;
	json_t *value;

	snprintf(line, sizeof(line), "--json %s", arguments);
	run = capture_explain(line);
	*status = run->status;
	value = json_loads(run->out, 0, &error);
	if (!value)
		fail_msg("%s: %s\n%s%s", arguments, error.text, run->out, run->err);
	return value;
}
