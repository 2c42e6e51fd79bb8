/* SPDX-License-Identifier: MIT
 * prove_host.h - runs `bindguard prove` as each user, with servers and what must be said of them. */
#ifndef BINDGUARD_TESTS_LAUNCHER_PROVE_HOST_H
#define BINDGUARD_TESTS_LAUNCHER_PROVE_HOST_H

#include <stddef.h>

/* Patterns of the rows of the table. */
#define V4 "127\\.0\\.0\\.1(%lo)?" /* what a rewritten server is bound to */
#define HERE " +reached +refused +refused +this machine only$"
#define AT4 " +at 127\\.0\\.0\\.1 only +refused +refused +this machine only$"
#define BOTH " +reached +reached +reached +EXPOSED$"
#define PYTHON " +python3[.0-9]*"

/** prove_users - prefixes of the command: as this test's own user, and as nobody where that can be had. */
extern const char *prove_users[2];
extern const char *prove_nobody;

void prove_possible(const char *user);
void prove_expect_line(const char *text, const char *pattern, const char *what);

/**
 * struct prove_case - a command and what must be said of it.
 * @command: behind `bindguard prove`
 * @lines: of the table, as patterns
 * @summary: the whole last line
 */
struct prove_case {
	const char *command;
	int status;
	const char *lines[5];
	const char *summary;
};

void prove_expect(const struct prove_case *cases, size_t count);
int prove_set_up(void **state);

#endif
