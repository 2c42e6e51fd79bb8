/* SPDX-License-Identifier: MIT
 * prove_groups.h - the groups of multicast that CMD's machine has joined. */
#ifndef BINDGUARD_LAUNCHER_PROVE_PROVE_GROUPS_H
#define BINDGUARD_LAUNCHER_PROVE_PROVE_GROUPS_H

#include <stdbool.h>

#include "bindguard/addr.h"

bool prove_groups_find(enum bg_family family, uint32_t device, struct bg_addr *group);

#endif
