/* SPDX-License-Identifier: MIT
 * attr.h - the marks that say where a function may run. Used in every room; holds nothing else. */
#ifndef BINDGUARD_ATTR_H
#define BINDGUARD_ATTR_H

/**
 * BG_SIGSAFE - the function may run in a signal handler, in a vforked child and on a 16 KiB stack.
 *
 * It calls nothing but other BG_SIGSAFE functions, system calls, and the few libc functions listed with a reason in
 * tests/lint/sigsafe-symbols.txt. `make lint` links the objects of core, guard and preload's hot files together and
 * compares what they import with that list.
 */
#define BG_SIGSAFE

/** BG_EXPORT - the symbol is one of the intercepted calls; everything else stays hidden (shim/preload/exports.map). */
#define BG_EXPORT __attribute__((visibility("default")))

#endif
