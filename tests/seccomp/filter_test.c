/* SPDX-License-Identifier: MIT
 * filter_test.c - the filter simulated: the program that the kernel would run is run here, for calls of every binary
 * interface, those that this machine's kernel does not have included. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "seccomp/filter.h"

#define X32 0x40000000
#define ALLOW SECCOMP_RET_ALLOW
#define NOTIFY SECCOMP_RET_USER_NOTIF
#define NO_SYSTEM (SECCOMP_RET_ERRNO | ENOSYS)

static struct filter filter;

/** run - classic BPF as seccomp(2) has it: what the program returns for @data. */
static uint32_t
run(const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned at = 0; at < filter.count; at++) {
		const struct sock_filter *step = &filter.steps[at];
		bool yes;

		switch (step->code) {
		case BPF_LD | BPF_W | BPF_ABS: memcpy(&a, (const char *)data + step->k, sizeof(a)); continue;
		case BPF_ALU | BPF_AND | BPF_K: a &= step->k; continue;
		case BPF_RET | BPF_K: return step->k;
		case BPF_JMP | BPF_JA: at += step->k; continue;
		case BPF_JMP | BPF_JEQ | BPF_K: yes = a == step->k; break;
		case BPF_JMP | BPF_JGT | BPF_K: yes = a > step->k; break;
		case BPF_JMP | BPF_JGE | BPF_K: yes = a >= step->k; break;
		case BPF_JMP | BPF_JSET | BPF_K: yes = (a & step->k) != 0; break;
		default: fail_msg("step %u: unknown code %#x", at, step->code); return 0;
		}
		at += yes ? step->jt : step->jf;
	}
	fail_msg("the program ends without an answer");
	return 0;
}

static unsigned calls_left; /* of libseccomp, until one fails; 0: none does */

/** fails - is it this call of libseccomp's turn to fail? */
static bool
fails(void)
{
	return calls_left > 0 && --calls_left == 0;
}

/** next - libseccomp's own function @name, into the function pointer at @slot. */
static void
next(const char *name, void *slot)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	assert_non_null(symbol);
	memcpy(slot, &symbol, sizeof(symbol));
}

scmp_filter_ctx
seccomp_init(uint32_t action)
{
	scmp_filter_ctx (*real)(uint32_t);

	next("seccomp_init", &real);
	return fails() ? NULL : real(action);
}

int
seccomp_attr_set(scmp_filter_ctx context, enum scmp_filter_attr attribute, uint32_t value)
{
	int (*real)(scmp_filter_ctx, enum scmp_filter_attr, uint32_t);

	next("seccomp_attr_set", &real);
	return fails() ? -EINVAL : real(context, attribute, value);
}

int
seccomp_arch_add(scmp_filter_ctx context, uint32_t token)
{
	int (*real)(scmp_filter_ctx, uint32_t);

	next("seccomp_arch_add", &real);
	return fails() ? -EDOM : real(context, token);
}

int
seccomp_rule_add(scmp_filter_ctx context, uint32_t action, int number, unsigned count, ...)
{
	int (*real)(scmp_filter_ctx, uint32_t, int, unsigned, ...);

	assert_int_equal(count, 0);
	next("seccomp_rule_add", &real);
	return fails() ? -EFAULT : real(context, action, number, 0);
}

int
seccomp_export_bpf(const scmp_filter_ctx context, int fd)
{
	int (*real)(const scmp_filter_ctx, int);

	next("seccomp_export_bpf", &real);
	return fails() ? -ECANCELED : real(context, fd);
}

/** struct sample - a call, and what becomes of it. */
struct sample {
	const char *name;
	uint32_t arch;
	int nr;
	uint64_t first;
	uint32_t action;
	enum trap trap;
	bool packed;
};

