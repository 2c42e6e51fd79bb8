/* SPDX-License-Identifier: MIT
 * prove_probe.h - tries who reaches a socket. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_PROBE_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_PROBE_H

#include "launcher/prove/prove_results.h"

long prove_clock_ms(void);
int prove_probe(const struct network *network, const struct sockets *sockets, struct prove_result *result, bool *gone);

#endif
