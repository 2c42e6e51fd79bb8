/* SPDX-License-Identifier: MIT
 * guarded.h - runs shell commands bare and under the engine `seccomp`, and looks at processes. */
#ifndef BINDGUARD_TESTS_SECCOMP_GUARDED_H
#define BINDGUARD_TESTS_SECCOMP_GUARDED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** HOST - path of the host program @name, in a string literal. */
#define HOST(name) BG_BUILD_DIR "/hosts/" name

void log_to(const char *where);
int run_bare(const char *command, char *output, size_t size);
int run_guarded(const char *before, const char *command, char *output, size_t size);
bool wait_until(bool (*condition)(const void *what), const void *what);
bool process_is_gone(const void *pid);
bool process_is_stopped(const void *pid);
bool process_has_run(const void *pid);
bool file_has_text(const void *path);
char process_state(pid_t pid);
int process_descriptors(pid_t pid);
void read_text(const char *path, char *text, size_t size);

#endif
