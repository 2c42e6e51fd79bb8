/* SPDX-License-Identifier: MIT
 * reach.h - from where a socket is reached. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_REACH_H
#define BINDGUARD_LAUNCHER_SOCKETS_REACH_H

#include "launcher/sockets/interfaces.h"
#include "launcher/sockets/sockets.h"

void reach_find(struct socket *socket, const struct interfaces *interfaces);
int reach_read(struct sockets *sockets);

#endif
