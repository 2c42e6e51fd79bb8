/* SPDX-License-Identifier: MIT
 * confuse_host.c - makes libconfuse a guest: it cannot end the process, change its locale, read its environment, open
 * files or print, and its memory is the arena's. Cold. Only functions that glibc and musl both have are used, so that either
 * loads the library. The names are those that confuse-redefine.txt gives libconfuse's imports. */
#include "load/confuse_host.h"

#include <string.h>

#include "load/arena.h"

jmp_buf *bg_confuse_escape;
/* The streams that libconfuse names are never used: it has parse()'s, and an error function to print by. */
FILE *bg_confuse_stdin, *bg_confuse_stdout, *bg_confuse_stderr;

/** bg_confuse_exit - its scanner calls exit(3) when memory runs out; parse() has always set the way out. */
_Noreturn void
bg_confuse_exit(void)
{
	longjmp(*bg_confuse_escape, 1);
}

extern __typeof__(bg_confuse_exit) bg_confuse_abort __attribute__((alias("bg_confuse_exit")));
extern __typeof__(bg_confuse_exit) bg_confuse_assert __attribute__((alias("bg_confuse_exit")));

/** bg_confuse_nothing - for what must not happen in a host and is of no use here: nothing is done, 0 or NULL is returned. */
void *
bg_confuse_nothing(void)
{
	return NULL;
}

/* Arguments that a function does not look at may be handed to it: that holds in each ABI of Linux. */
extern __typeof__(bg_confuse_nothing) bg_confuse_getpwnam __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_getpwuid __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_geteuid __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_isatty __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fopen __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_setlocale __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_bindtextdomain __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_dcgettext __attribute__((alias("bg_confuse_nothing"))); /* hear() */
extern __typeof__(bg_confuse_nothing) bg_confuse_fprintf __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_vfprintf __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fmemopen __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fclose __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_ferror __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_clearerr __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fileno __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fputc __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fputs __attribute__((alias("bg_confuse_nothing")));
extern __typeof__(bg_confuse_nothing) bg_confuse_fwrite __attribute__((alias("bg_confuse_nothing")));
/* The arena goes whole. */
extern __typeof__(bg_confuse_nothing) bg_confuse_free __attribute__((alias("bg_confuse_nothing")));

/** bg_confuse_stat - there is no file, nor more to read than what bg_confuse_fread() gives. */
int
bg_confuse_stat(void)
{
	return -1;
}

extern __typeof__(bg_confuse_stat) bg_confuse_getc __attribute__((alias("bg_confuse_stat")));
extern __typeof__(bg_confuse_stat) bg_confuse_snprintf __attribute__((alias("bg_confuse_stat")));

/** bg_confuse_getenv - scan.c tells ${NAME} as a mistake; what it stands for must not make another. */
char *
bg_confuse_getenv(const char *name)
{
	static char unknown[] = "unknown";

	(void)name;
	return unknown;
}

/** bg_confuse_sscanf - the number in an escape, which scan.c tells as a mistake. */
int
bg_confuse_sscanf(const char *text, const char *format, unsigned *number)
{
	(void)text, (void)format;
	*number = '?';
	return 1;
}

void *
bg_confuse_calloc(size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(bytes);
}

void *
bg_confuse_reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_realloc(old, bytes);
}

char *
bg_confuse_strdup(const char *text)
{
	return arena_copy(text, strlen(text));
}

char *
bg_confuse_strndup(const char *text, size_t most)
{
	return arena_copy(text, strnlen(text, most));
}
