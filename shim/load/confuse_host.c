/* SPDX-License-Identifier: MIT
 * confuse_host.c - makes libconfuse a guest: it cannot end the process, change its locale, read its environment, open
 * files or print. Cold. Only functions that glibc and musl both have are used, so that either loads the library. */
#include "load/confuse_host.h"

jmp_buf *bg_confuse_escape;
/* The streams that libconfuse names are never used: it is given text to read, and an error function instead of printing. */
FILE *bg_confuse_stdin, *bg_confuse_stdout, *bg_confuse_stderr;

/** bg_confuse_exit - its scanner calls exit(3) when memory runs out; parse() has always set the way out. */
_Noreturn void
bg_confuse_exit(int status)
{
	longjmp(*bg_confuse_escape, status ? status : 1);
}

_Noreturn void
bg_confuse_abort(void)
{
	longjmp(*bg_confuse_escape, 1);
}

_Noreturn void
bg_confuse_assert(const char *what, const char *file, unsigned line, const char *function)
{
	(void)what, (void)file, (void)line, (void)function;
	longjmp(*bg_confuse_escape, 1);
}

/** bg_confuse_getenv - the survey has told ${NAME} as a mistake; what it stands for must not make another. */
char *
bg_confuse_getenv(const char *name)
{
	static char unknown[] = "unknown";

	(void)name;
	return unknown;
}

void *
bg_confuse_getpwnam(const char *name)
{
	(void)name;
	return NULL;
}

void *
bg_confuse_getpwuid(unsigned uid)
{
	(void)uid;
	return NULL;
}

unsigned
bg_confuse_geteuid(void)
{
	return 0;
}

int
bg_confuse_isatty(int fd)
{
	(void)fd;
	return 0;
}

void *
bg_confuse_fopen(const char *path, const char *mode)
{
	(void)path, (void)mode;
	return NULL;
}

int
bg_confuse_stat(const char *path, void *status)
{
	(void)path, (void)status;
	return -1;
}

char *
bg_confuse_setlocale(int category, const char *locale)
{
	(void)category, (void)locale;
	return NULL;
}

char *
bg_confuse_bindtextdomain(const char *domain, const char *folder)
{
	(void)domain, (void)folder;
	return NULL;
}

/** bg_confuse_dcgettext - the message itself; gettext does not change it either, whatever its prototype says. */
char *
bg_confuse_dcgettext(const char *domain, const char *message, int category)
{
	union {
		const char *in;
		char *out;
	} same = {.in = message};

	(void)domain, (void)category;
	return same.out;
}

int
bg_confuse_fprintf(FILE *file, int flag, const char *format, ...)
{
	(void)file, (void)flag, (void)format;
	return 0;
}

int
bg_confuse_vfprintf(FILE *file, int flag, const char *format, va_list arguments)
{
	(void)file, (void)flag, (void)format, (void)arguments;
	return 0;
}

int
bg_confuse_snprintf(char *text, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list arguments;
	int length;

	(void)flag, (void)room;
	va_start(arguments, format);
	length = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return length;
}

int
bg_confuse_sscanf(const char *text, const char *format, ...)
{
	va_list arguments;
	int matched;

	va_start(arguments, format);
	matched = vsscanf(text, format, arguments);
	va_end(arguments);
	return matched;
}
