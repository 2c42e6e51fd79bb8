/* SPDX-License-Identifier: MIT
 * empty_preload.c - a library that does nothing: what any preload costs. */
int bench_nothing;
