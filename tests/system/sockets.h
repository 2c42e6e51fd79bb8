/* SPDX-License-Identifier: MIT
 * sockets.h - the sockets of a host, read and tried by the code of `bindguard prove`. */
#ifndef BINDGUARD_TESTS_SYSTEM_SOCKETS_H
#define BINDGUARD_TESTS_SYSTEM_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"

#define SOCKETS_SIZE 65536

/**
 * struct exposure - who must reach the sockets of this host.
 * @udp, @port: the server's own sockets
 * @serves: they answer IPv4, IPv6
 * @open: to the second host, too; else it may reach no socket at all
 */
struct exposure {
	bool udp;
	unsigned port;
	bool serves[2];
	bool open;
};

void sockets_tell(enum side where, char *table, size_t size);
bool sockets_has_port(enum side where, bool udp, unsigned port);
bool sockets_has(bool udp, const char *local);
bool sockets_prove(const struct exposure *exposure, char *what, size_t size);

#endif
