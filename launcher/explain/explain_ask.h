/* SPDX-License-Identifier: MIT
 * explain_ask.h - puts a question to bg_decide(). */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_ASK_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_ASK_H

#include "launcher/explain/explanation.h"

bool explain_listens(const struct bg_request *request);
enum explain_connect explain_connect(const struct explain_answer *bind);
bool explain_ask(struct explanation *explanation, struct failure *failure);

#endif
