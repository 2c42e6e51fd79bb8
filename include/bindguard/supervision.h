/* SPDX-License-Identifier: MIT
 * supervision.h - is a process guarded by the engine `seccomp`? Answered from proc(5), for any process. Signal-safe. */
#ifndef BINDGUARD_SUPERVISION_H
#define BINDGUARD_SUPERVISION_H

#include <stdbool.h>

#include "bindguard/attr.h"

/** BG_SECCOMP_COMM - comm(5) of the supervisor's process: what it guards are its descendants with a seccomp filter. */
#define BG_SECCOMP_COMM "bindguard-super"
/** BG_SECCOMP_COMM_OBSERVES - likewise in mode observe, in which it changes nothing. */
#define BG_SECCOMP_COMM_OBSERVES "bindguard-watch"

/** enum bg_supervision - is there a supervisor of ours? Unknown must not be treated as no. */
enum bg_supervision {
	BG_SUPERVISED_NO,
	BG_SUPERVISED_YES,
	BG_SUPERVISED_OBSERVED, /* in mode observe: it changes nothing */
	BG_SUPERVISED_UNKNOWN,	/* we may not look */
};

/**
 * bg_supervision_of - is a supervisor of ours above process @pid? It is a subreaper, and guards what it started only; a
 * process that calls itself so deceives us, as one can that maps a file of the library's name.
 */
BG_SIGSAFE enum bg_supervision bg_supervision_of(int pid);

/**
 * bg_supervision_guards - does it do for @pid what this process is to do? There can be no other one then. One that observes
 * guards nobody, where rules are to be enforced.
 * @enforces: they are
 */
BG_SIGSAFE bool bg_supervision_guards(int pid, bool enforces);

/** bg_supervision_traced - does a debugger trace process @pid? ptrace(2). */
BG_SIGSAFE bool bg_supervision_traced(int pid);

#endif
