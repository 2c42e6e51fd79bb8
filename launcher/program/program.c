/* SPDX-License-Identifier: MIT
 * program.c - finds a program and becomes it, as execvp(3) does; in two steps, so that it can be looked at in between. */
#include "launcher/program/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindguard/script.h"

/**
 * check - could the file at @path be executed by us?
 * @is_there: it is there, as far as can be told: a folder that may not be searched does not tell
 * Return: 0, or the errno value that execve(2) would give.
 */
static int
check(const char *path, bool *is_there)
{
	struct stat status;

	*is_there = true;
	if (stat(path, &status)) {
		int error = errno;

		*is_there = error == EACCES && lstat(path, &status) == 0; /* a link to where we may not look */
		return error;
	}
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? EISDIR : EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

/** find_in - the file @name in one of the folders of @search, as program_find() has it. */
static int
find_in(const char *name, const char *search, char path[PATH_MAX])
{
	char place[PATH_MAX];
	int found = ENOENT;

	path[0] = '\0';
	for (;;) {
		int length = (int)strcspn(search, ":");
		/* An empty entry is the current folder. */
		int written = snprintf(place, sizeof(place), "%.*s%s%s", length, search, length ? "/" : "", name);
		bool is_there = false;
		int error = written < 0 || written >= PATH_MAX || !name[0] ? ENOENT : check(place, &is_there);

		if (error == 0 || (is_there && (error == EACCES || error == EISDIR) && found == ENOENT)) {
			found = error;
			memcpy(path, place, sizeof(place));
		} else if (error == EACCES && !is_there && !path[0]) {
			snprintf(path, PATH_MAX, "%.*s", length ? length : 1, length ? search : ".");
		}
		search += length;
		if (error == 0 || !*search++)
			return found;
	}
}

/**
 * program_find - the file that the command @name is.
 * @search: list of folders as in PATH; NULL: the system's, confstr(3)
 * @path: the file; where it cannot be executed, the one that was found. Where none was found in @search, the first of its
 *        folders that we may not look into, "" for none
 * Return: 0, or an errno value: ENOENT where there is none, EACCES or EISDIR where one is there. Folders that may not be
 *         searched are passed over, as shells do; of a @name with a slash, which has no other place, they are EACCES.
 */
int
program_find(const char *name, const char *search, char path[PATH_MAX])
{
	static const char system_search[] = "/bin:/usr/bin"; /* _CS_PATH of glibc and musl */
	bool is_there;

	if (!strchr(name, '/'))
		return find_in(name, search ? search : system_search, path);
	snprintf(path, PATH_MAX, "%s", name);
	return strlen(name) >= PATH_MAX ? ENAMETOOLONG : check(name, &is_there);
}

/** is_shell_script - is the file at @path one that a shell may read? */
static bool
is_shell_script(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct bg_head head;

	if (fd < 0)
		return false;
	bg_head_read(fd, &head);
	close(fd);
	return bg_script_is_shell(&head);
}

/** start_by_shell - execute @path by the shell, as execvp(3) does for a script without a `#!` line. */
static void
start_by_shell(const char *path, char **argv)
{
	size_t count = 0;
	const char **words;

	while (argv[count])
		count++;
	words = calloc(count + 2, sizeof(*words)); /* argv[0] gives way to the shell and the path */
	if (!words)
		return;
	words[0] = BG_SCRIPT_SHELL;
	words[1] = path;
	for (size_t i = 1; i < count; i++)
		words[i + 1] = argv[i];
	execve(BG_SCRIPT_SHELL, (char **)(void *)words, environ);
	free(words);
}

/** program_execute - become the program at @path. Return: why not, an errno value. */
int
program_execute(const char *path, char **argv)
{
	int error;

	execve(path, argv, environ);
	error = errno;
	if (error == ENOEXEC && is_shell_script(path)) {
		start_by_shell(path, argv);
		error = errno;
	}
	return error;
}

/** program_become - become the command @argv, looked for in PATH: execvp(3), but never a shell on what is no text. */
int
program_become(char **argv)
{
	char path[PATH_MAX];
	int error = program_find(argv[0], getenv("PATH"), path);

	return error ? error : program_execute(path, argv);
}

/** program_start - become the program at @path. Return: why not, as a status; 126 or 127, as env(1) has them. */
int
program_start(const char *path, char **argv, struct failure *failure)
{
	int error = program_execute(path, argv);

	if (error == ENOENT && access(path, F_OK) == 0)
		return command_fail(failure, STATUS_NOT_FOUND, "%s: its interpreter is not there", path);
	return command_fail(failure, error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "%s: %s", path,
			    strerror(error));
}
