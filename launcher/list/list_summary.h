/* SPDX-License-Identifier: MIT
 * list_summary.h - the sockets in one line. */
#ifndef BINDGUARD_LAUNCHER_LIST_LIST_SUMMARY_H
#define BINDGUARD_LAUNCHER_LIST_LIST_SUMMARY_H

#include "launcher/sockets/processes.h"
#include "launcher/sockets/sockets.h"

void list_print_summary(const struct sockets *sockets, const struct processes *processes);

#endif
