/* SPDX-License-Identifier: MIT
 * start.h - a configuration each of whose rules the host fault_start can tell from its absence, and what it then prints. */
#ifndef BINDGUARD_TESTS_FAULTS_START_H
#define BINDGUARD_TESTS_FAULTS_START_H

#include <stdbool.h>
#include <stddef.h>

#include "faults/tracer.h"
#include "net/addresses.h"

/** START_RULES - the rule for the program comes by its name, the one for the command by its command line. */
#define START_RULES                                                                                                    \
	"rule \"port\" {\n\tport = {\"4101\"}\n\taction = deny\n\terror = EADDRINUSE\n}\n"                             \
	"rule \"command\" {\n\tcommand = {\"*fault_start*\"}\n\tport = {\"4102\"}\n\taction = deny\n\terror = "        \
	"EPERM\n}\n"                                                                                                   \
	"rule \"program\" {\n\tprogram = {\"fault_start\"}\n\tport = {\"4103\"}\n\taction = deny\n\terror = EIO\n}\n"  \
	"rule \"servers\" {\n\taddress = {\"wildcard\"}\n\taction = rewrite\n\tto = {\"loopback\"}\n}\n"

/** What it prints behind the number of injections: under the rules, under lockdown, under the built-in default. */
#define START_RIGHT " 127.0.0.1:4100 98 1 5 " HERE4 ":4104\n"
#define START_LOCKDOWN " 127.0.0.1:4100 127.0.0.1:4101 127.0.0.1:4102 127.0.0.1:4103 13\n"
#define START_DEFAULT " 127.0.0.1:4100 127.0.0.1:4101 127.0.0.1:4102 127.0.0.1:4103 " HERE4 ":4104\n"

/**
 * struct start_result - what came of a start.
 * @trace: by the tracer
 * @output: of the program, behind the number of injections, and @allocations that number
 * @said: its standard error, and what syslog got
 */
struct start_result {
	struct trace trace;
	unsigned allocations;
	char output[512];
	char said[8192];
};

int start_set_up(void **state);
int start_tear_down(void **state);
void start_run(const char *preload, const char *const *environment, const struct fault *fault,
	       struct start_result *result);
void start_run_host(const char *const *words, const char *preload, const char *const *environment,
		    const struct fault *fault, struct start_result *result);
void start_expect_end(const struct fault *fault, const struct start_result *result);
bool start_is(const struct start_result *result, const char *output);

#endif
