/* SPDX-License-Identifier: MIT
 * verifier.h - what the kernel's verifier has to be shown of core, which the engine `cgroup` compiles for eBPF, too: each index is
 * bounded, each loop ends. In a process nothing of it costs an instruction. Pure. */
#ifndef BINDGUARD_VERIFIER_H
#define BINDGUARD_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "bindguard/attr.h"

/* What a policy may hold there; the engine refuses one that has more. Powers of two: an index is masked. */
#define BG_KERNEL_RULES_MAX 256
#define BG_KERNEL_VALUES_MAX 8	    /* of one list of ports, or of addresses */
#define BG_KERNEL_POLICY_MAX 65536u /* bytes of struct bg_policy with all that is behind it */

/** bg_step - one turn of bg_repeat(). Return: 0: go on, 1: no more. */
typedef long bg_step(uint32_t index, void *context);

#ifdef __bpf__

/* Of linux/bpf.h: calls a function @count times, which is verified once. Linux 5.17. */
static long (*bg_kernel_loop)(uint32_t count, void *step, void *context, uint64_t flags) = (void *)181;

/* Some rules are asked by other means, or refused when a policy is loaded: their code is left out. */
#define BG_KNOWS_PROGRAMS 0
#define BG_KNOWS_LIMITS 0
#define BG_KNOWS_CONNECT 0

/* An `and` that the compiler cannot take away: what it knows of a number the verifier may not. Linux 6.1 wants it here. */
#define BG_MASKED(number, most)                                                                                        \
	({                                                                                                             \
		uint64_t masked_ = (number);                                                                           \
		__asm__ volatile("%0 &= %1" : "+r"(masked_) : "i"((most)-1));                                          \
		masked_;                                                                                               \
	})
#define BG_RULE_INDEX(index) BG_MASKED(index, BG_KERNEL_RULES_MAX)
#define BG_POLICY_OFFSET(offset) BG_MASKED(offset, BG_KERNEL_POLICY_MAX)
/* Two bounds, which the compiler must not make one of: Linux 6.1 sees the end of a loop by a constant only. */
#define BG_MORE_VALUES(index, count)                                                                                   \
	((index) < BG_KERNEL_VALUES_MAX && ({                                                                          \
		 uint64_t count_ = (count);                                                                            \
		 __asm__ volatile("" : "+r"(count_));                                                                  \
		 (index) < count_;                                                                                     \
	 }))
/* The compiler is to forget what it knows of a pointer: it would test another in its place, and the verifier not this one. */
#define BG_OPAQUE(pointer)                                                                                             \
	({                                                                                                             \
		__asm__ volatile("" : "+r"(pointer));                                                                  \
		pointer;                                                                                               \
	})

/** bg_repeat - @step for 0, 1 ... @count - 1, until it says no more. */
BG_INLINE static inline void
bg_repeat(uint32_t first, uint32_t count, bg_step *step, void *context)
{
	(void)first; /* always 0 here: all facts are known at once */
	bg_kernel_loop(count, (void *)step, context, 0);
}

/* bg_rule_is_skipped(), a function of the program that core is a part of: which rules are for another executable. */

#else

#define BG_KNOWS_PROGRAMS 1
#define BG_KNOWS_LIMITS 1
#define BG_KNOWS_CONNECT 1
#define BG_RULE_INDEX(index) (index)
#define BG_POLICY_OFFSET(offset) (offset)
#define BG_MORE_VALUES(index, count) ((index) < (count))
#define BG_OPAQUE(pointer) (pointer)

/** bg_repeat - @step for @first, @first + 1 ... @count - 1, until it says no more. */
BG_INLINE static inline void
bg_repeat(uint32_t first, uint32_t count, bg_step *step, void *context)
{
	for (uint32_t i = first; i < count && step(i, context) == 0; i++)
		;
}

#define bg_rule_is_skipped(request, index) false

#endif

#endif
