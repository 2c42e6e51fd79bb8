/* SPDX-License-Identifier: MIT
 * alloc.h - makes the N-th allocation of the loader fail, in process. Makefile: libs_faults has the wrapped names. */
#ifndef BINDGUARD_TESTS_FAULTS_ALLOC_H
#define BINDGUARD_TESTS_FAULTS_ALLOC_H

#include <stdbool.h>

/** enum alloc_kind - which: those that ask libc and the kernel, or those that ask the arena, libconfuse's among them. */
enum alloc_kind { ALLOC_SYSTEM = 1, ALLOC_ARENA = 2 };

void alloc_arm(enum alloc_kind kind, unsigned at, bool onward);
unsigned alloc_disarm(void);
long alloc_outstanding(void);

#endif
