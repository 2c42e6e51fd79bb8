/* SPDX-License-Identifier: MIT
 * plan.h - what a host of this folder does with one socket, in a word or two, and what it sees of that. */
#ifndef BINDGUARD_TESTS_FAULTS_PLAN_H
#define BINDGUARD_TESTS_FAULTS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

/** PLAN_STEPS - calls of a plan at most; PLAN_WORDS - words that make one, without @nobody. */
#define PLAN_STEPS 4
#define PLAN_WORDS 6

/** PLAN_KEPT - errno before each call: a success leaves it so. */
#define PLAN_KEPT 4711

/**
 * struct plan - what is done.
 * @family, @type, @protocol, @v6only, @port: the socket, of `tcp`, `mptcp` or `udp`; @v6only -1: as it is
 * @steps: letters, in this order: b bind a wildcard, s bind this host's own address, r bindresvport, l listen, c connect to
 *         the other host, d dissolve, connect to AF_UNSPEC. A capital is a call in which something fails
 * @allowed: addresses and devices, joined by commas, that may serve; loopback and lo always may, `any`: all may
 */
struct plan {
	int family, type, protocol, v6only;
	unsigned port;
	const char *steps, *allowed;
};

/**
 * struct plan_outcome - what came of it.
 * @steps: what each call returned, and errno behind it
 * @fd: the socket's number
 * @leaked: descriptors that are open now and were not before
 * @exposed: others reach the program where they must not
 * @changed: the signal mask, or a flag of the descriptor, is not what it was
 * @blocked: the socket has a filter that drops all
 * @name: ADDRESS/PORT%DEVICE; the port is 0 where the kernel has chosen it
 */
struct plan_outcome {
	struct {
		int result, error;
	} steps[PLAN_STEPS];
	int fd, leaked;
	bool exposed, changed, blocked;
	char name[128];
};

void plan_read(char **words, struct plan *plan);
void plan_run(const struct plan *plan, struct plan_outcome *outcome);

#endif
