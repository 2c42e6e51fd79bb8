/* SPDX-License-Identifier: MIT
 * drive.h - runs the command `bindguard` in a folder of the test's own, beside a library of the test's choice. */
#ifndef BINDGUARD_TESTS_LAUNCHER_DRIVE_H
#define BINDGUARD_TESTS_LAUNCHER_DRIVE_H

#include <stdbool.h>
#include <stddef.h>

/** DRIVE_OUTPUT_MAX - bytes kept of an output. */
#define DRIVE_OUTPUT_MAX 16384

/**
 * struct drive_result - a shell command that has run.
 * @status: exit status as the shell gives it, 128 + signal; -1 where it did not end in time
 * @out, @err: what came on standard output and error until both were closed, terminated
 * @closed: both were closed by all who had them
 */
struct drive_result {
	int status;
	char out[DRIVE_OUTPUT_MAX];
	char err[DRIVE_OUTPUT_MAX];
	bool closed;
};

int drive_set_up(void **state);
int drive_tear_down(void **state);
const char *drive_folder(void);
const struct drive_result *drive(const char *format, ...) __attribute__((format(printf, 1, 2)));
const struct drive_result *drive_expect(int status, const char *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void drive_expect_out(const char *out, const char *command);
void drive_expect_told(int status, const char *line, const char *command);
void figure(const char *format, ...) __attribute__((format(printf, 1, 2)));
void drive_needs_seccomp(void);
bool drive_write(const char *name, const char *text, unsigned mode);

#endif
