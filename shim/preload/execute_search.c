/* SPDX-License-Identifier: MIT
 * execute_search.c - looks for a program in PATH as glibc's execvpe() does (posix/execvpe.c), step by step, so that each file
 * that is tried is looked at. Signal-safe: neither getenv(3) nor malloc(3); as there, the path is put together on the stack. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/caller.h"
#include "preload/execute.h"

#define SHELL "/bin/sh"
#define STANDARD_PATH "/bin:/usr/bin" /* confstr(3), _CS_PATH */

/** struct attempt - one search. @argv, @envp: what is executed */
struct attempt {
	char *const *argv;
	char *const *envp;
};

/** path_variable - PATH of this process. */
static const char *
path_variable(void)
{
	for (char **word = environ; word && *word; word++)
		if (memcmp(*word, "PATH=", strlen(*word) < 5 ? strlen(*word) : 5) == 0 && strlen(*word) >= 5)
			return *word + 5;
	return STANDARD_PATH;
}

/** end_of - the end of the entry of a PATH that begins at @entry. */
static const char *
end_of(const char *entry)
{
	while (*entry && *entry != ':')
		entry++;
	return entry;
}

/** goes_on - after the errno value @error, the next folder may have the program. */
static bool
goes_on(int error)
{
	return error == EACCES || error == ENOENT || error == ESTALE || error == ENOTDIR || error == ENODEV ||
	       error == ETIMEDOUT;
}

/**
 * execute_search_each - have each file that @file may be visited, in order.
 * @visit: returns an errno value; one that the search ends with, and 0, ends it
 * Return: that; EACCES where one was not allowed and no other was there, else the last.
 */
int
execute_search_each(const char *file, int (*visit)(const char *path, void *context), void *context)
{
	const char *entry = path_variable(), *end;
	size_t file_size = strlen(file) + 1, path_size = strlen(entry);
	bool forbidden = false;
	int error = ENOENT;
	char *place;

	if (!*file)
		return ENOENT;
	for (const char *at = file; *at; at++)
		if (*at == '/')
			return visit(file, context);
	path_size = (path_size < PATH_MAX - 1 ? path_size : PATH_MAX - 1) + 1;
	if (file_size - 1 > NAME_MAX)
		return ENAMETOOLONG;
	place = __builtin_alloca(path_size + file_size + 1);
	for (;; entry = end + 1) {
		size_t length;

		end = end_of(entry);
		length = (size_t)(end - entry);
		if (length < path_size) {
			memcpy(place, entry, length);
			place[length] = '/';
			/* An empty entry is the current folder. */
			memcpy(place + length + (length > 0), file, file_size);
			error = visit(place, context);
			forbidden = forbidden || error == EACCES;
			if (!goes_on(error))
				return error;
		}
		if (!*end)
			return forbidden ? EACCES : error;
	}
}

/** start_shell - execute the shell on @path, which the kernel does not execute. Return: an errno value. */
static int
start_shell(const char *path, const struct attempt *attempt)
{
	const char *const *argv = (const char *const *)attempt->argv;
	struct bg_reader reader = {0};
	size_t count = 0;
	const char **words;

	while (bg_caller_word(&reader, argv, count))
		count++;
	words = __builtin_alloca((count + 3) * sizeof(*words));
	words[0] = SHELL;
	words[1] = path;
	for (size_t i = 1; i < count; i++)
		words[i + 1] = argv[i];
	words[count > 1 ? count + 1 : 2] = NULL;
	execute_path(SHELL, (char *const *)(const void *)words, attempt->envp);
	return errno;
}

/** try - execute @path. Return: why not, an errno value. */
static int
try(const char *path, void *context)
{
	const struct attempt *attempt = context;

	execute_path(path, attempt->argv, attempt->envp);
	return errno == ENOEXEC ? start_shell(path, attempt) : errno;
}

/** execute_search - execvpe(3). */
int
execute_search(const char *file, char *const *argv, char *const *envp)
{
	struct attempt attempt = {.argv = argv, .envp = envp};

	errno = execute_search_each(file, try, &attempt);
	return -1;
}
