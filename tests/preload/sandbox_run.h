/* SPDX-License-Identifier: MIT
 * sandbox_run.h - runs hosts/sandbox.c under filters, and reads in libbindguard(7) which calls the guard makes. */
#ifndef BINDGUARD_TESTS_PRELOAD_SANDBOX_RUN_H
#define BINDGUARD_TESTS_PRELOAD_SANDBOX_RUN_H

#include <stddef.h>

/** CALLS_MAX - one more than the highest number of a system call. */
#define CALLS_MAX 512

/**
 * struct sandbox_plan - a thing that a sandboxed program does.
 * @environment: of the guard
 * @arguments: of the host, behind the filter
 * @rows: what the guard does then, as libbindguard(7) names it
 * @socket: what becomes of the socket, as the host describes it
 */
struct sandbox_plan {
	const char *environment;
	const char *arguments;
	const char *rows;
	const char *socket;
};

void sandbox_add(char list[CALLS_MAX], const char *name);
void sandbox_read_rows(const char *rows, char list[CALLS_MAX], char needed[CALLS_MAX]);
void sandbox_run(const struct sandbox_plan *plan, const char *filters, char *output, size_t size);
void sandbox_append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int sandbox_set_up(void **state);
int sandbox_tear_down(void **state);

#endif
