/* SPDX-License-Identifier: MIT
 * attr.h - the marks that say where a function may run. Used in every room; holds nothing else. */
#ifndef BINDGUARD_ATTR_H
#define BINDGUARD_ATTR_H

/**
 * BG_SIGSAFE - the function may run in a signal handler, in a vforked child and on a 16 KiB stack.
 *
 * It calls nothing but other BG_SIGSAFE functions, system calls, and the few libc functions listed with a reason in
 * tests/lint/sigsafe-symbols.txt. `make lint` links the objects of core, guard and preload's hot files together and
 * compares what they import with that list. A program of the kernel's (eBPF, bindguard/verifier.h) has no calls: there it is
 * made part of its callers.
 */
#ifdef __bpf__
#define BG_SIGSAFE static inline __attribute__((always_inline, unused))
#else
#define BG_SIGSAFE
#endif

/** BG_INLINE - likewise, of a `static inline` function that stands in a header. */
#define BG_INLINE __attribute__((always_inline, unused))

/** BG_EXPORT - the symbol is one of the intercepted calls; everything else stays hidden (shim/preload/exports.map). */
#define BG_EXPORT __attribute__((visibility("default")))

#endif
