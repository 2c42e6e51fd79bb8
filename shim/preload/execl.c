/* SPDX-License-Identifier: MIT
 * execl.c - the exported execl(3), execlp(3) and execle(3), whose words are arguments of their own. Run in the program's own
 * call: any thread, signal handlers, vforked children. As in libc, the list of words is on the stack. */
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include "preload/execute.h"

/** count - the words from @first on, the NULL behind them included. */
static size_t
count(const char *first, va_list words)
{
	size_t counted = 1;

	for (const char *word = first; word; word = va_arg(words, const char *))
		counted++;
	return counted;
}

/** list - put them into @argv. @words is then behind the NULL. */
static void
list(const char *first, va_list *words, const char **argv)
{
	for (const char *word = first; word; word = va_arg(*words, const char *))
		*argv++ = word;
	*argv = NULL;
}

BG_EXPORT int
execl(const char *path, const char *first, ...)
{
	const char **argv;
	va_list words;
	int result;

	va_start(words, first);
	argv = __builtin_alloca(count(first, words) * sizeof(*argv));
	va_end(words);
	va_start(words, first);
	list(first, &words, argv);
	result = execute_path(path, (char *const *)(const void *)argv, environ);
	va_end(words);
	return result;
}

BG_EXPORT int
execlp(const char *file, const char *first, ...)
{
	const char **argv;
	va_list words;
	int result;

	va_start(words, first);
	argv = __builtin_alloca(count(first, words) * sizeof(*argv));
	va_end(words);
	va_start(words, first);
	list(first, &words, argv);
	result = execute_search(file, (char *const *)(const void *)argv, environ);
	va_end(words);
	return result;
}

BG_EXPORT int
execle(const char *path, const char *first, ...)
{
	const char **argv;
	va_list words;
	int result;

	va_start(words, first);
	argv = __builtin_alloca(count(first, words) * sizeof(*argv));
	va_end(words);
	va_start(words, first);
	list(first, &words, argv);
	result = execute_path(path, (char *const *)(const void *)argv, va_arg(words, char *const *));
	va_end(words);
	return result;
}
