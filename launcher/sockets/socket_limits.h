/* SPDX-License-Identifier: MIT
 * socket_limits.h - the places that the guard has limited sockets to. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_SOCKET_LIMITS_H
#define BINDGUARD_LAUNCHER_SOCKETS_SOCKET_LIMITS_H

#include "launcher/sockets/interfaces.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/sockets.h"

int socket_limits_find(struct sockets *sockets, const struct processes *processes, const struct interfaces *interfaces);

#endif
