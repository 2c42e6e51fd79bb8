/* SPDX-License-Identifier: MIT
 * supervisor.h - a program under the engine `seccomp`, whose supervisor is traced: each of its system calls from a
 * notification to the last answer can be made to fail. */
#ifndef BINDGUARD_TESTS_FAULTS_SUPERVISOR_H
#define BINDGUARD_TESTS_FAULTS_SUPERVISOR_H

#include "faults/judge.h"
#include "faults/tracer.h"
#include "preload/host.h"

/**
 * struct supervised_program - the program, its supervisor, and what the tracer knows of that.
 * @process: the program's; its group
 * @supervisor, @signals: traced; signalfd(2) that tells of its stops
 * @fault, @trace: of the present round; @trace is written
 * @copy: the supervisor's duplicate of the program's socket, @own: what failed was a call on it
 * @counting: a round goes on; @answering: a skipped call is to return; @resting: it waits in poll(2); @duplicating: a
 *            pidfd_getfd(2) is to return; @dead: it has ended
 */
struct supervised_program {
	struct process process;
	pid_t supervisor;
	int signals;
	struct fault fault;
	struct trace trace;
	long copy;
	bool own, counting, answering, resting, duplicating, dead;
};

void supervised_start(struct supervised_program *s, const char *before, const char *inside, const char *plan,
		      const char *redirection);
bool supervised_round(struct supervised_program *s, const struct fault *fault);
void supervised_stop(struct supervised_program *s);

#endif
