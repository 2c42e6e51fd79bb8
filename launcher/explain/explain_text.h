/* SPDX-License-Identifier: MIT
 * explain_text.h - the answer as text. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_TEXT_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_TEXT_H

#include "launcher/explain/explanation.h"

void explain_print_text(const struct explanation *explanation);

#endif
