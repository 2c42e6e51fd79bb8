/* SPDX-License-Identifier: MIT
 * example.h - what a file of conf/examples does to a server, and how that is seen. */
#ifndef BINDGUARD_TESTS_SYSTEM_EXAMPLE_H
#define BINDGUARD_TESTS_SYSTEM_EXAMPLE_H

#include "system/rows.h"

/**
 * struct example_row - what an example does to a server.
 * @example: file of conf/examples
 * @expect: what is seen of the server that it guards
 * @there, @here: a shell command on the second host, and on this one, for it
 * @alone: it names one address itself, where it is tried by @there alone
 * @closed: it does not listen when it is guarded
 * @server: it; its rules are the example
 */
struct example_row {
	const char *example;
	void (*expect)(struct run *run, const struct example_row *row);
	const char *there;
	const char *here;
	bool alone;
	bool closed;
	struct server server;
};

void example_expect_shut(struct run *run, const struct example_row *row);
void example_expect_open(struct run *run, const struct example_row *row);
void example_expect_shut_alone(struct run *run, const struct example_row *row);
void example_expect_audited(struct run *run, const struct example_row *row);
void example_expect_vpn(struct run *run, const struct example_row *row);
void example_expect_limited(struct run *run, const struct example_row *row);
void example_expect_denied(struct run *run, const struct example_row *row);

#endif
