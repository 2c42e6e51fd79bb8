/* SPDX-License-Identifier: MIT
 * namespace.h - acts in the network namespace of the target's socket. */
#ifndef BINDGUARD_SECCOMP_NAMESPACE_H
#define BINDGUARD_SECCOMP_NAMESPACE_H

#include "seccomp/supervisor.h"

uint64_t network_here(void);
int network_run(struct supervisor *supervisor, int (*act)(void *context), void *context);

#endif
