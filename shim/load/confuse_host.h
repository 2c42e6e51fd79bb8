/* SPDX-License-Identifier: MIT
 * confuse_host.h - what libconfuse finds instead of the parts of libc that it must not use in a host process. Cold. */
#ifndef BINDGUARD_LOAD_CONFUSE_HOST_H
#define BINDGUARD_LOAD_CONFUSE_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

/** bg_confuse_escape - where exit(3), abort(3) and assert(3) of libconfuse jump to; set while it runs. */
extern jmp_buf *bg_confuse_escape;

/* Stand-ins, by the names that confuse-redefine.txt gives libconfuse's imports. */
extern FILE *bg_confuse_stdin, *bg_confuse_stdout, *bg_confuse_stderr;
_Noreturn void bg_confuse_exit(int status);
_Noreturn void bg_confuse_abort(void);
_Noreturn void bg_confuse_assert(const char *what, const char *file, unsigned line, const char *function);
char *bg_confuse_getenv(const char *name);
void *bg_confuse_getpwnam(const char *name);
void *bg_confuse_getpwuid(unsigned uid);
unsigned bg_confuse_geteuid(void);
int bg_confuse_isatty(int fd);
void *bg_confuse_fopen(const char *path, const char *mode);
int bg_confuse_stat(const char *path, void *status);
char *bg_confuse_setlocale(int category, const char *locale);
char *bg_confuse_bindtextdomain(const char *domain, const char *folder);
char *bg_confuse_dcgettext(const char *domain, const char *message, int category);
int bg_confuse_fprintf(FILE *file, int flag, const char *format, ...);
int bg_confuse_vfprintf(FILE *file, int flag, const char *format, va_list arguments);
int bg_confuse_snprintf(char *text, size_t size, int flag, size_t room, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void *bg_confuse_calloc(size_t count, size_t size);
void *bg_confuse_reallocarray(void *old, size_t count, size_t size);
void bg_confuse_free(void *memory);
char *bg_confuse_strdup(const char *text);
int bg_confuse_strcmp(const char *one, const char *other);
char *bg_confuse_strndup(const char *text, size_t most);
FILE *bg_confuse_fmemopen(void *text, size_t size, const char *mode);
int bg_confuse_fclose(FILE *file);
size_t bg_confuse_fread(void *to, size_t size, size_t count, FILE *file);
int bg_confuse_getc(FILE *file);
int bg_confuse_ferror(FILE *file);
void bg_confuse_clearerr(FILE *file);
int bg_confuse_fileno(FILE *file);
int bg_confuse_fputc(int c, FILE *file);
int bg_confuse_fputs(const char *text, FILE *file);
size_t bg_confuse_fwrite(const void *from, size_t size, size_t count, FILE *file);
int bg_confuse_sscanf(const char *text, const char *format, ...) __attribute__((format(scanf, 2, 3)));

#endif
