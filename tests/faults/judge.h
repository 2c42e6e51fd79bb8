/* SPDX-License-Identifier: MIT
 * judge.h - what a run in which something failed may come to, and what it may not. */
#ifndef BINDGUARD_TESTS_FAULTS_JUDGE_H
#define BINDGUARD_TESTS_FAULTS_JUDGE_H

#include "faults/plan.h"

/** struct record - a line of the host fault_calls, which see. */
struct record {
	int more, error;
	unsigned at, injected;
	long number;
	int own_fd;
	unsigned family;
	long third;
	unsigned part;
	int status, exposed, leaked, changed, blocked, said;
	char name[128];
	int result[PLAN_STEPS], errors[PLAN_STEPS];
};

/**
 * struct row - a case.
 * @environment: of the host; @plan: FAMILY TYPE V6ONLY PORT STEPS ALLOWED, @steps: the same STEPS; @errors: of the injections
 * @name: of its socket, when nothing fails
 * @refusals: errors that a refused call may have beside the injected one and EACCES, at most three
 */
struct row {
	const char *environment, *plan, *steps, *errors, *name;
	int refusals[3];
};

void judge_begin(void);
bool judge_read(const char *line, size_t steps, struct record *record);
void judge(const struct row *row, const struct record *right, const struct record *record);
const char *judge_end(void);

#endif
