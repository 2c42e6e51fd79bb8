/* SPDX-License-Identifier: MIT
 * tracer.c - injects failing system calls by ptrace(2). Part of the tests and, without cmocka, of their hosts.
 *
 * A call is skipped by giving it a number that there is not, and its result is set when it returns. Nothing of the kind
 * can be told from a kernel that refuses, or a seccomp(2) filter with SECCOMP_RET_ERRNO. Whoever is traced sees to it
 * that it ends (alarm(2)): what hangs ends by SIGALRM.
 */
#include "faults/tracer.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#define GET_SYSCALL_INFO 0x420e /* <linux/ptrace.h>, which does not go with <sys/ptrace.h>; Linux 5.3 */

/** fault_possible - is this an architecture whose registers are known here? */
bool
fault_possible(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
	return true;
#else
	return false;
#endif
}

/**
 * fault_skip - @call, which @thread is about to make, is not made; but close(2) is, which closes whatever it returns: that
 * is so with Linux.
 */
bool
fault_skip(pid_t thread, const struct fault_call *call)
{
	if (call->number == SYS_close)
		return true;
#if defined(__x86_64__)
	return ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L) == 0;
#elif defined(__aarch64__)
	int number = -1;
	struct iovec part = {.iov_base = &number, .iov_len = sizeof(number)};

	return ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &part) == 0;
#else
	return false;
#endif
}

/** fault_answer - the call that @thread returns from has failed with @error. */
bool
fault_answer(pid_t thread, int error)
{
#if defined(__x86_64__)
	return ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), -(long)error) == 0;
#elif defined(__aarch64__)
	struct user_regs_struct registers;
	struct iovec part = {.iov_base = &registers, .iov_len = sizeof(registers)};

	if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &part))
		return false;
	registers.regs[0] = (uint64_t) - (long)error;
	return ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &part) == 0;
#else
	(void)thread, (void)error;
	return false;
#endif
}

/** fault_look - what @thread, stopped at a system call, is about to make or returns from. */
void
fault_look(pid_t thread, struct fault_call *call)
{
	memset(call, 0, sizeof(*call));
	ptrace(GET_SYSCALL_INFO, thread, (void *)sizeof(*call), call);
}

/** fault_family - of the address that a connect(2) names. */
unsigned short
fault_family(pid_t thread, const struct fault_call *call)
{
	return (unsigned short)ptrace(PTRACE_PEEKDATA, thread, call->arguments[1], NULL);
}

/** struct state - of one traced process. @open: in a marked part; @answering: a skipped call is to return; @over: no more */
struct state {
	const struct fault *fault;
	struct trace *trace;
	unsigned part;
	bool open;
	bool answering;
	bool over;
};

/** only_undoes - a call whose failing would be no fault of the guard, but of the one before. */
static bool
only_undoes(const struct fault_call *info)
{
	return (info->number == SYS_rt_sigprocmask && info->arguments[0] == SIG_SETMASK) ||
	       (info->number == SYS_setsockopt && info->arguments[2] == SO_DETACH_FILTER);
}

/** is_wanted - is the present call, which is counted already, to fail? */
static bool
is_wanted(const struct fault_call *info, const struct fault *fault, const struct trace *trace)
{
	if (fault->at == 0 || trace->calls < fault->at || (fault->more != FAULT_ALONE && only_undoes(info)))
		return false;
	switch (fault->more) {
	case FAULT_ONWARD: return true;
	case FAULT_ALIKE: return trace->calls == fault->at || (trace->injected && (long)info->number == trace->number);
	default: return trace->calls == fault->at;
	}
}

/** enter - @child is about to make a call. */
static void
enter(pid_t child, const struct fault_call *info, struct state *state)
{
	struct trace *trace = state->trace;

	if (info->number == SYS_prctl && info->arguments[0] == FAULT_MARK) {
		state->open = info->arguments[1] == FAULT_OPEN;
		state->part = (unsigned)info->arguments[2];
		state->over = info->arguments[1] == FAULT_END;
		return;
	}
	/* brk(2) has no errno: the kernel's tells by where the break is, and libc takes an error for an address. */
	if (!state->open || info->number == SYS_brk)
		return;
	trace->calls++;
	if (!is_wanted(info, state->fault, trace))
		return;
	if (trace->injected++ == 0) {
		trace->number = (long)info->number;
		trace->part = state->part;
		for (size_t i = 0; i < 3; i++)
			trace->arguments[i] = (long)info->arguments[i];
		if (info->number == SYS_connect)
			trace->family = fault_family(child, info);
	}
	state->answering = fault_skip(child, info);
}

/** fault_trace - run @child, which has asked for it (PTRACE_TRACEME) and stopped, to its end. */
void
fault_trace(pid_t child, const struct fault *fault, struct trace *trace)
{
	struct state state = {.fault = fault, .trace = trace};
	int signal_number = 0;

	memset(trace, 0, sizeof(*trace));
	trace->status = -1;
	if (waitpid(child, &trace->status, __WALL) != child || !WIFSTOPPED(trace->status))
		return;
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	while (!state.over) {
		struct fault_call info = {.op = 0};

		ptrace(PTRACE_SYSCALL, child, NULL, (long)signal_number);
		if (waitpid(child, &trace->status, __WALL) != child || !WIFSTOPPED(trace->status))
			return;
		signal_number = WSTOPSIG(trace->status);
		if (signal_number == SIGTRAP) { /* of execve(2): another program, which has no part in it yet */
			signal_number = 0;
			state.open = state.answering = false;
		}
		if (signal_number != (SIGTRAP | 0x80))
			continue;
		signal_number = 0;
		fault_look(child, &info);
		if (info.op == FAULT_ENTRY)
			enter(child, &info, &state);
		else if (state.answering)
			state.answering = !fault_answer(child, fault->error);
		state.over |= trace->injected && !state.answering && fault->more == FAULT_ALONE;
	}
	ptrace(PTRACE_DETACH, child, NULL, NULL);
	waitpid(child, &trace->status, __WALL);
}

/** fault_error_name - of those that are injected. */
const char *
fault_error_name(int error)
{
	static const char *const names[] = {[EPERM] = "EPERM",	 [ENOMEM] = "ENOMEM", [EINTR] = "EINTR",
					    [ENOSYS] = "ENOSYS", [EACCES] = "EACCES", [EIO] = "EIO"};

	return (size_t)error < sizeof(names) / sizeof(names[0]) && names[error] ? names[error] : "?";
}

/** fault_more_name - to be put behind the number of the call. */
const char *
fault_more_name(enum fault_more more)
{
	return more == FAULT_ONWARD ? " and on" : more == FAULT_ALIKE ? " and its like" : "";
}
