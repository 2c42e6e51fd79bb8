/* SPDX-License-Identifier: MIT
 * capture.h - runs the built command `bindguard` and keeps what it says. */
#ifndef BINDGUARD_TESTS_LAUNCHER_CAPTURE_H
#define BINDGUARD_TESTS_LAUNCHER_CAPTURE_H

#include <jansson.h>
#include <stddef.h>

/**
 * struct capture - how a run ended.
 * @status: exit status; -1 where it did not exit
 * @out, @err: what was on standard output and standard error, terminated
 */
struct capture {
	int status;
	char out[256 * 1024];
	char err[64 * 1024];
};

const struct capture *capture_run(const char *environment, const char *arguments);
const char *capture_file(const char *name, const char *text, size_t size);
const char *capture_path(const char *name);
int capture_set_up(void **state);
int capture_tear_down(void **state);
void capture_expect(const char *text, const char *part);
const struct capture *capture_check(const char *environment, const char *path);
const struct capture *capture_explain(const char *arguments);
json_t *capture_explain_json(const char *arguments, int *status);
unsigned capture_lines(const char *text);
void capture_figure(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
