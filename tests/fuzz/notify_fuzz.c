/* SPDX-License-Identifier: MIT
 * notify_fuzz.c - arbitrary struct seccomp_data against the filter and its decoder: what the filter traps is what the
 * decoder knows, by the numbers of the kernel's own tables, and the arguments are the call's own. */
#include <errno.h>
#include <linux/audit.h>
#include <stdbool.h>

#include "fuzz/fuzz.h"
#include "seccomp/filter.h"

#define X32_BIT 0x40000000u /* __X32_SYSCALL_BIT, asm/unistd.h */
#define FILTER_LOADS (BPF_LD | BPF_W | BPF_ABS)

static struct filter filter;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	must(filter_build(&filter) == 0 && filter.count > 0);
	return 0;
}

/** jump_of - how many steps a conditional jump skips. */
static unsigned
jump_of(const struct sock_filter *step, uint32_t value)
{
	bool taken;

	switch (step->code) {
	case BPF_JMP | BPF_JA: return step->k;
	case BPF_JMP | BPF_JEQ | BPF_K: taken = value == step->k; break;
	case BPF_JMP | BPF_JGT | BPF_K: taken = value > step->k; break;
	case BPF_JMP | BPF_JGE | BPF_K: taken = value >= step->k; break;
	case BPF_JMP | BPF_JSET | BPF_K: taken = value & step->k; break;
	default: must(!"a step that this interpreter does not know"); return 0;
	}
	return taken ? step->jt : step->jf;
}

/** run_filter - what the kernel would do with the call: the part of classic BPF that libseccomp writes. */
static uint32_t
run_filter(const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (unsigned at = 0; at < filter.count; at++) {
		const struct sock_filter *step = &filter.steps[at];

		if (step->code == (BPF_RET | BPF_K))
			return step->k;
		if (step->code == FILTER_LOADS) {
			must(step->k <= sizeof(*data) - sizeof(value));
			memcpy(&value, (const char *)data + step->k, sizeof(value));
		} else if (step->code == (BPF_ALU | BPF_AND | BPF_K)) {
			value &= step->k;
		} else {
			at += jump_of(step, value);
		}
	}
	must(!"the filter ends without an answer");
	return 0;
}

/**
 * expect_trap - which trapped call is it, by arch/x86/entry/syscalls/syscall_64.tbl and syscall_32.tbl?
 * @word: bytes of its words, where it is one
 */
static enum trap
expect_trap(const struct seccomp_data *data, bool *packed, size_t *word)
{
	uint32_t number = (uint32_t)data->nr;

	*packed = false;
	if (data->arch == AUDIT_ARCH_X86_64) {
		*word = number & X32_BIT ? 4 : 8;
		switch (number & ~X32_BIT) {
		case 49: return TRAP_BIND;
		case 42: return TRAP_CONNECT;
		case 50: return TRAP_LISTEN;
		default: return TRAP_NONE;
		}
	}
	*word = 4;
	if (data->arch != AUDIT_ARCH_I386)
		return TRAP_NONE;
	switch (number) {
	case 361: return TRAP_BIND;
	case 362: return TRAP_CONNECT;
	case 363: return TRAP_LISTEN;
	case 102: break;
	default: return TRAP_NONE;
	}
	*packed = data->args[0] == 2 || data->args[0] == 3 || data->args[0] == 4; /* SYS_BIND ... of linux/net.h */
	return *packed ? (enum trap)data->args[0] : TRAP_NONE;
}

/** check_filter - the filter traps the calls that the decoder knows, and no others. */
static void
check_filter(const struct seccomp_data *data, enum trap trap)
{
	uint32_t answer = run_filter(data);

	if (trap != TRAP_NONE) {
		must(answer == SECCOMP_RET_USER_NOTIF);
		return;
	}
	must(answer == SECCOMP_RET_ALLOW || answer == (SECCOMP_RET_ERRNO | ENOSYS));
	/* io_uring_setup(2) has one number on all of them. */
	if (data->arch == AUDIT_ARCH_X86_64 || data->arch == AUDIT_ARCH_I386)
		must((answer != SECCOMP_RET_ALLOW) ==
		     (((uint32_t)data->nr & (data->arch == AUDIT_ARCH_X86_64 ? ~X32_BIT : ~0u)) == 425));
	else
		must(answer == SECCOMP_RET_ALLOW);
}

/** check_unpack - the three words that the target's memory has, of @trapped->word bytes each and not one byte more. */
static void
check_unpack(struct trapped *trapped, struct input *input)
{
	size_t size = 3 * trapped->word;
	unsigned char *words = malloc(size);

	must(words);
	input_take(input, words, size);
	filter_unpack(trapped, words);
	for (size_t i = 0; i < 3; i++) {
		uint64_t expected = 0;

		for (size_t b = trapped->word; b-- > 0;)
			expected = expected << 8 | words[i * trapped->word + b];
		must(trapped->arguments[i] == expected);
	}
	free(words);
}

/** draw - a call: the architecture and number are often those of a call that counts, else any. */
static struct seccomp_data
draw(struct input *input)
{
	static const uint32_t archs[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64,
					 AUDIT_ARCH_I386,   AUDIT_ARCH_ARM,  AUDIT_ARCH_AARCH64};
	static const uint32_t numbers[] = {42, 49, 50, 102, 361, 362, 363, 425};
	uint8_t shape = input_byte(input);
	struct seccomp_data data;

	input_take(input, &data, sizeof(data));
	if (shape & 1)
		data.arch = archs[(shape >> 5) % 6];
	if (shape & 2)
		data.nr = (int)(numbers[(shape >> 2) & 7] | ((uint32_t)data.nr & X32_BIT));
	if (data.arch == AUDIT_ARCH_I386) {
		/* The kernel's entry takes 32-bit registers. */
		data.nr = shape & 2 ? (int)((uint32_t)data.nr & ~X32_BIT) : data.nr;
		for (size_t i = 0; i < 6; i++)
			data.args[i] &= UINT32_MAX;
	}
	return data;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {.bytes = bytes, .left = size};
	struct seccomp_data data = draw(&input);
	struct trapped trapped;
	enum trap expected;
	size_t word;
	bool packed;

	filter_decode(&data, &trapped);
	expected = expect_trap(&data, &packed, &word);
	must(trapped.trap == expected);
	check_filter(&data, expected);
	if (expected == TRAP_NONE)
		return 0;
	must(trapped.packed == packed && trapped.word == word);
	if (packed) {
		must(trapped.at == data.args[1]);
		check_unpack(&trapped, &input);
	} else {
		must(memcmp(trapped.arguments, data.args, sizeof(trapped.arguments)) == 0);
	}
	return 0;
}