static const struct sample samples[] = {
#ifdef __x86_64__
	{"x86-64 bind", AUDIT_ARCH_X86_64, 49, 3, NOTIFY, TRAP_BIND, false},
	{"x86-64 listen", AUDIT_ARCH_X86_64, 50, 3, NOTIFY, TRAP_LISTEN, false},
	{"x86-64 connect", AUDIT_ARCH_X86_64, 42, 3, NOTIFY, TRAP_CONNECT, false},
	{"x86-64 accept", AUDIT_ARCH_X86_64, 43, 3, ALLOW, TRAP_NONE, false},
	{"x86-64 read", AUDIT_ARCH_X86_64, 0, 3, ALLOW, TRAP_NONE, false},
	{"x86-64 io_uring_setup", AUDIT_ARCH_X86_64, 425, 8, NO_SYSTEM, TRAP_NONE, false},
	{"x86-64 socketcall by libseccomp's number", AUDIT_ARCH_X86_64, __PNR_socketcall, 2, ALLOW, TRAP_NONE, false},
	{"x32 bind", AUDIT_ARCH_X86_64, X32 | 49, 3, NOTIFY, TRAP_BIND, false},
	{"x32 listen", AUDIT_ARCH_X86_64, X32 | 50, 3, NOTIFY, TRAP_LISTEN, false},
	{"x32 connect", AUDIT_ARCH_X86_64, X32 | 42, 3, NOTIFY, TRAP_CONNECT, false},
	{"x32 io_uring_setup", AUDIT_ARCH_X86_64, X32 | 425, 8, NO_SYSTEM, TRAP_NONE, false},
	{"x32 read", AUDIT_ARCH_X86_64, X32 | 0, 3, ALLOW, TRAP_NONE, false},
	{"i386 bind", AUDIT_ARCH_I386, 361, 3, NOTIFY, TRAP_BIND, false},
	{"i386 connect", AUDIT_ARCH_I386, 362, 3, NOTIFY, TRAP_CONNECT, false},
	{"i386 listen", AUDIT_ARCH_I386, 363, 3, NOTIFY, TRAP_LISTEN, false},
	{"i386 socketcall socket", AUDIT_ARCH_I386, 102, 1, ALLOW, TRAP_NONE, false},
	{"i386 socketcall bind", AUDIT_ARCH_I386, 102, 2, NOTIFY, TRAP_BIND, true},
	{"i386 socketcall connect", AUDIT_ARCH_I386, 102, 3, NOTIFY, TRAP_CONNECT, true},
	{"i386 socketcall listen", AUDIT_ARCH_I386, 102, 4, NOTIFY, TRAP_LISTEN, true},
	{"i386 socketcall accept", AUDIT_ARCH_I386, 102, 5, ALLOW, TRAP_NONE, false},
	{"i386 fstatfs64, x86-64's bind", AUDIT_ARCH_I386, 49, 3, ALLOW, TRAP_NONE, false},
	{"i386 io_uring_setup", AUDIT_ARCH_I386, 425, 8, NO_SYSTEM, TRAP_NONE, false},
	{"another machine's bind", AUDIT_ARCH_AARCH64, 200, 3, ALLOW, TRAP_NONE, false},
#endif
	{NULL, 0, 0, 0, 0, TRAP_NONE, false},
};

/** calls_of_every_interface_are_trapped - or let through, or refused; and decoded as what they are. */
static void
calls_of_every_interface_are_trapped(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct sample *sample = samples; sample->name; sample++, count++) {
		struct seccomp_data data = {
			.nr = sample->nr, .arch = sample->arch, .args = {sample->first, 0x1234, 16}};
		struct trapped trapped;
		uint32_t action = run(&data);

		if (action != sample->action)
			fail_msg("%s: action %#x, expected %#x", sample->name, action, sample->action);
		filter_decode(&data, &trapped);
		if (trapped.trap != sample->trap)
			fail_msg("%s: decoded as %d", sample->name, (int)trapped.trap);
		if (action != NOTIFY)
			continue;
		assert_int_equal(trapped.packed, sample->packed);
		if (sample->packed)
			assert_int_equal(trapped.at, 0x1234);
		else
			assert_int_equal(trapped.arguments[1], 0x1234);
	}
	printf("# figure: %zu kinds of call simulated, %u instructions\n", count, filter.count);
}

/** packed_arguments_are_read_in_the_callers_words - 4 bytes each for i386. */
static void
packed_arguments_are_read_in_the_callers_words(void **state)
{
	const uint32_t narrow[3] = {7, 0xfffffff0, 16};
	const uint64_t wide[3] = {7, 0xfffffffffffffff0, 16};
	struct trapped trapped = {.trap = TRAP_BIND, .packed = true, .word = 4};

	(void)state;
	filter_unpack(&trapped, (const unsigned char *)narrow);
	assert_int_equal(trapped.arguments[0], 7);
	assert_int_equal(trapped.arguments[1], 0xfffffff0);
	assert_int_equal(trapped.arguments[2], 16);
	trapped.word = 8;
	filter_unpack(&trapped, (const unsigned char *)wide);
	assert_true(trapped.arguments[1] == 0xfffffffffffffff0);
}

/** library_failing_at_any_call_makes_no_filter - and no weaker one: whichever call of libseccomp it is. */
static void
library_failing_at_any_call_makes_no_filter(void **state)
{
	struct filter *made = malloc(sizeof(*made));
	unsigned count = 0;

	(void)state;
	assert_non_null(made);
	for (;;) {
		int error;

		calls_left = ++count;
		error = filter_build(made);
		if (calls_left > 0)
			break; /* there were fewer */
		assert_true(error < 0);
	}
	calls_left = 0;
	assert_true(count > 7);
	assert_int_equal(filter_build(made), 0);
	assert_int_equal(made->count, filter.count);
	assert_memory_equal(made->steps, filter.steps, filter.count * sizeof(filter.steps[0]));
	free(made);
	printf("# figure: %u calls of libseccomp, each failed once\n", count - 1);
}

static int
set_up(void **state)
{
	(void)state;
	return filter_build(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_every_interface_are_trapped),
		cmocka_unit_test(packed_arguments_are_read_in_the_callers_words),
		cmocka_unit_test(library_failing_at_any_call_makes_no_filter),
	};

	return cmocka_run_group_tests_name("filter", tests, set_up, NULL);
}
