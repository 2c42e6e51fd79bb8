/* SPDX-License-Identifier: MIT
 * activation.h - what systemd meant for the process that CMD's stands behind. */
#ifndef BINDGUARD_SECCOMP_ACTIVATION_H
#define BINDGUARD_SECCOMP_ACTIVATION_H

#include <sys/types.h>

void activation_take_over(pid_t front);

#endif
