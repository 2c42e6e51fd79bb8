/* SPDX-License-Identifier: MIT
 * list_table.h - the sockets as a table. */
#ifndef BINDGUARD_LAUNCHER_LIST_LIST_TABLE_H
#define BINDGUARD_LAUNCHER_LIST_LIST_TABLE_H

#include "launcher/sockets/processes.h"
#include "launcher/sockets/sockets.h"

int list_print_table(const struct sockets *sockets, const struct processes *processes);

#endif
