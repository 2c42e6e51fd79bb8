/* SPDX-License-Identifier: MIT
 * explain_program.h - the program that is asked about. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_PROGRAM_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_PROGRAM_H

#include "launcher/explain/explanation.h"

bool explain_find_program(const char *given, struct explain_program *program, struct failure *failure);

#endif
