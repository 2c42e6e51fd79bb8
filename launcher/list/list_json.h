/* SPDX-License-Identifier: MIT
 * list_json.h - the sockets as JSON. */
#ifndef BINDGUARD_LAUNCHER_LIST_LIST_JSON_H
#define BINDGUARD_LAUNCHER_LIST_LIST_JSON_H

#include "launcher/sockets/processes.h"
#include "launcher/sockets/sockets.h"

int list_print_json(const struct sockets *sockets, const struct processes *processes);

#endif
