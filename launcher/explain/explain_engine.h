/* SPDX-License-Identifier: MIT
 * explain_engine.h - what the engine that was asked about cannot hold. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_ENGINE_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_ENGINE_H

#include <jansson.h>

#include "launcher/explain/explanation.h"

bool explain_engine_read(const char *word, enum bg_engine *engine, struct failure *failure);
enum explain_connect explain_engine_connect(const struct explanation *explanation);
void explain_engine_print(const struct explanation *explanation);
json_t *explain_engine_value(const struct explanation *explanation);

#endif
