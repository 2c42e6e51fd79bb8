/* SPDX-License-Identifier: MIT
 * confuse_host.h - what libconfuse finds instead of the parts of libc that it must not use in a host process. Cold. */
#ifndef BINDGUARD_LOAD_CONFUSE_HOST_H
#define BINDGUARD_LOAD_CONFUSE_HOST_H

#include <setjmp.h>
#include <stdio.h>

/** bg_confuse_escape - where exit(3), abort(3) and assert(3) of libconfuse jump to; set while it runs. */
extern jmp_buf *bg_confuse_escape;

extern FILE *bg_confuse_stdin, *bg_confuse_stdout, *bg_confuse_stderr;
_Noreturn void bg_confuse_exit(void);
void *bg_confuse_nothing(void);
int bg_confuse_stat(void);
char *bg_confuse_getenv(const char *name);
int bg_confuse_sscanf(const char *text, const char *format, unsigned *number);
void *bg_confuse_calloc(size_t count, size_t size);
void *bg_confuse_reallocarray(void *old, size_t count, size_t size);
char *bg_confuse_strdup(const char *text);
char *bg_confuse_strndup(const char *text, size_t most);

#endif
