/* SPDX-License-Identifier: MIT
 * prove_hint.h - where the guard has cost something that --from machine keeps. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_HINT_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_HINT_H

#include "launcher/prove/prove.h"

/** enum prove_hint - would --from machine have this machine reach the socket at its own addresses, too? */
enum prove_hint {
	HINT_NONE,
	HINT_IF_ASKED, /* if CMD asked for all addresses: the socket has the address that a rewritten one has */
	HINT_KEPT,     /* yes: it has a wildcard, and the device lo */
};

bool prove_hint_is_possible(void);
enum prove_hint prove_hint_find(const struct proof *proof, const struct prove_result *result);
void prove_hint_print(const struct proof *proof);

#endif
