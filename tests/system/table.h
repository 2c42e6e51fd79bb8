/* SPDX-License-Identifier: MIT
 * table.h - the table of servers. */
#ifndef BINDGUARD_TESTS_SYSTEM_TABLE_H
#define BINDGUARD_TESTS_SYSTEM_TABLE_H

#include <stddef.h>

#include "system/server.h"

extern const struct server servers[];
extern const size_t server_count;

#endif
