/* SPDX-License-Identifier: MIT
 * explain_json.h - the answer as JSON. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_JSON_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_JSON_H

#include "launcher/explain/explanation.h"

bool explain_print_json(const struct explanation *explanation, struct failure *failure);

#endif
