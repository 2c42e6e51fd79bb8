/* SPDX-License-Identifier: MIT
 * explain_program.c - from a program as people name it to the executable that /proc/PID/exe would show, by which rules
 * know it: PATH is searched, symbolic links and `#!` lines are followed. Runs in the launcher only. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/explain.h"

/** SCRIPT_LINE_MAX - bytes of a `#!` line that the kernel looks at (BINPRM_BUF_SIZE), execve(2). */
#define SCRIPT_LINE_MAX 256
/** SCRIPTS_MOST - the kernel follows that many interpreters that are scripts themselves. */
#define SCRIPTS_MOST 5

/** is_executable - a regular file that may be executed. */
static bool
is_executable(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/** search - @name in PATH, as execvp(3) does. Return: false where it is not there. */
static bool
search(const char *name, char path[BG_PATH_MAX])
{
	const char *folder = getenv("PATH");

	if (!folder)
		folder = "/bin:/usr/bin"; /* execvp(3) */
	for (;;) {
		size_t length = strcspn(folder, ":");
		int written =
			snprintf(path, BG_PATH_MAX, "%.*s/%s", length ? (int)length : 1, length ? folder : ".", name);

		if (written > 0 && written < BG_PATH_MAX && is_executable(path))
			return true;
		if (!folder[length])
			return false;
		folder += length + 1;
	}
}

/** env_word - what env(1) would run with the @rest of a `#!` line: its first word that is no option or assignment. */
static char *
env_word(char *rest)
{
	char *state, *word = strtok_r(rest, " \t", &state);

	while (word && (word[0] == '-' || strchr(word, '=')))
		word = strtok_r(NULL, " \t", &state);
	return word;
}

/** read_script_line - the `#!` line of @path, without these two bytes. Return: false where it has none. */
static bool
read_script_line(const char *path, char line[SCRIPT_LINE_MAX])
{
	int fd = is_executable(path) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	ssize_t got = fd < 0 ? -1 : read(fd, line, SCRIPT_LINE_MAX - 1);

	if (fd >= 0)
		close(fd);
	if (got < 2 || line[0] != '#' || line[1] != '!')
		return false;
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	memmove(line, line + 2, strlen(line + 2) + 1);
	return true;
}

/** follow - if @path is a script, replace it by its interpreter. Return: false where it is none, or leads nowhere. */
static bool
follow(char path[BG_PATH_MAX])
{
	char line[SCRIPT_LINE_MAX], *interpreter, *rest, *base;

	if (!read_script_line(path, line))
		return false;
	interpreter = line + strspn(line, " \t");
	rest = interpreter + strcspn(interpreter, " \t");
	if (*rest)
		*rest++ = '\0';
	if (!*interpreter)
		return false;
	base = strrchr(interpreter, '/');
	snprintf(path, BG_PATH_MAX, "%s", interpreter);
	if (base && strcmp(base, "/env") == 0 && (rest = env_word(rest)) != NULL) {
		if (strchr(rest, '/') || !search(rest, path))
			snprintf(path, BG_PATH_MAX, "%s", rest);
	}
	return true;
}

/** last_part - what is behind the last slash. */
static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/** note_found - tell how the name given became the executable, where that is not plain to see. */
static void
note_found(const char *given, bool script, struct explain_program *program)
{
	const char *name = last_part(program->exe);

	if (script)
		snprintf(program->note, sizeof(program->note),
			 "\"%.100s\" is a script: rules see its interpreter, \"%.100s\", or what that executes", given,
			 name);
	else if (strcmp(last_part(given), name) != 0)
		snprintf(program->note, sizeof(program->note), "\"%.100s\" is a link: rules see \"%.100s\"", given,
			 name);
}

/**
 * explain_find_program - the executable that people call @given.
 * Return: false, and @failure set, where @given can be none. A file that is not there is no failure: its name is taken
 * as it is, and program->note says so.
 */
bool
explain_find_program(const char *given, struct explain_program *program, struct failure *failure)
{
	char path[BG_PATH_MAX], real[BG_PATH_MAX];
	bool script = false;

	if (!*last_part(given) || strlen(given) >= sizeof(path)) {
		fail(failure, 0, "program \"%.80s\", expected the name or path of a program", given);
		return false;
	}
	if (strchr(given, '/'))
		snprintf(path, sizeof(path), "%s", given);
	else if (!search(given, path))
		path[0] = '\0';
	for (int i = 0; i < SCRIPTS_MOST && follow(path); i++)
		script = true;
	if (path[0] && realpath(path, real)) {
		snprintf(program->exe, sizeof(program->exe), "%s", real);
		note_found(given, script, program);
		return true;
	}
	snprintf(program->exe, sizeof(program->exe), "%s", path[0] ? path : given);
	snprintf(program->note, sizeof(program->note),
		 strchr(given, '/') ? "there is no such file here; taken as it is"
				    : "not found in PATH; rules that give a full path are taken not to match");
	return true;
}
