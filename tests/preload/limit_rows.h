/* SPDX-License-Identifier: MIT
 * limit_rows.h - who reaches a server that is limited, confined, rewritten or bare. */
#ifndef BINDGUARD_TESTS_PRELOAD_LIMIT_ROWS_H
#define BINDGUARD_TESTS_PRELOAD_LIMIT_ROWS_H

/** enum limit_engine - what guards the servers of a row that has a rule. */
enum limit_engine { LIMIT_PRELOAD, LIMIT_SECCOMP };

void limit_rows_check(enum limit_engine how);
void limit_rows_check_rebound(enum limit_engine how);

#endif
