/* SPDX-License-Identifier: MIT
 * low_ports.h - may the target bind a port below 1024? The supervisor's own privilege must not decide. */
#ifndef BINDGUARD_SECCOMP_LOW_PORTS_H
#define BINDGUARD_SECCOMP_LOW_PORTS_H

#include "seccomp/supervisor.h"

int low_ports_open(void);
bool low_ports_are_lent(const struct supervisor *supervisor, unsigned port);
bool low_ports_permit(bool on);

#endif
