/* SPDX-License-Identifier: MIT
 * prove_outgoing.h - by which link leaves what CMD sends, where it is pinned to one. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_OUTGOING_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_OUTGOING_H

#include "launcher/prove/prove.h"

int prove_outgoing_begin(struct proof *proof, struct failure *failure);
void prove_outgoing_read(struct proof *proof, bool trying);
bool prove_outgoing_may_do_alone(const struct proof *proof);
const char *prove_outgoing_word(const struct leak *leak);
void prove_outgoing_print(const struct proof *proof);

#endif
