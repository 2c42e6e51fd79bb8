/* SPDX-License-Identifier: MIT
 * list_servers.h - sockets of every kind, to be listed. */
#ifndef BINDGUARD_TESTS_LAUNCHER_LIST_SERVERS_H
#define BINDGUARD_TESTS_LAUNCHER_LIST_SERVERS_H

#include "launcher/list_host.h"

#define LIST_SERVERS 25
#define LIST_ANY (-1) /* the v6only of a server: as the kernel has it */

extern const struct server list_servers[LIST_SERVERS];
/** list_sockets - of list_servers: descriptors of those that are open. */
extern int list_sockets[LIST_SERVERS];

unsigned list_open_all(void);
int list_close_all(void **state);
unsigned list_count_lines(const char *text);
int list_set_up(void **state);
int list_tear_down(void **state);

#endif
