/* SPDX-License-Identifier: MIT
 * tracer.h - makes the N-th system call of a part of a traced process fail, by ptrace(2): the kernel never sees it. The
 * process marks the part itself. */
#ifndef BINDGUARD_TESTS_FAULTS_TRACER_H
#define BINDGUARD_TESTS_FAULTS_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/** FAULT_MARK - an option of prctl(2) that no kernel knows: what it says is meant for the tracer. */
#define FAULT_MARK 0x62676661

/** enum fault_mark - its second argument. The third of FAULT_OPEN is the number of the guarded call that follows. */
enum fault_mark { FAULT_CLOSE, FAULT_OPEN, FAULT_END };

/** enum fault_more - which of the calls that follow fail, too. */
enum fault_more {
	FAULT_ALONE,  /* none */
	FAULT_ONWARD, /* all, but for those that only undo: giving a signal mask back, detaching a filter */
	FAULT_ALIKE,  /* all of the same number, with the same exceptions: as under a seccomp(2) filter */
};

/**
 * struct fault - what is to fail.
 * @at: the how manieth call, from 1; 0: none
 * @error: how
 */
struct fault {
	unsigned at;
	enum fault_more more;
	int error;
};

/**
 * struct trace - what came of it.
 * @calls: system calls in the marked parts, @injected: of them made to fail
 * @number, @arguments, @part: the first that was, and the number of its part; @family: of the address of a connect(2)
 * @status: wait status of the process
 */
struct trace {
	unsigned calls;
	unsigned injected;
	long number;
	long arguments[3];
	unsigned part;
	unsigned short family;
	int status;
};

/** FAULT_ENTRY, FAULT_EXIT - fault_call.op. */
#define FAULT_ENTRY 1
#define FAULT_EXIT 2

/**
 * struct fault_call - the part of struct ptrace_syscall_info that is looked at.
 * @op: FAULT_ENTRY, or FAULT_EXIT: then @number is what the call returns
 */
struct fault_call {
	uint8_t op;
	uint8_t padding[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	uint64_t number;
	uint64_t arguments[6];
};

/** fault_mark - seen by the tracer alone; changes errno. */
static inline void
fault_mark(enum fault_mark mark, unsigned part)
{
	syscall(SYS_prctl, FAULT_MARK, mark, part, 0L, 0L);
}

bool fault_possible(void);
void fault_look(pid_t thread, struct fault_call *call);
unsigned short fault_family(pid_t thread, const struct fault_call *call);
bool fault_skip(pid_t thread, const struct fault_call *call);
bool fault_answer(pid_t thread, int error);
void fault_trace(pid_t child, const struct fault *fault, struct trace *trace);
const char *fault_error_name(int error);
const char *fault_more_name(enum fault_more more);

#endif
