/* SPDX-License-Identifier: MIT
 * sockets.h - the kernel's table of listening sockets, as `ss` shows it. */
#ifndef BINDGUARD_TESTS_SYSTEM_SOCKETS_H
#define BINDGUARD_TESTS_SYSTEM_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"

#define SOCKETS_SIZE 65536

void sockets_read(enum host where, bool udp, char *table, size_t size);
bool sockets_has_port(enum host where, bool udp, unsigned port);
bool sockets_has(bool udp, const char *local);
bool sockets_exposed(bool udp, unsigned port, char *local, size_t size);

#endif
